import { describe, expect, it } from "vitest";

import { describeFunction } from "../../../../src/node/source/description.ts";
import { Meanings } from "../../../../src/node/source/meaning.ts";
import { SourceFiles } from "../../../../src/node/source/source-files.ts";
import { readSyntax } from "../../../../src/node/source/syntax.ts";
import { formatSignature } from "../../../../src/rpc/method.ts";

/** The signature and documentation that `text` gives to a dotted name. */
function told(text: string, name: string, path = "a.ts"): string | undefined {
  const file = readSyntax(path, text);
  if (file === undefined) return "unreadable";
  const meanings = new Meanings(new SourceFiles());
  const found = name
    .split(".")
    .reduce((at, part) => meanings.member(at, part), meanings.whole(file.block));
  const description = describeFunction(found);
  if (description === undefined) return undefined;
  const { doc } = description;
  return formatSignature(name, description) + (doc === undefined ? "" : ` | ${doc}`);
}

const ADD = "(a: number, b = 1): number";
const ARROW = "(a: number, b = 1): number => a + b";

describe("what an export stands for", () => {
  it.each([
    ["a function", `export function add${ADD} { return a; }`],
    ["an arrow", `export const add = ${ARROW};`],
    ["a function expression", `export const add = function ${ADD} { return a; };`],
    ["a name exported later", `const sum = ${ARROW};\nexport { sum as add };`],
    ["a name for a name", `const sum = ${ARROW};\nexport const add = sum;`],
    ["parentheses and assertions", `export const add = ((${ARROW}) as unknown)!;`],
    ["satisfies", `export const add = (${ARROW}) satisfies unknown;`],
    ["an awaited value", `const sum = ${ARROW};\nexport const add = await sum;`],
    ["a condition", `const sum = ${ARROW};\nexport const add = process ? sum : sum;`],
    ["a default for nothing", `const sum = ${ARROW};\nexport const add = undefined ?? sum;`],
    ["a member", `const math = { sum: ${ARROW} };\nexport const add = math.sum;`],
    ["a member in quotes", `const math = { "sum": ${ARROW} };\nexport const add = math["sum"];`],
    ["what a function returns", `function make() { return ${ARROW}; }\nexport const add = make();`],
    ["what an arrow returns", `const make = () => (${ARROW});\nexport const add = make();`],
    [
      "a method of an object",
      `const o = { add${ADD} { return a; } };\nexport const { add } = o, x = 1;\nexport default o;`,
      "default.add",
    ],
    ["a static method", `export class C { static add${ADD} { return a; } }`, "C.add"],
    ["a namespace", `export namespace deep.er { export const add = ${ARROW}; }`, "deep.er.add"],
    ["merged objects", `export const o = Object.assign({}, { add: ${ARROW} });`, "o.add"],
    [
      "an anonymous class",
      `export default new (class { add${ADD} { return a; } })();`,
      "default.add",
    ],
    [
      "a class expression",
      `const C = class { add${ADD} { return a; } };\nexport const c = new C();`,
      "c.add",
    ],
  ])("is followed through %s", (_, text, name = "add") => {
    expect(told(text, name)).toBe(`${name}(a: number, b = 1): number`);
  });

  it.each([
    ["module.exports = { add: sum };"],
    ["exports.add = sum;"],
    ["module.exports.add = sum;"],
    ["exports.plus = exports.add = sum;"],
    ["module['exports'] = { add: sum };"],
  ])("is followed through %s", (assignment) => {
    const text = `/** Adds.\n * @param {number} a\n * @param {number} [b=1] */\nfunction sum(a, b) {}\n${assignment}`;
    expect(told(text, "add", "a.cjs")).toBe("add(a: number, b: number = 1) | Adds.");
  });

  it.each([
    ["an interface", "interface T { add(a: string): void }"],
    ["a type", "type T = { add(a: string): void };"],
    ["a property of function type", "type T = { add: (a: string) => void };"],
    ["an interface that extends", "interface B { add(a: string): void }\ninterface T extends B {}"],
    [
      "a type in a namespace",
      "namespace N { interface I { add(a: string): void } }\ntype T = N.I;",
    ],
    ["an intersection", "interface I { add(a: string): void }\ntype T = { x: 1 } & I;"],
    ["a union with nothing", "interface I { add(a: string): void }\ntype T = undefined | I;"],
    ["Readonly", "interface I { add(a: string): void }\ntype T = Readonly<I>;"],
    ["typeof", "const o: { add(a: string): void };\ntype T = typeof o;"],
    ["a class", "class T { add(a: string): void }"],
    ["a type of calls", "interface F { (a: string): void }\ninterface T { add: F }"],
  ])("is followed through %s in declarations", (_, text) => {
    expect(told(`${text}\nexport const service: T;`, "service.add", "a.d.ts")).toBe(
      "service.add(a: string): void",
    );
  });

  it("is followed through the marks of this package, without the call that a handler gets", () => {
    const marks = 'import { exposed, withContext as served } from "zerocall";\n';
    expect(told(`${marks}export const add = exposed(${ARROW});`, "add")).toBe(
      "add(a: number, b = 1): number",
    );
    const text = `${marks}/** Adds. */\nexport const add = served((call, a: number, b = 1) => a);`;
    expect(told(text, "add")).toBe("add(a: number, b = 1) | Adds.");
    const other = "const withContext = (f) => f;\nexport const add = withContext((call, a) => a);";
    expect(told(other, "add")).toBeUndefined();
  });

  it("is nothing where only running the code would tell", () => {
    expect(told("export const add = globalThis.make();", "add")).toBeUndefined();
    expect(told("export const add = table[key];", "add")).toBeUndefined();
    expect(told("export const [add] = list;", "add")).toBeUndefined();
  });

  it("ends in circles", () => {
    expect(told("export const a = b; const b = a;", "a")).toBeUndefined();
    expect(
      told("interface A extends B {} interface B extends A {} export const a: A;", "a.x"),
    ).toBeUndefined();
    expect(told("function f() { return f(); } export const a = f();", "a.x")).toBeUndefined();
  });

  it("is unreadable when the text is no program at all", () => {
    expect(told("export const = {{{", "a")).toBe("unreadable");
  });
});

describe("documentation", () => {
  it("is that of the outermost declaration", () => {
    const text = "/** Inner. */\nfunction sum() {}\n/** Outer. */\nexport const add = sum;";
    expect(told(text, "add")).toBe("add() | Outer.");
    expect(told("/** Inner. */\nfunction sum() {}\nexport const add = sum;", "add")).toBe(
      "add() | Inner.",
    );
  });

  it("is not that of the file", () => {
    expect(told("/** The file.\n * @module */\nexport function add() {}", "add")).toBe("add()");
  });

  it("is not an ordinary comment", () => {
    expect(told("/* no */\nexport function add() {}", "add")).toBe("add()");
  });
});

describe("parameters", () => {
  it("have types on one line without comments", () => {
    const text = "export function f(a:\n  | 1 // one\n  | 2 /* two */): void {}";
    expect(told(text, "f")).toBe("f(a: 1 | 2): void");
  });

  it("have the name of their tag when they are taken apart", () => {
    const text = "/** @param point */\nexport function f({ x, y }: P, [z]: Q = []): void {}";
    expect(told(text, "f")).toBe("f(point: P, arg2: Q = []): void");
  });

  it("do not count this", () => {
    expect(told("export function f(this: Date, a?: 1): void {}", "f")).toBe("f(a?: 1): void");
  });

  it("of overloads are joined, and the implementation is left out", () => {
    const text =
      "export function f(a: 1): 1;\nexport function f(a: () => 2, b: 3): 2;\n" +
      "export function f(...all: any[]): any {}";
    expect(told(text, "f")).toBe("f(a: 1 | (() => 2), b?: 3): 1 | 2");
  });
});
