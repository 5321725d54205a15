/** A client of zrpc: calls without an answer are sent again; hostile answers harm nobody. */

import { describe, expect, test } from "vitest";
import type { RpcError } from "../../../src/rpc/errors.ts";
import { outcomeOf } from "../../support/rpc.ts";
import { TestZrpcClient, toOctets, type ZrpcPeer } from "../../support/zrpc.ts";

/** Answers the requests that a peer has heard. */
function answer(peer: ZrpcPeer, at: number, value: unknown): void {
  const [id] = peer.values[at] as [string];
  peer.tell([id, value, false]);
}

describe("a client", () => {
  test("sends the same octets again until there is an answer", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const args = [{ a: 1 }];
    const call = client.caller.call("run", args, { timeoutMs: 0 });
    await client.clock.elapse(2999);
    expect(peer.heard).toHaveLength(1);
    (args[0] as Record<string, unknown>)["a"] = 2;
    await client.clock.elapse(6001);
    expect(peer.heard).toHaveLength(4);
    expect(new Set(peer.frames.map(String)).size).toBe(1);
    answer(peer, 0, "done");
    expect(await call).toBe("done");
    answer(peer, 0, "again");
    await client.clock.elapse(60_000);
    expect(peer.heard).toHaveLength(4);
    expect(client.complaints).toEqual([]);
    expect(client.clock.pending).toBe(0);
  });

  test("gives up at the call's timeout", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const outcome = outcomeOf(client.caller.call("run", [], { timeoutMs: 7000 }));
    await client.clock.elapse(20_000);
    expect(await outcome).toMatchObject({ status: "deadline_exceeded" });
    expect(peer.heard).toHaveLength(3);
  });

  test("sends nothing again that the peer may have forgotten behind ten others", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const calls = Array.from({ length: 11 }, (_, n) => client.caller.call("run", [n]));
    await client.clock.elapse(3000);
    const asked = peer.values.map((value) => (value as [string, string, [number]])[2][0]);
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(asked.slice(0, 11)).toEqual(all);
    expect(asked.length).toBeGreaterThan(11);
    expect(asked.slice(11)).not.toContain(0);
    for (const n of all) answer(peer, n, n);
    expect(await Promise.all(calls)).toEqual(all);
  });

  test("sends nothing again on a live connection when told so", async () => {
    const client = new TestZrpcClient({}, { retryTimeoutMs: 0 });
    const peer = client.peer();
    const outcome = outcomeOf(client.caller.call("run", [], { timeoutMs: 60_000 }));
    await client.clock.elapse(59_000);
    expect(peer.heard).toHaveLength(1);
    answer(peer, 0, 5);
    expect(await outcome).toBe(5);
  });

  test("asks the next peer under the same id when its connection is lost", async () => {
    const client = new TestZrpcClient();
    const first = client.peer();
    const call = client.caller.call("run", [1]);
    await client.settle();
    first.leave();
    await client.clock.elapse(1000);
    const second = client.peer();
    await client.settle();
    expect(second.frames).toEqual(first.frames);
    answer(second, 0, "once");
    expect(await call).toBe("once");
  });

  test("says that a call may have run when nobody comes back", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const sent = outcomeOf(client.caller.call("run", []));
    await client.settle();
    peer.leave();
    const unsent = outcomeOf(client.caller.call("run", []));
    await client.clock.elapse(60_000);
    expect(await sent).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(await unsent).toMatchObject({ status: "unavailable", mayHaveRun: false });
  });

  test("has one open call at a time with a REP peer, batches too", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer("REP");
    const calls = [1, 2, 3].map((n) => client.caller.call("run", [n]));
    for (const [index, call] of calls.entries()) {
      await client.settle();
      expect(peer.heard).toHaveLength(index + 1);
      answer(peer, index, index);
      expect(await call).toBe(index);
    }
    expect(client.core.openCalls).toBe(0);
  });

  test("goes on with the next call when one is given up", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer("REP");
    const first = outcomeOf(client.caller.call("run", [1], { timeoutMs: 100 }));
    const second = client.caller.call("run", [2]);
    await client.clock.elapse(100);
    expect(await first).toMatchObject({ status: "deadline_exceeded" });
    answer(peer, 0, "late");
    answer(peer, 1, 2);
    expect(await second).toBe(2);
    expect(client.complaints).toEqual([]);
  });

  test("turns to another peer when one is closing", async () => {
    const client = new TestZrpcClient();
    const closing = client.peer();
    const call = client.caller.call("run", []);
    await client.settle();
    const open = client.peer();
    const [id] = closing.values[0] as [string];
    closing.tell([id, "RefusedError: closing", true]);
    await client.settle();
    expect(open.frames).toEqual(closing.frames);
    answer(open, 0, 1);
    expect(await call).toBe(1);
  });

  test.each([
    ["an empty answer", ["", ""]],
    ["an answer of four", ["", "94"]],
    ["no msgpack", ["", "c1"]],
    ["two frames", ["", "93", "93"]],
    ["an answer for nobody", ["", "93a16101c2"]],
    ["an answer with an odd id", ["", "9391a10101c2"]],
  ])("survives %s", async (_, frames) => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const other = client.caller.call("other", []);
    const call = client.caller.call("run", []);
    await client.settle();
    peer.say(...frames.map(toOctets));
    await client.settle();
    answer(peer, 1, 1);
    answer(peer, 0, 2);
    expect([await call, await other]).toEqual([1, 2]);
  });

  test("fails the one open call of an empty answer", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer("REP");
    const outcome = outcomeOf(client.caller.call("run", []));
    await client.settle();
    peer.say(new Uint8Array(0), new Uint8Array(0));
    expect(await outcome).toMatchObject({ status: "internal" });
  });

  test("fails a call whose answer makes no sense", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    const outcome = outcomeOf(client.caller.call("run", []));
    await client.settle();
    const [id] = peer.values[0] as [string];
    peer.tell([id, 1, "maybe"]);
    expect(await outcome).toMatchObject({
      status: "internal",
      message: expect.stringMatching(/expected true or false/) as unknown,
    });
  });

  test("writes the older form when told to", async () => {
    const client = new TestZrpcClient({ form: "payload" });
    const peer = client.peer();
    void outcomeOf(client.caller.call("func", [{ haha: "brt" }]));
    void outcomeOf(client.caller.call("func", []));
    void outcomeOf(client.caller.call("_zrpc_list", []));
    await client.settle();
    const id: unknown = expect.any(String);
    expect(peer.values).toEqual([
      [id, "func", { haha: "brt" }],
      [id, "func", null],
      [id, null, [], {}],
    ]);
    for (const named of [undefined, { a: 1 }]) {
      const options = named === undefined ? {} : { named };
      const outcome = await outcomeOf(client.caller.call("func", [1, 2], options));
      expect(outcome).toMatchObject({ status: "unimplemented", mayHaveRun: false });
    }
    await client.core.close();
  });

  test("refuses what the protocol has no place for, and what cannot be written", async () => {
    const client = new TestZrpcClient();
    const peer = client.peer();
    async function* items(): AsyncGenerator<number> {
      yield 1;
    }
    const stream = (await outcomeOf(client.caller.call("run", [items()]))) as RpcError;
    expect(stream).toMatchObject({ status: "unimplemented", mayHaveRun: false });
    const symbol = await outcomeOf(client.caller.call("run", [Symbol("no")]));
    expect(symbol).toMatchObject({ code: "CODEC_UNSUPPORTED" });
    expect(peer.heard).toEqual([]);
    expect(client.core.openCalls).toBe(0);
  });
});
