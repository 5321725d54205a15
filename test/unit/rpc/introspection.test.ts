import { expect, test } from "vitest";
import { builtinMethods, introspection } from "../../../src/rpc/introspection.ts";
import { Registry } from "../../../src/rpc/registry.ts";

test("a server tells what it offers, and a client reads it", () => {
  const registry = new Registry("shop");
  const methods = builtinMethods(registry);
  registry.addFunction("math.add", (a: number, b = 2) => a + b, {
    describe: () => ({
      doc: "Adds.",
      returns: "number",
      parameters: [
        { name: "a", optional: false, rest: false, type: "number" },
        { name: "b", optional: true, rest: false, defaultText: "2", default: 2 },
      ],
    }),
  });
  registry.addFunction("none", () => undefined);
  const told: unknown = methods.get(introspection.method)?.invoke([]);
  expect(introspection.read(JSON.parse(JSON.stringify(told)))).toEqual({
    name: "shop",
    methods: {
      "math.add": {
        doc: "Adds.",
        returns: "number",
        parameters: [
          { name: "a", optional: false, rest: false, type: "number" },
          { name: "b", optional: true, rest: false, defaultText: "2" },
        ],
      },
      none: { parameters: [] },
    },
  });
});

test.each([undefined, null, 5, [], {}, { methods: 5 }, { methods: [5, null] }])(
  "what tells nothing is read as nothing: %j",
  (value) => {
    expect(introspection.read(value).methods).toEqual({});
  },
);

test("what is told of a method is read as far as it makes sense", () => {
  const read = introspection.read({
    name: "odd",
    methods: [{ name: "__proto__", doc: 5, parameters: [{ name: 1, optional: "yes" }, 7] }],
  });
  expect(Object.keys(read.methods)).toEqual(["__proto__"]);
  expect(Object.values(read.methods)).toEqual([
    { parameters: [{ name: "1", optional: false, rest: false }] },
  ]);
});
