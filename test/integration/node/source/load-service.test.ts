import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { loadService } from "../../../../src/node/source/load-service.ts";
import type { LoadedService } from "../../../../src/node/source/load-service.ts";
import { formatSignature } from "../../../../src/rpc/method.ts";

const PACKAGES = {
  // Types by a condition of its exports, written over several files.
  "typed/package.json": JSON.stringify({
    name: "typed",
    type: "module",
    exports: {
      ".": { import: { types: "./dist/index.d.ts", default: "./dist/index.js" } },
      "./sub": { types: "./dist/sub.d.ts", default: "./dist/sub.js" },
    },
  }),
  "typed/dist/index.js":
    "export * from './add.js';\nexport * as text from './text.js';\nexport const api = { ping: () => 'pong' };",
  "typed/dist/index.d.ts":
    'export * from "./add.js";\nexport * as text from "./text.js";\n' +
    'import type { Api } from "./api.js";\nexport declare const api: Readonly<Api>;\n',
  "typed/dist/add.js": "export function add(a, b) { return a + b; }",
  "typed/dist/add.d.ts":
    "/** Adds. */\nexport declare function add(a: number, b: number): number;\n" +
    "/** Joins. */\nexport declare function add(a: string): string;\n",
  "typed/dist/text.js": "export const shout = (text) => text.toUpperCase();",
  "typed/dist/text.d.ts":
    "/** Raises the voice. */\nexport declare const shout: (text: string) => string;\n",
  "typed/dist/api.d.ts":
    "interface Base { /** Answers. */ ping(): string }\nexport interface Api extends Base {}\n",
  "typed/dist/sub.js": "export const sub = () => 1;",
  "typed/dist/sub.d.ts": "export declare const sub: () => 1;",
  // Types in another package, as `export =` of a namespace and a function.
  "old/package.json": JSON.stringify({ name: "old", main: "main.js" }),
  "old/main.js": "module.exports = function old() {};\nmodule.exports.twice = (n) => 2 * n;",
  "@types/old/package.json": JSON.stringify({ name: "@types/old", types: "index" }),
  "@types/old/index.d.ts":
    "declare function old(reason?: string): void;\n" +
    "declare namespace old { /** Doubles. */ function twice(n: number): number; }\nexport = old;\n",
  // No types at all.
  "bare/package.json": JSON.stringify({ name: "bare", main: "main.js" }),
  "bare/main.js": "/** Halves. */\nexports.half = (n) => n / 2;",
  "hidden/package.json": JSON.stringify({ name: "hidden", exports: { "./only": "./only.js" } }),
};

const FILES = {
  "package.json": '{ "type": "module" }',
  "class.ts": `
    import { Base } from "./base.js";
    import type { Options } from "./options";
    export default class Cooler extends Base {
      static hidden(): void {}
      #secret = 1;
      /** Adds a number. */
      add = (n: number, by = 42, label: string | null = null): number => n + by;
      configure({ deep }: Options, ...rest: readonly string[]): void {}
      get value(): number { return this.#secret; }
      over(a: string): string;
      over(a: string, b: number): string;
      over(a: string, b?: number): string { return a + String(b); }
    }
  `,
  "base.ts":
    "export class Base { /** From the base. */ inherited(this: Base, when?: Date): AsyncIterable<number> { throw new Error(String(when)); } }",
  "options.ts": "export interface Options { deep: boolean }",
  "instance.ts":
    'import Cooler from "./class.ts";\nexport const cooler = new Cooler();\nexport const again: Cooler = cooler;',
  "maker.ts":
    "interface Made { /** Told by its type. */ run(times: number): void }\n" +
    "function make(): Made { return { run() {} }; }\nexport const made = make();\n" +
    "export const frozen = Object.freeze({ /** Frozen. */ go(a: string) { return a; } });\n" +
    "const part = { spread(a: 1) { return a; } };\nexport const whole = { ...part, own: () => 1 };",
  "plain.js": `
    /**
     * Sums up.
     * @param {number} first
     * @param {number} [second=2]
     * @param {...number} more
     * @returns {Promise<number>} the sum
     */
    export async function sum(first, second, ...more) { return first + second + more.length; }
    export const untold = (a, b) => [a, b];
    /** @yields {number} a number */
    export function numbers() { return [1][Symbol.iterator](); }
    export { sum as total };
  `,
  "legacy.cjs": `
    function Legacy() {}
    Legacy.prototype.greet = function (name) { return "hi " + name; };
    module.exports = Legacy;
  `,
  "assigned.cjs":
    "class Assigned { constructor() { /** Set late. @param {string} a */ this.late = (a) => a; } }\nexports.one = new Assigned();",
  "self.cjs":
    "function Self() {}\nSelf.prototype.me = () => 1;\nmodule.exports = Self;\nSelf.Self = Self;\nSelf.default = Self;",
  "picky.mjs": "export class Picky { constructor(options) { this.name = options.name; } }",
  "both.mjs": "export const one = () => 1;\nexport default { one };",
  "circle.ts":
    'export * from "./circle.ts";\nexport { gone } from "./circle.ts";\nexport const here = (): boolean => true;',
};

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "zerocall-source-")));
  const packages = Object.entries(PACKAGES).map(([path, text]) => [`node_modules/${path}`, text]);
  for (const [path = "", text = ""] of [...packages, ...Object.entries(FILES)]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function load(specifier: string): Promise<LoadedService> {
  return loadService(specifier, folder);
}

/** The signature and the first line of documentation of a method. */
function told(loaded: LoadedService, method: string): string {
  const description = loaded.describe(method);
  if (description === undefined) return "unknown";
  const doc = description.doc?.split("\n")[0];
  return formatSignature(method, description) + (doc === undefined ? "" : ` | ${doc}`);
}

describe("a module of Node", () => {
  it("is its own value, described by @types/node where the user has it", async () => {
    const here = await loadService("node:path");
    expect(here.service).toBe((await import("node:path")).default);
    expect(here.name).toBe("path");
    expect(told(here, "join")).toBe(
      "join(...paths: string[]): string | Join all arguments together and normalize the resulting path.",
    );
    expect(told(here, "win32.basename")).toMatch(
      /^win32\.basename\(path: string, suffix\?: string\)/,
    );
    expect(told(here, "toString")).toBe("unknown");
  });

  it("is served without its descriptions elsewhere", async () => {
    const bare = await load("node:path");
    expect(bare.service).toHaveProperty("join");
    expect(bare.describe("join")).toBeUndefined();
  });

  it("needs no prefix", async () => {
    expect((await load("fs/promises")).name).toBe("fs/promises");
  });
});

describe("a package", () => {
  it("is described by the types of its exports, overloads joined", async () => {
    const typed = await load("typed");
    expect(typed.name).toBe("typed");
    expect(told(typed, "add")).toBe("add(a: number | string, b?: number): number | string | Adds.");
    expect(told(typed, "text.shout")).toBe("text.shout(text: string): string | Raises the voice.");
    expect(told(typed, "api.ping")).toBe("api.ping(): string | Answers.");
    expect(told(await load("typed/sub"), "sub")).toBe("sub(): 1");
  });

  it("is described by @types when it has none of its own", async () => {
    const old = await load("old");
    expect(Object.keys(old.service).toSorted()).toEqual(["old", "twice"]);
    expect(told(old, "twice")).toBe("twice(n: number): number | Doubles.");
    expect(told(old, "old")).toBe("old(reason?: string): void");
  });

  it("is described by its code when there are no types", async () => {
    // Which parameters may be left out is not known, so none are told.
    expect((await load("bare")).describe("half")).toEqual({ doc: "Halves." });
  });

  it("is looked for in every folder above", async () => {
    await expect(load("absent/sub")).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: expect.stringContaining(join(folder, "node_modules", "absent")) as string,
    });
  });

  it("says what its exports refuse", async () => {
    await expect(load("hidden")).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: expect.stringMatching(/hidden: .*"exports"/) as string,
    });
  });
});

describe("a TypeScript file", () => {
  it("gives an instance of its class with inherited methods", async () => {
    const cooler = await load("class.ts");
    expect(cooler.name).toBe("Cooler");
    expect(told(cooler, "add")).toBe(
      "add(n: number, by = 42, label: string | null = null): number | Adds a number.",
    );
    expect(cooler.describe("add")?.parameters?.map((parameter) => parameter.default)).toEqual([
      undefined,
      42,
      null,
    ]);
    expect(told(cooler, "configure")).toBe(
      "configure(arg1: Options, ...rest: readonly string[]): void",
    );
    expect(told(cooler, "over")).toBe("over(a: string, b?: number): string");
    expect(told(cooler, "inherited")).toBe(
      "inherited(when?: Date): AsyncIterable<number> | From the base.",
    );
    expect(cooler.describe("inherited")?.streams).toBe(true);
    expect(cooler.describe("hidden")).toBeUndefined();
    expect(cooler.describe("secret")).toBeUndefined();
  });

  it("is followed through instances, makers, spreads and types", async () => {
    expect(told(await load("instance.ts#cooler"), "inherited")).toMatch(/From the base/);
    expect(told(await load("instance"), "again.add")).toMatch(/Adds a number/);
    const maker = await load("maker.ts");
    expect(told(maker, "made.run")).toBe("made.run(times: number): void | Told by its type.");
    expect(told(maker, "frozen.go")).toBe("frozen.go(a: string) | Frozen.");
    expect(told(maker, "whole.spread")).toBe("whole.spread(a: 1)");
    expect(told(maker, "whole.own")).toBe("whole.own()");
  });

  it("may export itself in circles", async () => {
    const circle = await load("circle.ts#here");
    expect(told(circle, "here")).toBe("here(): boolean");
    expect(circle.describe("gone")).toBeUndefined();
  });
});

describe("a JavaScript file", () => {
  it("is described by its JSDoc", async () => {
    const plain = await load("plain.js");
    expect(told(plain, "sum")).toBe(
      "sum(first: number, second: number = 2, ...more: number): Promise<number> | Sums up.",
    );
    expect(told(plain, "total")).toMatch(/^total\(first: number/);
    expect(plain.describe("numbers")?.streams).toBe(true);
    expect(plain.describe("untold")).toEqual({});
  });

  it("may be a class of the old kind", async () => {
    const legacy = await load("legacy.cjs");
    expect(legacy.name).toBe("Legacy");
    expect((legacy.service as { greet(name: string): string }).greet("you")).toBe("hi you");
  });

  it("may be an old class that is its own property", async () => {
    expect((await load("self.cjs")).service).toHaveProperty("me");
  });

  it("may not be a class that needs arguments", async () => {
    await expect(load("picky.mjs")).rejects.toMatchObject({
      code: "SOURCE_FAILED",
      message: expect.stringMatching(
        /^cannot construct Picky without arguments: TypeError/,
      ) as string,
    });
  });

  it("may set methods in a constructor", async () => {
    expect(told(await load("assigned.cjs"), "one.late")).toMatch(/Set late/);
  });

  it("is served by its named exports when it has a default as well", async () => {
    expect(Object.keys((await load("both.mjs")).service)).toEqual(["one"]);
  });
});
