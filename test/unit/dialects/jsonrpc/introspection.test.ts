import { expect, test } from "vitest";
import { builtinMethods, readDiscovered } from "../../../../src/dialects/jsonrpc/introspection.ts";
import { Registry } from "../../../../src/rpc/registry.ts";
import type { MethodDescription } from "../../../../src/rpc/method.ts";

const described: Readonly<Record<string, MethodDescription>> = {
  add: {
    doc: "Adds.\n\nTwo numbers.",
    parameters: [
      { name: "a", optional: false, rest: false, type: "number" },
      { name: "b", optional: true, rest: false, type: "number", default: 1, defaultText: "1" },
    ],
    returns: "Promise<number[]>",
  },
  join: {
    parameters: [{ name: "parts", optional: true, rest: true, type: "readonly (string)[]" }],
    returns: "Map<string, string>",
  },
  ticks: { parameters: [], streams: true },
};

function discover(): { readonly document: unknown; readonly registry: Registry } {
  const registry = new Registry("Sums");
  registry.addService(
    "",
    {
      add: () => undefined,
      join: () => undefined,
      ticks: () => undefined,
      unknown: Math.max.bind(undefined),
    },
    { describe: (name) => described[name] },
  );
  const document = builtinMethods(registry).get("rpc.discover")?.invoke([]);
  return { document: JSON.parse(JSON.stringify(document)) as unknown, registry };
}

test("rpc.discover answers with an OpenRPC document", () => {
  expect(discover().document).toEqual({
    openrpc: "1.3.2",
    info: { title: "Sums", version: "0" },
    methods: [
      {
        name: "add",
        summary: "Adds.",
        description: "Adds.\n\nTwo numbers.",
        paramStructure: "either",
        params: [
          { name: "a", required: true, schema: { type: "number" }, "x-type": "number" },
          {
            name: "b",
            required: false,
            schema: { type: "number", default: 1 },
            "x-type": "number",
            "x-default": "1",
          },
        ],
        result: {
          name: "result",
          schema: { type: "array", items: { type: "number" } },
          "x-type": "Promise<number[]>",
        },
      },
      {
        name: "join",
        paramStructure: "either",
        params: [
          {
            name: "parts",
            required: false,
            schema: { type: "array", items: { type: "string" } },
            "x-type": "readonly (string)[]",
            "x-rest": true,
          },
        ],
        result: { name: "result", schema: {}, "x-type": "Map<string, string>" },
      },
      {
        name: "ticks",
        paramStructure: "either",
        params: [],
        result: { name: "result", schema: {} },
        "x-streams": true,
      },
      {
        name: "unknown",
        paramStructure: "by-position",
        params: [{ name: "args", required: false, schema: {}, "x-rest": true }],
        result: { name: "result", schema: {} },
      },
    ],
  });
});

test("what was written is read again", () => {
  const { document } = discover();
  expect(readDiscovered(document)).toEqual({
    name: "Sums",
    methods: { ...described, unknown: {} },
  });
});

test("documents of others are read as far as they go, and nonsense as nothing", () => {
  expect(
    readDiscovered({
      info: { title: "Petstore" },
      methods: [
        {
          name: "list",
          summary: "Lists.",
          params: [{ name: "limit", schema: { type: "integer", default: 10 } }, 7],
          result: { name: "pets", schema: { type: "array" } },
        },
        { name: 7 },
        null,
      ],
    }),
  ).toEqual({
    name: "Petstore",
    methods: {
      list: {
        doc: "Lists.",
        parameters: [
          {
            name: "limit",
            optional: true,
            rest: false,
            type: "integer",
            default: 10,
            defaultText: "10",
          },
        ],
        returns: "array",
      },
    },
  });
  for (const nonsense of [undefined, null, 7, "x", [], { methods: 7, info: 7 }]) {
    expect(readDiscovered(nonsense)).toEqual({ name: "", methods: {} });
  }
});
