import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Registry } from "../../../src/rpc/registry.ts";
import { readParameters } from "../../../src/rpc/signature.ts";

class Service {
  add(a: number): number {
    return a;
  }
}

const OBJECT_NAMES = Object.getOwnPropertyNames(Object.prototype);

test("no name reaches what every object has", () => {
  const registry = new Registry("test");
  registry.addService("", new Service());
  registry.addService("plain", { add: () => 1, nested: { add: () => 2 } });
  const known = new Set(["add", "plain.add", "plain.nested.add"]);
  const part = fc.oneof(fc.constantFrom(...OBJECT_NAMES, "add", "plain", "nested"), fc.string());
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
  fc.assert(
    fc.property(name, (asked) => {
      expect(registry.find(asked) !== undefined).toBe(known.has(asked));
    }),
    { numRuns: 2000 },
  );
});

const NAMES = ["a", "bb", "$c", "_d", "größe", "of", "async", "get"];
const DEFAULTS = [
  "1",
  "-1",
  "null",
  '"x"',
  "'y'",
  "'a,b)'",
  "`t${[1, `u`].length}`",
  "[1, 2]",
  "{ p: { q: ')' } }",
  "(1, 2)",
  "/[/,)]\\/,/g",
  "8 / 2 / 2",
  "() => ({})",
  "function (x, y) { return x / y; }",
  "/* , */ 3",
  "async (z) => [z]",
  "class { m(a, b) {} }",
  "1 >= 0",
  "(a => a)(2)",
];
const SHAPES = ["{ x, y: [z] }", "[x, , y]", "{ x = ')', ...rest }", "{}"];

const parameter = fc.oneof(
  fc.record({ name: fc.constantFrom(...NAMES), text: fc.option(fc.constantFrom(...DEFAULTS)) }),
  fc.record({ name: fc.constant(""), text: fc.constantFrom(...SHAPES) }),
);
const form = fc.constantFrom(
  (list: string) => `(${list}) => 1`,
  (list: string) => `async (${list}) => { return (a, b) => a / b; }`,
  (list: string) => `function name(${list}) {}`,
  (list: string) => `async function* (${list}) { yield "),("; }`,
  (list: string) => `({ method(${list}) {} }).method`,
  (list: string) => `({ async *["comp(uted" + ")"](${list}) {} })["comp(uted)"]`,
  (list: string) => `({ get(${list}) {} }).get`,
  (list: string) => `(class { static "quoted(" (${list}) {} })["quoted("]`,
  (list: string) => `(class { static async /* ( */ of(${list}) {} }).of`,
);

test("the parameters of a function are those that were written", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(parameter, { maxLength: 5, selector: ({ name, text }) => name || text }),
      fc.boolean(),
      form,
      (given, rest, make) => {
        const shapes = given.filter(({ name }) => name === "").length;
        fc.pre(shapes <= 1);
        const texts = given.map(({ name, text }) => {
          if (name === "")
            return `${text}${shapes === 1 ? " = {}" : ""}`.replace("] = {}", "] = []");
          return text === null ? name : `${name} = ${text}`;
        });
        if (rest) texts.push("...more");
        const source = make(texts.join(" /* , ( */, // )\n"));
        // oxlint-disable-next-line no-eval -- the sources are those of this file
        const handler = (0, eval)(`(${source})`) as (...args: never[]) => unknown;
        const read = readParameters(handler);
        expect(read?.map(({ name }) => name)).toEqual([
          ...given.map(({ name }, index) => name || `arg${index + 1}`),
          ...(rest ? ["more"] : []),
        ]);
        expect(read?.map((one) => one.optional)).toEqual([
          ...given.map(({ name, text }) => name === "" || text !== null),
          ...(rest ? [true] : []),
        ]);
      },
    ),
    { numRuns: 500 },
  );
});

test("any text after a parameter list is read without an error and in finite time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const toString = vi.spyOn(Function.prototype, "toString").mockReturnValue(`(${text}`);
      try {
        const read = readParameters(() => 1);
        expect(read === undefined || Array.isArray(read)).toBe(true);
      } finally {
        toString.mockRestore();
      }
    }),
  );
});
