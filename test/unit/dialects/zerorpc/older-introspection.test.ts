import { describe, expect, test } from "vitest";
import { inspectByNames } from "../../../../src/dialects/zerorpc/older-introspection.ts";
import { RpcError } from "../../../../src/rpc/errors.ts";

const failed = new RpcError("unknown", "no attribute 'getargspec'", { origin: "peer" });

/** A server that fails at `_zerorpc_inspect` and answers what is in the table. */
function older(answers: Readonly<Record<string, (arg: unknown) => unknown>>): {
  readonly asked: string[];
  ask(method: string, args: readonly unknown[]): Promise<unknown>;
} {
  const asked: string[] = [];
  return {
    asked,
    ask: async (method, [arg]) => {
      asked.push(`${method}(${typeof arg === "string" ? arg : ""})`);
      const answer = answers[method];
      if (answer === undefined) throw failed;
      return Promise.resolve(answer(arg));
    },
  };
}

describe("inspectByNames", () => {
  test("asks for the documentation and the arguments of each method", async () => {
    const { ask } = older({
      _zerorpc_list: () => ["add", "concat"],
      _zerorpc_name: () => "Cooler",
      _zerorpc_help: (method) => (method === "add" ? "Adds." : null),
      _zerorpc_args: (method) =>
        method === "add" ? null : [["self", "a", "sep", "end"], "more", null, ["-", null]],
    });
    expect(await inspectByNames(ask)).toEqual({
      name: "Cooler",
      methods: {
        add: { doc: "Adds." },
        concat: {
          parameters: [
            { name: "self", optional: false, rest: false },
            { name: "a", optional: false, rest: false },
            { name: "sep", optional: true, rest: false, default: "-", defaultText: '"-"' },
            { name: "end", optional: true, rest: false },
            { name: "more", optional: true, rest: true },
          ],
        },
      },
    });
  });

  test("makes do with the names", async () => {
    const { ask } = older({ _zerorpc_list: () => ["a", "__proto__", 7] });
    const { name, methods } = await inspectByNames(ask);
    expect([name, Object.keys(methods)]).toEqual(["", ["a", "__proto__"]]);
  });

  test("asks only so many times, however many names come", async () => {
    const names = Array.from({ length: 2000 }, (_, at) => `m${at}`);
    const peer = older({ _zerorpc_list: () => names });
    expect(Object.keys((await inspectByNames(peer.ask)).methods)).toHaveLength(2000);
    expect(peer.asked).toHaveLength(2 + 2 * 500);
  });

  test("rejects when the server does not know its names, or is gone in between", async () => {
    await expect(inspectByNames(older({}).ask)).rejects.toBe(failed);
    const gone = new RpcError("unavailable", "gone");
    const { ask } = older({
      _zerorpc_list: () => ["a"],
      _zerorpc_name: () => {
        throw gone;
      },
    });
    await expect(inspectByNames(ask)).rejects.toBe(gone);
  });
});
