/**
 * The original zerorpc, in both roles, against ours: everything that it knows.
 *
 * docs/interop.md says what was seen.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RpcError } from "../../src/rpc/errors.ts";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import { PythonPeer, python } from "../support/zerorpc-python.ts";
import { within } from "../support/within.ts";
import { INTEGERS, kettle } from "./kettle.ts";

const missing = "missing" in python ? python.missing : undefined;
const title = missing === undefined ? "the original zerorpc" : `the original zerorpc (${missing})`;

describe.skipIf(missing !== undefined)(title, () => {
  describe("our client and its server", () => {
    let peer: PythonPeer;
    let endpoint: string;
    let client: Client;

    beforeAll(async () => {
      ({ peer, endpoint } = await PythonPeer.serve());
      client = new Client(endpoint);
    });

    afterAll(async () => {
      await client.close();
      await peer[Symbol.asyncDispose]();
    });

    test("carries every kind of value both ways", async () => {
      const values = [
        null,
        true,
        false,
        1.5,
        -0.5,
        1e300,
        Infinity,
        "",
        "ascii",
        "é€☃😀",
        "x".repeat(70_000),
        new Uint8Array([0, 255]),
        new Uint8Array(70_000).fill(7),
        [],
        [1, [2, [3]]],
        {},
        { a: { b: [null, { c: true }] } },
        ...INTEGERS,
      ];
      expect(await client.call("echo_args", values)).toEqual(values);
      expect(await client.call("echo", [Number.NaN])).toBeNaN();
      expect(Object.is(await client.call("echo", [-0]), -0)).toBe(true);
      expect(await client.call("none")).toBeNull();
      expect(await client.call("add", ["a", "b"])).toBe("ab");
    });

    test("echoes a megabyte", async () => {
      const body = new Uint8Array(1_000_000).map((_, i) => i);
      const echoed = (await client.call("echo", [body])) as Uint8Array;
      // Far quicker than comparing octet by octet.
      expect(Buffer.compare(echoed, body)).toBe(0);
    });

    test("gets every answer of thousands of calls, also when it is busy itself", async () => {
      const text = "x".repeat(2000);
      const calls = Array.from({ length: 3000 }, () => client.call("echo", [text]));
      await new Promise((resolve) => setTimeout(resolve, 50));
      // With all of them open at once, the original would drop what we do not read meanwhile.
      const until = performance.now() + 1500;
      while (performance.now() < until);
      const answers = await Promise.all(calls);
      expect(answers.filter((answer) => answer !== text)).toEqual([]);
    });

    test("tells what its handler raised: class, message and traceback", async () => {
      const error = await failure(client.call("fail", ["went wrong"]));
      expect(error).toMatchObject({
        name: "ValueError",
        message: "went wrong",
        status: "unknown",
        origin: "peer",
        method: "fail",
      });
      expect(error.peerStack).toMatch(/^Traceback[^]*ValueError: went wrong\n$/);
      expect(await failure(client.call("fail_own", ["échec ☃"]))).toMatchObject({
        name: "Boiling",
        message: "échec ☃",
      });
      expect(await failure(client.call("fail_key", ["k"]))).toMatchObject({
        name: "KeyError",
        message: "'k'",
      });
    });

    test("fails for unknown methods, wrong arguments and results that cannot be written", async () => {
      expect(await failure(client.call("no_such", [1]))).toMatchObject({
        name: "NameError",
        status: "unimplemented",
        mayHaveRun: false,
      });
      expect(await failure(client.call("add", [1]))).toMatchObject({ name: "TypeError" });
      expect(await failure(client.call("unencodable"))).toMatchObject({ name: "TypeError" });
      expect(await failure(client.call("_private"))).toMatchObject({ status: "unimplemented" });
    });

    test.each([0, 1, 2, 5, 100, 101, 250, 5000])("reads a stream of %i items", async (n) => {
      const items: unknown[] = [];
      for await (const item of client.call("count", [n])) items.push(item);
      expect(items).toEqual(Array.from({ length: n }, (_, i) => i));
    });

    test("reads a stream step by step, and with an await in front", async () => {
      const stream = client.call("count", [3]);
      expect(await stream.next()).toEqual({ value: 0, done: false });
      expect(await stream.next()).toEqual({ value: 1, done: false });
      expect(await stream.next()).toEqual({ value: 2, done: false });
      expect((await stream.next()).done).toBe(true);
      const awaited = (await client.call("count", [2])) as AsyncIterable<unknown>;
      const items: unknown[] = [];
      for await (const item of awaited) items.push(item);
      expect(items).toEqual([0, 1]);
    });

    test("reads items of every kind, lists among them", async () => {
      const values = [null, true, 7, "s", new Uint8Array([1]), [1, 2], [], { k: 1 }];
      const items: unknown[] = [];
      for await (const item of client.call("items", [values])) items.push(item);
      expect(items).toEqual(values);
    });

    test.each([0, 3])("gets the error of a stream that breaks after %i items", async (n) => {
      const items: unknown[] = [];
      const read = async (): Promise<void> => {
        for await (const item of client.call("count_and_fail", [n])) items.push(item);
      };
      expect(await failure(read())).toMatchObject({
        name: "RuntimeError",
        message: `stream broke after ${n}`,
      });
      expect(items).toHaveLength(n);
    });

    test("stops reading early, and goes on calling", async () => {
      for (let round = 0; round < 5; round++) {
        for await (const item of client.call("ticks", [0])) if (item === 3) break;
      }
      expect(await client.call("add", [1, 2])).toBe(3);
      expect(client.openCalls).toBe(0);
    });

    test("refuses to send values to its generators, which know none", async () => {
      const stream = client.call("ticks", [0]);
      await stream.next();
      expect(await failure(stream.next(5))).toMatchObject({ status: "unimplemented" });
    });

    test("gives up after its timeout, and cancels without harm", async () => {
      const timeout = await failure(client.call("slow", [3], { timeoutMs: 200 }));
      expect(timeout).toMatchObject({ status: "deadline_exceeded" });
      const aborter = new AbortController();
      const cancelled = failure(client.call("slow", [3], { signal: aborter.signal }));
      aborter.abort();
      expect(await cancelled).toMatchObject({ status: "cancelled" });
      expect(await client.call("add", [1, 2])).toBe(3);
    });

    test("serves many calls at once, the quick ones first", async () => {
      const order: string[] = [];
      const slow = client.call("slow", [2]).then(() => order.push("slow"));
      const sums = Array.from({ length: 500 }, (_, n) => client.call("add", [n, n]));
      expect(await Promise.all(sums)).toEqual(sums.map((_, n) => n * 2));
      order.push("quick");
      await slow;
      expect(order).toEqual(["quick", "slow"]);
    });

    test("answers the built-in methods", async () => {
      expect(await client.call("_zerorpc_ping")).toEqual(["pong", "Kettle"]);
      expect(await client.call("_zerorpc_name")).toBe("Kettle");
      expect(await client.call("_zerorpc_list")).toContain("concat");
      expect(await client.call("_zerorpc_help", ["concat"])).toBe("Join two texts.");
      expect(await client.call("_zerorpc_help", ["none"])).toBeNull();
      expect(await client.call("_zerorpc_args", ["concat"])).toEqual([
        ["self", "a", "b", "sep"],
        null,
        null,
        ["-"],
      ]);
      expect(await failure(client.call("_zerorpc_help", ["nope"]))).toMatchObject({
        name: "KeyError",
      });
      const { name, methods } = await client.inspect();
      expect(name).toBe("Kettle");
      expect(methods["concat"]).toMatchObject({
        doc: "Join two texts.",
        parameters: [
          { name: "self" },
          { name: "a" },
          { name: "b" },
          { name: "sep", default: "-", optional: true },
        ],
      });
    });

    test("has logged nothing but what handlers raised", () => {
      const strange = peer.warnings.filter(
        // A cancellation that comes together with its request finds no channel yet, and a grant that
        // crosses the end of its stream finds none any more.
        (line) =>
          !/^[A-Z]\w*Error:|^Boiling:|unable to route event: .* (_zc_cancel|_zpc_more) /.test(line),
      );
      expect(strange).toEqual([]);
    });
  });

  describe("its client and our server", () => {
    let server: Server;
    let endpoint: string;
    let peer: PythonPeer;

    beforeAll(async () => {
      server = new Server(kettle, { name: "Kettle", sendStacks: true });
      endpoint = await server.bind("tcp://127.0.0.1:0");
      peer = await PythonPeer.client({}, endpoint);
    });

    afterAll(async () => {
      await peer[Symbol.asyncDispose]();
      await server.close();
    });

    test("hears of a policy in words of its own", async () => {
      await using guarded = new Server(kettle, {
        policy: { rules: [{ methods: "add", allow: "anyone" }] },
      });
      await using asking = await PythonPeer.client({}, await guarded.bind("tcp://127.0.0.1:0"));
      expect((await asking.call("add", [1, 2])).value).toBe(3);
      expect((await asking.call("echo", [1])).remote?.slice(0, 2)).toEqual([
        "RpcError",
        expect.stringContaining('verified caller of "echo"'),
      ]);
      expect((await asking.call("_zerorpc_list")).value).toEqual(["add"]);
    });

    test("carries every kind of value both ways", async () => {
      const values = [
        null,
        true,
        1.5,
        "é€☃😀",
        { $bytes: "00ff" },
        [1, [2, [3]], {}],
        { a: { b: [null, { c: true }] } },
        ...INTEGERS.map((n) => (typeof n === "bigint" ? { $int: String(n) } : n)),
      ];
      expect((await peer.call("echo_args", values)).value).toEqual(values);
      expect((await peer.call("none")).value).toBeNull();
      expect((await peer.call("add", ["a", "b"])).value).toBe("ab");
      expect((await peer.call("deep.er.add", [1, 2])).value).toBe(3);
    });

    test("gets what a handler threw: class, message and stack", async () => {
      const { remote } = await peer.call("fail", ["went wrong"]);
      expect(remote?.slice(0, 2)).toEqual(["RangeError", "went wrong"]);
      expect(remote?.[2]).toMatch(/^RangeError: went wrong\n {4}at /);
      expect((await peer.call("fail_text")).remote?.slice(0, 2)).toEqual(["Error", "just text"]);
    });

    test("fails for unknown methods, wrong arguments and results that cannot be written", async () => {
      expect((await peer.call("no_such", [1])).remote?.slice(0, 2)).toEqual([
        "NameError",
        "no_such",
      ]);
      expect((await peer.call("add", [1, 2, 3])).remote?.slice(0, 2)).toEqual([
        "TypeError",
        "add() takes at most 2 arguments, got 3; its signature is add(a, b)",
      ]);
      expect((await peer.call("unencodable")).remote?.[1]).toContain("cannot be encoded");
      expect((await peer.call("toString")).remote?.[0]).toBe("NameError");
      expect((await peer.call("__proto__")).remote?.[0]).toBe("NameError");
    });

    test.each([0, 1, 5, 100, 101, 250, 5000])("streams %i items", async (n) => {
      expect((await peer.call("count", [n])).items).toEqual(Array.from({ length: n }, (_, i) => i));
      expect((await peer.call("count_async", [n], { options: { slots: 4 } })).items).toHaveLength(
        n,
      );
    });

    test("streams items of every kind, lists among them", async () => {
      const values = [null, true, 7, "s", { $bytes: "62" }, [1, 2], [], { k: 1 }];
      expect((await peer.call("items", [values])).items).toEqual(values);
    });

    test.each([0, 3])("gets the error of a stream that breaks after %i items", async (n) => {
      const { remote } = await peer.call("count_and_fail", [n]);
      expect(remote?.slice(0, 2)).toEqual(["Error", `stream broke after ${n}`]);
    });

    test("tells its task context, which handlers find in their headers", async () => {
      const task_context = { trace: "abc", headers: 1, timeout: "soon", oneway: true };
      await using other = await PythonPeer.client({ task_context }, endpoint);
      expect((await other.call("headers")).value).toEqual(task_context);
      expect((await peer.call("headers")).value).toEqual({});
    });

    test("gives up after its timeout in its own words", async () => {
      const { error } = await peer.call("slow", [3], { options: { timeout: 0.2 } });
      expect(error).toEqual([
        "TimeoutExpired",
        "timeout after 0.2s, when calling remote method slow",
      ]);
    });

    test("reads the built-in methods", async () => {
      expect((await peer.call("_zerorpc_ping")).value).toEqual(["pong", "Kettle"]);
      expect((await peer.call("_zerorpc_list")).value).toContain("concat");
      expect((await peer.call("_zerorpc_args", ["concat"])).value).toEqual([
        ["a", "b", "sep"],
        null,
        null,
        ["-"],
      ]);
      expect((await peer.call("_zerorpc_help", ["nope"])).remote?.slice(0, 2)).toEqual([
        "KeyError",
        "'nope'",
      ]);
    });

    test("has logged nothing", () => {
      // After STREAM_DONE it may hear a grant answered by nobody; it only logs what comes to it.
      expect(peer.warnings).toEqual([]);
    });
  });
});

/** The error that a call ends with. */
async function failure(call: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await within(Promise.resolve(call), "end of a call", 20_000);
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error("expected the call to fail");
}
