/** A server whose threads are all busy. */

import { expect, test } from "vitest";
import { Dealer } from "zerocall/zeromq";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { outcomeOf } from "../../../support/rpc.ts";
import { place, expectReached, release, serve } from "../../../support/pools.ts";

test("a server answers what needs no thread while every thread is blocked", async () => {
  await using served = await serve();
  const { client, pool } = served;
  const [entered, until] = [place(), place()];
  const blocked = [client.block(entered, until), client.block(entered, until)];
  await expectReached(entered, 2);
  const { name, methods } = await client.inspect();
  expect(name).toBe("worker-service");
  expect(methods["add"]).toMatchObject({
    doc: "Adds, by default two.",
    parameters: [
      { name: "a", type: "number", optional: false },
      { name: "b", type: "number", optional: true, default: 2 },
    ],
  });
  expect(methods["notifyTwice"]).toMatchObject({ parameters: [] });
  expect(await outcomeOf(client.call("missing"))).toMatchObject({ status: "unimplemented" });
  expect(await outcomeOf(client.with({ timeoutMs: 50 }).add(1))).toMatchObject({
    status: "deadline_exceeded",
  });
  release(until);
  const ids = await Promise.all(blocked);
  expect(new Set(ids)).toEqual(new Set(pool.workers.map(({ threadId }) => threadId)));
});

test("a server answers the heartbeats of calls whose threads are blocked", async () => {
  await using served = await serve({ workers: 1 });
  const [entered, until] = [place(), place()];
  const codec = new MsgpackCodec();
  const dealer = new Dealer();
  dealer.connect(served.endpoint);
  const send = (header: object, name: string, args: readonly unknown[]): Promise<void> =>
    dealer.send(["", codec.encode([{ v: 3, ...header }, name, args])]);
  // A peer of the old protocol, which insists on heartbeats.
  await send({ message_id: "call" }, "block", [entered, until]);
  await expectReached(entered, 1);
  await send({ message_id: "beat", response_to: "call" }, "_zpc_hb", [0]);
  const [, event] = await dealer.receive();
  expect(codec.decode(event ?? new Uint8Array(0))).toMatchObject([
    { response_to: "call" },
    "_zpc_hb",
    [0],
  ]);
  release(until);
  const [, answer] = await dealer.receive();
  expect(codec.decode(answer ?? new Uint8Array(0))).toMatchObject([{}, "OK", [expect.any(Number)]]);
  await dealer.close();
});

test("calls beyond callsPerWorker wait for the first thread that has room", async () => {
  await using served = await serve({ callsPerWorker: 1, maxQueuedCalls: 2 });
  const { client, pool } = served;
  const [entered, until] = [place(), place()];
  const blocked = client.block(entered, until);
  await expectReached(entered, 1);
  // None of them waits behind the call that blocks.
  for (let i = 0; i < 5; i++) expect(await client.add(i)).toBe(i + 2);
  const [entered2, until2] = [place(), place()];
  const other = client.block(entered2, until2);
  await expectReached(entered2, 1);
  const queued = [client.add(1), client.add(2)];
  expect(await outcomeOf(client.add(3))).toMatchObject({
    status: "resource_exhausted",
    message: "expected at most maxQueuedCalls = 2 calls to wait for a peer, got one more",
    mayHaveRun: false,
  });
  expect(pool.openCalls).toBe(4);
  release(until2);
  expect(await Promise.all(queued)).toEqual([3, 4]);
  release(until);
  await Promise.all([blocked, other]);
});
