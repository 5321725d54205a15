/** Octets that are sent from where they lie, over everything that carries calls. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { Client, curveKeyPair, type Security, Server } from "../../../src/node/index.ts";

const KEYS = curveKeyPair();
const folder = mkdtempSync(join(tmpdir(), "zerocall-large-"));

/** Around the size from which on nothing is copied, and far beyond what one read or write takes. */
const SIZES = [65_535, 65_536, 65_537, 300_000, 3_000_000];

class Service {
  echo(value: unknown): unknown {
    return value;
  }

  async *repeat(item: Uint8Array, times: number): AsyncGenerator<Uint8Array, void, void> {
    for (let n = 0; n < times; n++) yield item;
  }
}

interface Way {
  readonly name: string;
  readonly endpoint: string;
  readonly near?: Security;
  readonly far?: Security;
}

const WAYS: readonly Way[] = [
  { name: "tcp", endpoint: "tcp://127.0.0.1:0" },
  { name: "ipc", endpoint: `ipc://${join(folder, "large")}` },
  { name: "inproc", endpoint: "inproc://large" },
  {
    name: "tcp with CURVE",
    endpoint: "tcp://127.0.0.1:0",
    near: { mechanism: "curve", serverKey: KEYS.publicKey },
    far: { mechanism: "curve", secretKey: KEYS.secretKey, authenticate: "any" },
  },
];

function octets(size: number): Uint8Array {
  return new Uint8Array(size).map((_, at) => (at * 7 + size) % 251);
}

function same(a: unknown, b: Uint8Array): boolean {
  return a instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function connected({ endpoint, near, far }: Way): Promise<Client<Service>> {
  const server = new Server(new Service(), far === undefined ? {} : { security: far });
  open.push(server);
  const bound = await server.bind(endpoint);
  const client = new Client<Service>(bound, near === undefined ? {} : { security: near });
  open.push(client);
  return client;
}

test.each(WAYS)("large octets come back as they were over $name", async (way) => {
  const client = await connected(way);
  const all = SIZES.map(octets);
  const echoes = await Promise.all(all.map((one) => client.echo(one)));
  expect(echoes.map((echo, n) => same(echo, all[n] as Uint8Array))).toEqual(all.map(() => true));
  const [small, large] = [octets(10), octets(100_000)];
  const mixed = (await client.echo([small, { large }, "between", large])) as [
    unknown,
    { large: unknown },
    unknown,
    unknown,
  ];
  expect(
    [mixed[0], mixed[1].large, mixed[3]].map((one, n) => same(one, n > 0 ? large : small)),
  ).toEqual([true, true, true]);
  expect(mixed[2]).toBe("between");
  const items: boolean[] = [];
  for await (const item of client.repeat(large, 20)) items.push(same(item, large));
  expect(items).toEqual(Array.from({ length: 20 }, () => true));
});
