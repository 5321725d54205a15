/** Octets that are sent from where they lie, over everything that carries calls. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import {
  type CallOptions,
  Client,
  curveKeyPair,
  type Security,
  Server,
} from "../../../src/node/index.ts";
import { Dealer } from "../../../src/node/zeromq.ts";
import { within } from "../../support/within.ts";

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

test("large octets of idempotent calls come like any other, and others are served", async () => {
  const calls = { put: (given: Uint8Array): number => given.length };
  await using server = new Server(calls);
  const bound = await server.bind("tcp://127.0.0.1:0");
  await using client = new Client<typeof calls>(bound);
  await using other = new Client<typeof calls>(bound);
  const put = (size: number, options: CallOptions): Promise<unknown> =>
    within(Promise.resolve(client.call("put", [octets(size)], options)), `put of ${size}`);
  for (const size of SIZES) {
    expect(await put(size, { idempotent: true })).toBe(size);
    expect(await put(size, { requestId: `put ${size}` })).toBe(size);
    expect(await within(Promise.resolve(other.put(octets(5))), "the other's put")).toBe(5);
  }
});

test("one request that no client would send costs its sender alone", async () => {
  const calls = { put: (given: unknown): unknown => given };
  await using server = new Server(calls);
  const bound = await server.bind("tcp://127.0.0.1:0");
  await using hostile = new Dealer({ linger: 0 });
  hostile.connect(bound);
  // message_id "a", zc 1 and id "a"; "put"; [{1: 0, "__proto__": 0}].
  const header = "83aa6d6573736167655f6964a161a27a6301a26964a161";
  const request = `93${header}a370757491820100a95f5f70726f746f5f5f00`;
  await hostile.send([Buffer.alloc(0), Buffer.from(request, "hex")]);
  const answer = await within(hostile.receive(), "an answer");
  expect(Buffer.from(answer.at(-1) as Uint8Array).toString("latin1")).toContain("__proto__");
  await using client = new Client<typeof calls>(bound);
  expect(await within(Promise.resolve(client.put(7)), "an honest call")).toBe(7);
});

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
