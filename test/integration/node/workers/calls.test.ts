/** What works through a pool of threads as it does beside the server. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, Server } from "zerocall";
import { collect, outcomeOf } from "../../../support/rpc.ts";
import {
  place,
  expectReached,
  serve,
  type Served,
  type Service,
  poll,
} from "../../../support/pools.ts";

let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served[Symbol.asyncDispose]());

describe("calls", () => {
  test("of two threads truly run at once: each waits for the other", async () => {
    const { client } = served;
    const at = place();
    const ids = await Promise.all([client.meet(at, 2), client.meet(at, 2)]);
    expect(new Set(ids)).toEqual(new Set(served.pool.workers.map(({ threadId }) => threadId)));
  });

  test("have arguments by position and by name, defaults, and the errors of a wrong count", async () => {
    const { client } = served;
    expect(await client.add(1, 5)).toBe(6);
    expect(await client.add(1)).toBe(3);
    expect(await client.call("add", { a: 40 })).toBe(42);
    expect(await outcomeOf(client.call("add", [1, 2, 3]))).toMatchObject({
      status: "invalid_argument",
      mayHaveRun: false,
    });
    expect(await outcomeOf(client.call("ad", [1]))).toMatchObject({
      status: "unimplemented",
      message: expect.stringContaining('did you mean "add"') as unknown,
    });
  });

  test("carry the values of the dialect, and none that it cannot", async () => {
    const { client } = served;
    const values = [
      null,
      -0.5,
      2n ** 63n,
      Uint8Array.of(0, 255),
      new Date(5),
      new Map<unknown, unknown>([[1, "a"]]),
      { a: [{ b: null }] },
      "é€😀",
    ];
    for (const value of values) expect(await client.echo(value)).toEqual(value);
    const large = Buffer.alloc(3_000_000, 7);
    expect(large.equals((await client.echo(large)) as Uint8Array)).toBe(true);
    expect(await outcomeOf(client.unwritable())).toMatchObject({ status: "internal" });
  });

  test("know their call", async () => {
    const { client, endpoint } = served;
    const told = await client.with({ headers: { trace: "a" }, timeoutMs: 5000 }).context.describe();
    expect(told).toMatchObject({
      headers: { trace: "a" },
      method: "context.describe",
      identity: null,
      endpoint,
      address: expect.stringMatching(/^127\.0\.0\.1/) as unknown,
    });
    expect((told as { remaining: number }).remaining).toBeGreaterThan(0);
    expect(await client.context.method()).toBe("context.method");
  });

  test("fail with the error of their handler, and with its stack only where the server sends it", async () => {
    const failed = {
      status: "not_found",
      message: "no such cup",
      details: { cup: 1n << 60n },
      cause: { message: "the shelf is empty", name: "RangeError" },
    };
    const silent = await outcomeOf(served.client.fail());
    expect(silent).toMatchObject({ ...failed, peerStack: undefined });
    await using open = new Server(served.pool, { sendStacks: true });
    await using client = new Client<Service>(await open.bind("tcp://127.0.0.1:0"));
    const told = await outcomeOf(client.fail());
    expect(told).toMatchObject({
      ...failed,
      peerStack: expect.stringMatching(/^RpcError: no such cup\n.*worker-service\.ts/) as unknown,
    });
    expect(served.log.lines.join("\n")).toMatch(/error fail\(\) .*no such cup\n.*worker-service/);
  });

  test("go together in a batch", async () => {
    const { client } = served;
    const results = await client.batch((remote) => [
      remote.add(1, 2),
      remote.fail(),
      remote.add(3),
    ]);
    expect(results).toMatchObject([
      { status: "fulfilled", value: 3 },
      { status: "rejected" },
      { status: "fulfilled", value: 5 },
    ]);
  });
});

describe("streams", () => {
  test("come whole and in order, and end with what their generator returns", async () => {
    const { client } = served;
    expect(await collect(client.count(5000))).toHaveLength(5000);
    const stream = client.count(1);
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    expect(await stream.next()).toEqual({ done: true, value: "end" });
  });

  test("end in their thread when the consumer leaves", async () => {
    const ended = place();
    for await (const item of served.client.ticks(ended)) if (item === 3) break;
    await expectReached(ended, 1);
  });

  test("take values and errors", async () => {
    const stream = served.client.mirror();
    expect(await stream.next()).toMatchObject({ value: "first" });
    expect(await stream.next("a")).toMatchObject({ value: "a" });
    expect(await stream.throw(new Error("b"))).toMatchObject({ value: "caught b" });
    expect(await stream.return("c")).toEqual({ value: "c", done: true });
  });

  test("are not taken for dropped while somebody reads them", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const items: number[] = [];
    for await (const item of served.client.count(60)) {
      items.push(item);
      if (item % 20 !== 0) continue;
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const stream = served.client.mirror();
    expect(await stream.next()).toMatchObject({ value: "first" });
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await stream.next("a")).toMatchObject({ value: "a" });
    await stream.return(undefined);
    expect(items).toHaveLength(60);
  });

  test("can be arguments", async () => {
    const numbers = async function* (): AsyncGenerator<number> {
      for (let n = 1; n <= 300; n++) yield n;
    };
    expect(await served.client.sum(numbers())).toBe(45_150);
  });
});

describe("the end of a call reaches its thread", () => {
  test("when the caller cancels", async () => {
    const ended = place();
    const aborter = new AbortController();
    await poll(() => served.pool.openCalls).toBe(0);
    const outcome = outcomeOf(served.client.with({ signal: aborter.signal }).wait(ended));
    await poll(() => served.pool.openCalls).toBe(1);
    aborter.abort();
    expect(await outcome).toMatchObject({ status: "cancelled" });
    await expectReached(ended, 1);
  });

  test("when its time is over", async () => {
    const ended = place();
    expect(await outcomeOf(served.client.with({ timeoutMs: 1000 }).wait(ended))).toMatchObject({
      status: "deadline_exceeded",
    });
    await expectReached(ended, 1);
  });

  test("when the caller is gone", async () => {
    const ended = place();
    const leaving = new Client<Service>(served.endpoint);
    // The end of the call before may be known to the thread first.
    await poll(() => served.pool.openCalls).toBe(0);
    const outcome = outcomeOf(leaving.wait(ended));
    await poll(() => served.pool.openCalls).toBe(1);
    await leaving.close();
    await outcome;
    await expectReached(ended, 1);
  });
});

describe("a thread knows its callers", () => {
  test("notifies them, also when the call is over", async () => {
    const heard: unknown[] = [];
    await using client = new Client<Service>(served.endpoint, {
      onNotification: ({ method, args, named }) => heard.push([method, args, named]),
    });
    expect(await client.notifyTwice()).toEqual([true, true]);
    await poll(() => heard.length).toBe(2);
    expect(heard).toEqual([
      ["now", [1], undefined],
      ["later", [], { threadId: expect.any(Number) as unknown }],
    ]);
  });

  test("hears when one of them is gone", async () => {
    const gone = place();
    const leaving = new Client<Service>(served.endpoint);
    expect(await leaving.watchPeer(gone)).toBe(false);
    await leaving.close();
    await expectReached(gone, 1);
  });
});

test("interceptors of the server see every call and its stream", async () => {
  const seen: unknown[] = [];
  await using server = new Server(served.pool, {
    interceptors: [
      async (call, next) => {
        seen.push(call.method);
        const answer = await next({ ...call, headers: { by: "interceptor" } });
        return call.method === "add" ? Number(answer) + 100 : answer;
      },
    ],
  });
  await using client = new Client<Service>(await server.bind("tcp://127.0.0.1:0"));
  expect(await client.add(1)).toBe(103);
  expect(await client.context.describe()).toMatchObject({ headers: { by: "interceptor" } });
  expect(await collect(client.count(3))).toEqual([0, 1, 2]);
  expect(seen).toEqual(["add", "context.describe", "count"]);
});
