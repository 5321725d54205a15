/**
 * K. Manley's zerorpc, in both roles, against ours.
 *
 * docs/interop.md says what was seen.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { multicall } from "../../src/dialects/multicall/dialect.ts";
import { Client } from "../../src/node/client.ts";
import { MultiCall } from "../../src/node/multicall.ts";
import { Server } from "../../src/node/server.ts";
import { exposed } from "../../src/rpc/exposed.ts";
import { type Asked, MulticallPython, multicallPython } from "../support/multicall-python.ts";
import { outcomeOf } from "../support/rpc.ts";

const missing = "missing" in multicallPython ? multicallPython.missing : undefined;
const title = missing === undefined ? "the original" : `the original (${missing})`;

const VALUES = [
  null,
  true,
  0,
  -1,
  2 ** 40,
  2n ** 64n - 1n,
  -(2n ** 70n),
  2n ** 300n,
  0.5,
  0.1,
  1e300,
  Infinity,
  -Infinity,
  NaN,
  "",
  'é☃😀 / \\ " \n \t \u0000 < > & \u007f \u2028',
  "x".repeat(200_000),
  [],
  [1, [2]],
  { a: { b: [null] }, "": 1, "é/": 2 },
];

describe.skipIf(missing !== undefined)(`${title} as a server`, () => {
  let peer: MulticallPython;
  let client: Client;

  beforeAll(async () => {
    const served = await MulticallPython.serve(3);
    ({ peer } = served);
    client = new Client(served.endpoint, { dialect: multicall(), timeoutMs: 10_000 });
  });

  afterAll(async () => {
    await client.close();
    await peer[Symbol.asyncDispose]();
  });

  test("takes calls by position, by name, by dotted names and of instances", async () => {
    expect(await client.call("add", [2, 3])).toBe(5);
    expect(await client.call("add", { a: 1, b: 2 })).toBe(3);
    expect(await client.call("mixed", [1, 5, 6], { named: { k: "v" } })).toEqual({
      a: 1,
      rest: [5, 6],
      named: { k: "v" },
    });
    expect(await client["my"]?.["namespace"]?.["mult"]?.(5, 7)).toBe(35);
    expect(await client.call("my.counter.increment", { by: 4 })).toBe(4);
    expect(await outcomeOf(client.call("my.counter.hidden"))).toMatchObject({
      status: "unimplemented",
    });
  });

  test("gives values back", async () => {
    const echoed = await Promise.all(VALUES.map((value) => client.call("echo", [value])));
    expect(echoed).toEqual(VALUES);
  });

  test("fails calls under the names of its exceptions", async () => {
    expect(await outcomeOf(client.call("fail", ["échec ☃"]))).toMatchObject({
      name: "ValueError",
      message: "échec ☃",
      peerStack: expect.stringContaining("Traceback") as string,
    });
    expect(await outcomeOf(client.call("nothing"))).toMatchObject({
      name: "KeyError",
      status: "unimplemented",
      message: "Function 'nothing' not found",
      mayHaveRun: false,
    });
    expect(await outcomeOf(client.call("add"))).toMatchObject({ name: "TypeError" });
    expect(await outcomeOf(client.inspect())).toMatchObject({ status: "unimplemented" });
  });

  test("answers many calls at once, each with its own, whatever their order", async () => {
    const calls = Array.from({ length: 60 }, (_, i) =>
      client.call("slow", [((i * 7) % 5) / 200, i]),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => i));
  });

  test("does not take a late answer for that of a later call", async () => {
    const slow = client.call("slow", [0.3, "late"], { timeoutMs: 50 });
    expect(await outcomeOf(slow)).toMatchObject({ status: "deadline_exceeded" });
    for (let i = 0; i < 10; i++) expect(await client.call("slow", [0.05, i])).toBe(i);
  });

  test("takes a MultiCall in one message", async () => {
    const multi = new MultiCall(client);
    multi["my"]?.["namespace"]?.["mult"]?.(2, 2);
    multi.call("add", [3], { named: { b: 3 } });
    multi["fail"]?.("second");
    multi["nope"]?.();
    multi["echo"]?.("last");
    const results = await multi();
    expect([results.at(0), results.at(1), results.at(4)]).toEqual([4, 6, "last"]);
    expect(() => results.at(2)).toThrow("second");
    expect(() => results.at(3)).toThrow("Function 'nope' not found");
  });
});

describe.skipIf(missing !== undefined)(`${title} as a client`, () => {
  class Counter {
    #count = 0;
    increment(by: number = 1): number {
      this.#count += by;
      return this.#count;
    }
    hidden(): string {
      return "not to be seen";
    }
    static {
      exposed(this.prototype.increment);
    }
  }

  let server: Server;
  let peer: MulticallPython;

  beforeAll(async () => {
    server = new Server(undefined, { dialects: [multicall()], sendStacks: true });
    server.register("my.namespace.mult", (a: number, b: number) => a * b);
    server.register("my.counter", new Counter(), { exposedOnly: true });
    server.register({
      add: (a: number, b: number) => a + b,
      echo: (value: unknown) => value,
      fail: (text: string) => {
        throw Object.assign(new Error(text), { name: "ValueError" });
      },
      handler: () => () => 1,
      odd: () => [NaN, -Infinity, 2n ** 100n],
      later: async (value: unknown) => Promise.resolve(value),
    });
    peer = await MulticallPython.client(await server.bind("tcp://127.0.0.1:0"));
  });

  afterAll(async () => {
    await peer[Symbol.asyncDispose]();
    await server.close();
  });

  const values = async (...calls: readonly Asked[]): Promise<unknown[]> =>
    (await peer.call(calls)).map(({ value }) => JSON.parse(value ?? "") as unknown);

  test("calls by position, by name, by dotted names and of instances", async () => {
    expect(
      await values(
        ["add", [2, 3], {}],
        ["add", [1], { b: 2 }],
        ["my.namespace.mult", [5, 7], {}],
        ["my.counter.increment", [], { by: 4 }],
        ["later", ["x"], {}],
      ),
    ).toEqual([5, 3, 35, 4, "x"]);
  });

  test("gets its values back", async () => {
    const plain = VALUES.map(toPlain);
    expect(await values(...plain.map((value): Asked => ["echo", [value], {}]))).toEqual(plain);
    const [odd] = await peer.call([["odd", [], {}]]);
    expect(odd?.value).toBe("[NaN,-Infinity,1267650600228229401496703205376]");
  });

  test("gets class, message and stack of errors", async () => {
    const [failed, unknown, wrong, unwritten, hidden] = await peer.call([
      ["fail", ["échec ☃"], {}],
      ["nope", [], {}],
      ["add", [1], { c: 2 }],
      ["handler", [], {}],
      ["my.counter.hidden", [], {}],
    ]);
    expect(hidden).toMatchObject({ error: "KeyError" });
    expect(failed).toMatchObject({ error: "ValueError", message: "échec ☃" });
    expect(failed?.traceback).toContain("multicall-python.test.ts");
    expect(unknown).toEqual({
      error: "KeyError",
      message: "Function 'nope' not found",
      traceback: "",
    });
    expect(wrong).toMatchObject({
      error: "TypeError",
      message: expect.stringContaining('"c"') as string,
    });
    expect(unwritten?.message).toContain("cannot be encoded");
  });

  test("makes MultiCalls, with each failure in its place", async () => {
    const outcomes = await peer.call(
      [
        ["my.namespace.mult", [2, 2], {}],
        ["fail", ["second"], {}],
        ["nope", [], {}],
        ["echo", ["last"], {}],
      ],
      true,
    );
    expect(outcomes).toMatchObject([
      { value: "4" },
      { error: "ValueError", message: "second" },
      { error: "KeyError" },
      { value: '"last"' },
    ]);
    expect(await peer.call([], true)).toEqual([]);
  });
});

/** What can be told to the peer as JSON of the platform. */
function toPlain(value: unknown): unknown {
  return typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))
    ? 1
    : value;
}
