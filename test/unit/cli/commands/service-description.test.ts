import { describe, expect, it } from "vitest";

import { describeService } from "../../../../src/cli/commands/service-description.ts";
import type { Asker } from "../../../../src/cli/commands/service-description.ts";
import { RpcError } from "../../../../src/node/index.ts";

const failed = new RpcError("unknown", "no attribute 'getargspec'", { origin: "peer" });

/** A server that fails at `_zerorpc_inspect` and answers what is in the table. */
function older(answers: Readonly<Record<string, (arg: unknown) => unknown>>): Asker & {
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    inspect: () => Promise.reject(failed),
    call: async (method, [arg]) => {
      asked.push(`${method}(${typeof arg === "string" ? arg : ""})`);
      const answer = answers[method];
      if (answer === undefined) throw failed;
      return Promise.resolve(answer(arg));
    },
  };
}

const all = { docs: true, signatures: true };

describe("describeService", () => {
  it("takes what the server tells by itself", async () => {
    const told = { name: "Cooler", methods: { add: {} } };
    const asker = { ...older({}), inspect: () => Promise.resolve(told) };
    expect(await describeService(asker, all, {})).toBe(told);
    expect(asker.asked).toEqual([]);
  });

  it("asks for each method where the server cannot tell all at once", async () => {
    const asker = older({
      _zerorpc_list: () => ["add", "concat"],
      _zerorpc_name: () => "Cooler",
      _zerorpc_help: (method) => (method === "add" ? "Adds." : null),
      _zerorpc_args: (method) =>
        method === "add" ? null : [["self", "a", "sep", "end"], "more", null, ["-", null]],
    });
    expect(await describeService(asker, all, {})).toEqual({
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

  it("asks only for what is wanted", async () => {
    const asker = older({ _zerorpc_list: () => ["a", "b"], _zerorpc_help: () => "text" });
    const told = await describeService(asker, { ...all, only: "b" }, {});
    expect(told).toEqual({ name: "N/A", methods: { a: {}, b: { doc: "text" } } });
    expect(asker.asked).toEqual([
      "_zerorpc_list()",
      "_zerorpc_name()",
      "_zerorpc_help(b)",
      "_zerorpc_args(b)",
    ]);
  });

  it("does not ask about a method that is not listed", async () => {
    const asker = older({ _zerorpc_list: () => ["a"], _zerorpc_name: () => "n" });
    const told = await describeService(asker, { ...all, only: "__proto__" }, {});
    expect(Object.keys(told.methods)).toEqual(["a"]);
    expect(asker.asked).not.toContain("_zerorpc_help(__proto__)");
  });

  it("passes on that nobody answered", async () => {
    const nobody = new RpcError("unavailable", "nobody listens");
    const asker = { ...older({}), inspect: () => Promise.reject(nobody) };
    await expect(describeService(asker, all, {})).rejects.toBe(nobody);
  });

  it("passes on that the server knows no words at all", async () => {
    await expect(describeService(older({}), all, {})).rejects.toBe(failed);
  });
});
