/** What is too large to be sent fails alone: the connection stays, and every other call on it. */

import { expect, test } from "vitest";
import { Client } from "../../../src/node/client.ts";
import { Server } from "../../../src/node/server.ts";
import { within } from "../../support/within.ts";

const LIMIT = 50_000;
const options = { socket: { maxMessageSize: LIMIT } };

class Deferred {
  resolve = (): void => undefined;
  readonly promise = new Promise<void>((resolve) => (this.resolve = resolve));
}

const tooLarge = {
  code: "resource_exhausted",
  message: expect.stringContaining(`maxMessageSize = ${LIMIT} octets`) as string,
};

test("messages beyond maxMessageSize fail their own call only, whichever side sends them", async () => {
  const gate = new Deferred();
  const service = {
    size: (octets: Uint8Array) => octets.length,
    octets: (count: number) => new Uint8Array(count),
    async *growing() {
      yield new Uint8Array(10);
      yield new Uint8Array(LIMIT);
    },
    total: async (parts: AsyncIterable<Uint8Array>) => {
      let total = 0;
      for await (const part of parts) total += part.length;
      return total;
    },
    fail: () => {
      throw new Error("x".repeat(LIMIT));
    },
    wait: () => gate.promise.then(() => "still there"),
  };
  await using server = new Server(service, options);
  await using client = new Client<typeof service>(await server.bind("tcp://127.0.0.1:0"), options);
  const bystander = client.wait();

  await expect(within(client.size(new Uint8Array(LIMIT)), "the refusal")).rejects.toMatchObject({
    ...tooLarge,
    origin: "local",
    mayHaveRun: false,
  });
  await expect(within(client.octets(LIMIT), "the answer")).rejects.toMatchObject({
    ...tooLarge,
    origin: "peer",
  });
  await expect(within(client.fail(), "the failure")).rejects.toMatchObject({
    status: "unknown",
    message: "x".repeat(10_000),
  });

  const sizes: number[] = [];
  const reading = (async () => {
    for await (const item of client.growing()) sizes.push(item.length);
  })();
  await expect(within(reading, "the end of the stream")).rejects.toMatchObject(tooLarge);
  expect(sizes).toEqual([10]);

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    yield new Uint8Array(LIMIT);
  }
  await expect(within(client.total(chunks()), "the end")).rejects.toMatchObject(tooLarge);

  gate.resolve();
  expect(await within(bystander, "the other call")).toBe("still there");
  expect([client.openCalls, client.peerCount]).toEqual([0, 1]);
});

test("what is resolved to no endpoint fails the calls that wait for it, and nothing else", async () => {
  await using client = new Client("name", {
    timeoutMs: 50,
    resolveEndpoint: () => Promise.resolve("no endpoint"),
  });
  await expect(client.call("m")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining('malformed endpoint "no endpoint"') as string,
  });
});
