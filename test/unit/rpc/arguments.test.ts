import { describe, expect, test } from "vitest";
import { countMismatch, placeNamed } from "../../../src/rpc/arguments.ts";
import { makeMethod } from "../../../src/rpc/method.ts";

function method(...names: string[]): ReturnType<typeof makeMethod> {
  const parameters = names.map((name) => ({
    name: name.replace(/^\.\.\.|\?$/g, ""),
    optional: name.endsWith("?") || name.startsWith("..."),
    rest: name.startsWith("..."),
  }));
  return makeMethod("m", () => 1, undefined, { parameters });
}

describe("countMismatch", () => {
  const cases: [string[], number, string | undefined][] = [
    [["a"], 1, undefined],
    [["a"], 0, "m() takes 1 argument, got 0; its signature is m(a)"],
    [["a", "b"], 3, "m() takes 2 arguments, got 3; its signature is m(a, b)"],
    [["a", "b?"], 0, "m() takes at least 1 argument, got 0; its signature is m(a, b?)"],
    [["a", "b?"], 3, "m() takes at most 2 arguments, got 3; its signature is m(a, b?)"],
    [
      ["a", "b", "...c"],
      1,
      "m() takes at least 2 arguments, got 1; its signature is m(a, b, ...c)",
    ],
    [["a", "b", "...c"], 9, undefined],
    [[], 1, "m() takes 0 arguments, got 1; its signature is m()"],
  ];
  for (const [names, count, message] of cases) {
    test(`(${names.join(", ")}) with ${count}`, () => {
      expect(countMismatch(method(...names), count)?.message).toBe(message);
    });
  }
});

describe("placeNamed", () => {
  test("puts names in order behind positions and leaves gaps undefined", () => {
    expect(placeNamed(method("a", "b?", "c?"), [], { c: 3, a: 1 })).toEqual({
      type: "arguments",
      args: [1, undefined, 3],
    });
    expect(placeNamed(method("a", "b?"), [1], { b: 2 })).toMatchObject({ args: [1, 2] });
    expect(placeNamed(method("a"), [1], {})).toMatchObject({ args: [1] });
    expect(placeNamed(method("toString?", "b?"), [], { b: 2 })).toMatchObject({
      args: [undefined, 2],
    });
  });

  test("says what is unknown, missing, twice there, or cannot be named", () => {
    const texts = [
      placeNamed(method("a"), [], { x: 1, toString: 2 }),
      placeNamed(method("a", "b"), [], { b: 1 }),
      placeNamed(method("a"), [1], { a: 1 }),
      placeNamed(method("...a"), [], { a: 1 }),
      placeNamed(makeMethod("m", Math.max), [], { a: 1 }),
      placeNamed(
        makeMethod("m", (a: number, b: number, c = 3) => a + b + c),
        [],
        { b: 1 },
      ),
      placeNamed(
        makeMethod("m", (a: number, b: number) => a + b),
        [],
        { a: 1 },
      ),
    ].map((matched) => (matched.type === "mismatch" ? matched.failure.message : ""));
    expect(texts).toEqual([
      'm() has no parameter "x", "toString"; its signature is m(a)',
      'm() misses the argument "a"; its signature is m(a, b)',
      'm() got "a" by position and by name; its signature is m(a)',
      'm() has no parameter "a"; its signature is m(...a)',
      "m() takes no arguments by name, because its parameters are not known; its signature is m(??)",
      'm() misses the argument "a"; its signature is m(a, b, c = 3)',
      'm() misses the argument "b"; its signature is m(a, b)',
    ]);
  });
});
