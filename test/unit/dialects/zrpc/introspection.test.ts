import { describe, expect, test } from "vitest";
import {
  builtinMethods,
  cleanDocstring,
  introspection,
  LIST_METHOD,
  listMethods,
} from "../../../../src/dialects/zrpc/introspection.ts";
import { formatSignature } from "../../../../src/rpc/method.ts";
import { Registry } from "../../../../src/rpc/registry.ts";

function registryOf(service: object): Registry {
  const registry = new Registry("test");
  registry.addService("", service, {
    describe: (name) => (name === "add" ? { doc: "Adds." } : undefined),
  });
  return registry;
}

describe("the list of methods", () => {
  const registry = registryOf({
    add: (a: number, b = 1, c = null, ...rest: number[]) => [a, b, c, rest],
    now: (at = new Date(0)) => at,
    ns: { echo: (value: unknown) => value },
  });

  test("tells what is required and what has a default", () => {
    expect(listMethods(registry.methods)).toEqual({
      add: {
        docstring: "Adds.",
        args_required: ["a", "rest"],
        args_optional: { b: 1, c: null },
      },
      now: {
        docstring: "",
        args_required: [],
        args_optional: { at: "new Date(0)" },
        args_expressions: ["at"],
      },
      "ns.echo": { docstring: "", args_required: ["value"], args_optional: {} },
    });
  });

  test("keeps the indentation of our documentation", () => {
    const doc = "First.\n\n  Indented.";
    const described = new Registry("test");
    described.addFunction("one", () => 1, { describe: () => ({ doc }) });
    const list = listMethods(described.methods);
    expect(list["one"]?.docstring).toBe(`\n${doc}`);
    expect(introspection.read(list).methods["one"]?.doc).toBe(doc);
  });

  test("is read with expressions as they are in the source, and text as text", () => {
    const described = registryOf({ now: (at = new Date(0), zone = "new Date(0)") => [at, zone] });
    const { now } = introspection.read(listMethods(described.methods)).methods;
    expect(formatSignature("now", now ?? {})).toBe('now(at = new Date(0), zone = "new Date(0)")');
  });

  test("is a built-in method that sees later changes", () => {
    const method = builtinMethods(registry).get(LIST_METHOD);
    registry.addFunction("later", () => 1);
    expect(Object.keys(method?.invoke([]) as object)).toContain("later");
  });

  test("is read as descriptions", () => {
    const answer = {
      func: {
        docstring: "\n    Does it.\n\n      Indented.\n    ",
        args_required: ["arg"],
        args_optional: { kwarg: null, n: 10n ** 20n },
      },
    };
    expect(introspection.read(answer)).toEqual({
      name: "",
      methods: {
        func: {
          doc: "Does it.\n\n  Indented.",
          parameters: [
            { name: "arg", optional: false, rest: false },
            { name: "kwarg", optional: true, rest: false, default: null, defaultText: "null" },
            {
              name: "n",
              optional: true,
              rest: false,
              default: 10n ** 20n,
              defaultText: '"100000000000000000000"',
            },
          ],
        },
      },
    });
  });

  test.each([
    [null],
    [7],
    ["text"],
    [[1]],
    [{ a: null }],
    [{ a: { args_required: 1 } }],
    [new Map([[1, 2]])],
  ])("%j does not throw", (answer) => {
    expect(() => introspection.read(answer)).not.toThrow();
  });

  test.each([
    ["", ""],
    [" one line ", "one line"],
    ["first\n    second\n      third", "first\nsecond\n  third"],
    ["\n\n    a\n\n    b\n  ", "a\n\nb"],
    ["\n\ta\n\t\tb", "a\n        b"],
  ])("cleans %j", (docstring, expected) => {
    expect(cleanDocstring(docstring)).toBe(expected);
  });
});
