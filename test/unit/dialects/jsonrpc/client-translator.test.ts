import { describe, expect, test } from "vitest";
import { RpcError } from "../../../../src/rpc/errors.ts";
import { Batch } from "../../../../src/rpc/batch.ts";
import { Caller } from "../../../../src/rpc/caller.ts";
import { JsonrpcClient } from "../../../support/jsonrpc.ts";

const told = (error: unknown): unknown => error;

describe("requests", () => {
  test("count their ids for each connection", () => {
    const client = new JsonrpcClient();
    const peer = client.peer();
    for (const _ of [1, 2]) void client.caller.call("a", []).catch(told);
    expect(peer.take().flat()).toEqual([
      '{"jsonrpc": "2.0", "method": "a", "params": {}, "id": 1}',
      '{"jsonrpc": "2.0", "method": "a", "params": {}, "id": 2}',
    ]);
  });

  test("have the delimiter towards REP alone", async () => {
    for (const [socketType, frames] of [
      ["REP", 2],
      ["ROUTER", 1],
      ["DEALER", 1],
    ] as const) {
      const client = new JsonrpcClient();
      const peer = client.peer(socketType);
      const call = client.caller.call("a", []);
      expect(peer.take()[0]).toHaveLength(frames);
      if (socketType === "REP") peer.say("", '{"jsonrpc": "2.0", "result": 1, "id": 1}');
      else peer.say('{"jsonrpc": "2.0", "result": 1, "id": 1}');
      expect(await call).toBe(1);
    }
  });

  test.each([
    ["a notification to REP", "REP", (caller: Caller) => caller.notify("a", [])],
    ["a call to PULL", "PULL", (caller: Caller) => caller.call("a", [])],
    [
      "both kinds of arguments",
      "ROUTER",
      (caller: Caller) => caller.call("a", [1], { named: { b: 1 } }),
    ],
    ["a stream", "ROUTER", (caller: Caller) => caller.call("a", [[1].values()])],
  ])("%s is refused before anything is sent", async (_what, socketType, make) => {
    const client = new JsonrpcClient();
    const peer = client.peer(socketType);
    const error = await Promise.resolve(make(client.caller)).catch(told);
    expect(error).toMatchObject({ status: "unimplemented", mayHaveRun: false });
    expect(peer.take()).toEqual([]);
    expect(client.core.openCalls).toBe(0);
  });

  test("wait 5 s, and one that times out disturbs no other", async () => {
    const client = new JsonrpcClient();
    const peer = client.peer();
    const late = client.caller.call("late", []).catch(told);
    await client.clock.elapse(3000);
    const other = client.caller.call("other", []);
    await client.clock.elapse(2000);
    expect(await late).toMatchObject({ status: "deadline_exceeded" });
    peer.say('{"jsonrpc": "2.0", "result": "late", "id": 1}');
    peer.say('{"jsonrpc": "2.0", "result": "in time", "id": 2}');
    expect(await other).toBe("in time");
    expect(client.complaints).toEqual([]);
  });
});

describe("batches", () => {
  const batchOf = (client: JsonrpcClient): { batch: Batch; caller: Caller } => {
    const batch = new Batch(client.core);
    const caller = new Caller(batch, {
      timeoutMs: 5000,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
    });
    return { batch, caller };
  };

  test("leave as one list, answered in any order, by one list or by none", async () => {
    const client = new JsonrpcClient();
    const peer = client.peer("REP");
    const { batch, caller } = batchOf(client);
    const [sum, gone, lone] = [
      caller.call("sum", [1, 2]),
      caller.call("gone", []),
      caller.call("lone", []),
    ];
    batch.send();
    expect(peer.take()).toEqual([
      [
        "",
        '[{"jsonrpc": "2.0", "method": "sum", "params": [1, 2], "id": 1}, ' +
          '{"jsonrpc": "2.0", "method": "gone", "params": {}, "id": 2}, ' +
          '{"jsonrpc": "2.0", "method": "lone", "params": {}, "id": 3}]',
      ],
    ]);
    peer.say(
      "",
      '[{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": 2}, ' +
        '{"jsonrpc": "2.0", "result": 3, "id": 1}, 7]',
    );
    peer.say("", '{"jsonrpc": "2.0", "result": null, "id": 3}');
    expect(await sum).toBe(3);
    expect(await gone.catch(told)).toMatchObject({ status: "unimplemented" });
    expect(await lone).toBeNull();
  });

  test("leave one by one where the peer knows no lists", () => {
    const client = new JsonrpcClient({ batches: false });
    const peer = client.peer();
    const { batch, caller } = batchOf(client);
    for (const name of ["a", "b"]) void caller.call(name, []).catch(told);
    batch.send();
    expect(peer.take()).toHaveLength(2);
  });
});

describe("answers", () => {
  const answer = async (
    text: string,
    options = {},
  ): Promise<{ outcome: unknown; client: JsonrpcClient }> => {
    const client = new JsonrpcClient(options);
    const peer = client.peer();
    const outcome = Promise.resolve(client.caller.call("m", [])).catch(told);
    peer.say(text);
    await client.clock.elapse(5000);
    return { outcome: await outcome, client };
  };

  test.each([
    ['{"jsonrpc": "2.0", "result": null, "id": 1}', null],
    ['{"jsonrpc": "2.0", "result": 5, "error": null, "id": 1}', 5],
    ['{"jsonrpc": "2.0", "error": null, "id": 1}', null],
    ['{"result": 5, "id": 1}', 5],
    ['[{"jsonrpc": "2.0", "result": 5, "id": 1}]', 5],
  ])("%s", async (text, value) => {
    expect((await answer(text)).outcome).toEqual(value);
  });

  test("an error beside a result counts", async () => {
    const { outcome } = await answer(
      '{"jsonrpc": "2.0", "result": null, "error": {"code": -32005, "message": "m", "data": null}, "id": 1}',
    );
    expect(outcome).toMatchObject({
      status: "not_found",
      message: "m",
      details: undefined,
      wireCode: -32005,
    });
  });

  test.each([
    '{"jsonrpc": "2.0", "id": 1}',
    '{"jsonrpc": "2.0", "error": 1, "id": 1}',
    '{"jsonrpc": "2.0", "error": {"code": "x", "message": "m"}, "id": 1}',
    '{"jsonrpc": "2.0", "error": {"code": 1.5, "message": "m"}, "id": 1}',
    '{"jsonrpc": "2.0", "error": {"code": 1}, "id": 1}',
  ])("%s ends its call", async (text) => {
    const { outcome } = await answer(text);
    expect(outcome).toMatchObject({
      status: "internal",
      message: expect.stringContaining("malformed") as string,
    });
  });

  test.each([
    ['{"jsonrpc": "2.0", "result": 1, "id": 2}', 0],
    ['{"jsonrpc": "2.0", "result": 1, "id": "1"}', 0],
    ['{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse Error", "data": null}}', 1],
    ['{"jsonrpc": "2.0", "result": 1, "id": null}', 1],
    ['{"jsonrpc": "2.0", "method": "call", "params": [], "id": 1}', 1],
    ['{"jsonrpc": "2.0", "method": 7}', 1],
    ['{"jsonrpc": "2.0", "method": "n", "params": 7}', 1],
    ["nonsense", 1],
    ["", 1],
    ["7", 1],
    ["[[]]", 1],
    ['{"__proto__": {"x": 1}}', 1],
  ])("%s ends no call", async (text, complaints) => {
    const { outcome, client } = await answer(text);
    expect(outcome).toMatchObject({ status: "deadline_exceeded" });
    expect(client.complaints).toHaveLength(complaints);
  });

  test("the second answer to a call is dropped", async () => {
    const client = new JsonrpcClient();
    const peer = client.peer();
    const call = client.caller.call("m", []);
    peer.say(
      '[{"jsonrpc": "2.0", "result": 1, "id": 1}, {"jsonrpc": "2.0", "result": 2, "id": 1}]',
    );
    expect(await call).toBe(1);
  });

  class QuotaError extends Error {
    readonly data: unknown;
    constructor(message: string, data: unknown) {
      super(message);
      this.data = data;
    }
  }

  test("errors of registered codes come back as their class, with data", async () => {
    const text =
      '{"jsonrpc": "2.0", "error": {"code": 4001, "message": "m", "data": [1, {"a": null}]}, "id": 1}';
    const { outcome } = await answer(text, { errors: { 4001: QuotaError } });
    expect(outcome).toBeInstanceOf(QuotaError);
    expect(outcome).toMatchObject({ message: "m", data: [1, { a: null }] });
    expect((await answer(text)).outcome).toMatchObject({
      status: "unknown",
      name: "ApplicationError",
      wireCode: 4001,
      details: [1, { a: null }],
    });
  });

  test("a class that cannot be made of an error gives way to RpcError", async () => {
    class Picky {
      constructor() {
        throw new TypeError("never");
      }
    }
    const { outcome } = await answer(
      '{"jsonrpc": "2.0", "error": {"code": 1, "message": "m"}, "id": 1}',
      { errors: { 1: Picky } },
    );
    expect(outcome).toBeInstanceOf(RpcError);
  });
});
