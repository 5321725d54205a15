import { expect, test } from "vitest";
import { builtinMethods, readInspected } from "../../../../src/dialects/zerorpc/introspection.ts";
import { formatSignature, type MethodDescription } from "../../../../src/rpc/method.ts";
import { Registry } from "../../../../src/rpc/registry.ts";

const described: Readonly<Record<string, MethodDescription>> = {
  concat: {
    doc: "Join.",
    returns: "string",
    parameters: [
      { name: "a", optional: false, rest: false, type: "string" },
      { name: "sep", optional: true, rest: false, defaultText: '"-"', default: "-" },
      { name: "end", optional: true, rest: false, defaultText: "newline()" },
      { name: "more", optional: true, rest: true },
    ],
  },
  ticks: { streams: true, parameters: [] },
};

function builtins(): (name: string, ...args: readonly unknown[]) => unknown {
  const registry = new Registry("Kettle");
  const describe = (name: string): MethodDescription | undefined => described[name];
  registry.addFunction("ticks", () => 1, { describe });
  registry.addFunction("concat", () => 1, { describe });
  registry.addFunction("bound", Math.max.bind(Math));
  const methods = builtinMethods(registry);
  return (name, ...args) => methods.get(name)?.invoke(args);
}

test("tells the service's name and methods", () => {
  const call = builtins();
  expect(call("_zerorpc_ping")).toEqual(["pong", "Kettle"]);
  expect(call("_zerorpc_name")).toBe("Kettle");
  expect(call("_zerorpc_list")).toEqual(["bound", "concat", "ticks"]);
});

test("tells the documentation and the parameters of a method", () => {
  const call = builtins();
  expect(call("_zerorpc_help", "concat")).toBe("Join.");
  expect(call("_zerorpc_help", "ticks")).toBeNull();
  expect(call("_zerorpc_args", "concat")).toEqual([
    ["a", "sep", "end"],
    "more",
    null,
    ["-", "newline()"],
  ]);
  expect(call("_zerorpc_args", "ticks")).toEqual([[], null, null, null]);
  // Its source tells nothing of what a bound function takes.
  expect(call("_zerorpc_args", "bound")).toEqual([[], null, null, null]);
  expect(call("_zerorpc_inspect")).toMatchObject({ methods: { bound: { args: null, doc: null } } });
  expect(() => call("_zerorpc_help", "nope")).toThrow(
    expect.objectContaining({ name: "KeyError", message: "'nope'" }),
  );
});

test("reads of itself what it knew", () => {
  expect(readInspected(builtins()("_zerorpc_inspect"))).toMatchObject({
    name: "Kettle",
    methods: {
      concat: {
        doc: "Join.",
        returns: "string",
        parameters: [
          { name: "a", optional: false, rest: false, type: "string" },
          { name: "sep", optional: true, rest: false, default: "-", defaultText: '"-"' },
          { name: "end", optional: true, rest: false, defaultText: "newline()" },
          { name: "more", optional: true, rest: true },
        ],
      },
      ticks: { streams: true },
    },
  });
});

test("reads what an old peer tells, and makes the best of anything else", () => {
  const args = [{ name: "a" }, { name: "b", default: null }];
  expect(
    readInspected({ name: "Old", methods: { m: { args, doc: "D" }, n: { args: null } } }),
  ).toEqual({
    name: "Old",
    methods: {
      m: {
        doc: "D",
        parameters: [
          { name: "a", optional: false, rest: false },
          { name: "b", optional: true, rest: false, default: null, defaultText: "null" },
        ],
      },
      n: {},
    },
  });
  for (const answer of [null, undefined, 5, [], { methods: { m: null } }, { methods: [5] }]) {
    expect(readInspected(answer).name).toBe("");
  }
  const odd = [5, null, { name: { toString: 1 }, default: [2n ** 60n] }];
  expect(readInspected({ name: {}, methods: { m: { args: odd } } }).methods["m"]).toEqual({
    parameters: [
      {
        name: "?",
        optional: true,
        rest: false,
        default: [2n ** 60n],
        defaultText: '["1152921504606846976n"]',
      },
    ],
  });
});

test("tells a default that is an expression to old peers as text, and to new ones as what it is", () => {
  const registry = new Registry("Kettle");
  const START = 5;
  registry.addFunction("fill", (water = 1 + 2, from = START, label = "START") => [
    water,
    from,
    label,
  ]);
  const inspected = builtinMethods(registry).get("_zerorpc_inspect")?.invoke([]);
  expect(inspected).toMatchObject({
    methods: { fill: { args: [{ default: "1 + 2" }, { default: "START" }, { default: "START" }] } },
  });
  const { fill } = readInspected(JSON.parse(JSON.stringify(inspected))).methods;
  expect(formatSignature("fill", fill ?? {})).toBe(
    'fill(water = 1 + 2, from = START, label = "START")',
  );
  expect(fill?.parameters?.map((parameter) => parameter.default)).toEqual([
    undefined,
    undefined,
    "START",
  ]);
});

test("tells a default of null as null, not as its text", () => {
  const registry = new Registry("Kettle");
  registry.addFunction("fill", (water = null) => water);
  const inspected = builtinMethods(registry).get("_zerorpc_inspect")?.invoke([]);
  expect(inspected).toMatchObject({
    methods: { fill: { args: [{ name: "water", default: null }] } },
  });
  const args = builtinMethods(registry).get("_zerorpc_args")?.invoke(["fill"]);
  expect(args).toEqual([["water"], null, null, [null]]);
});
