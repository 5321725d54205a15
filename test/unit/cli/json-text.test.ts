import { describe, expect, it } from "vitest";

import { JsonSyntaxError, parseJson } from "../../../src/cli/json-text.ts";

function failure(text: string): JsonSyntaxError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} is JSON`);
}

describe("parseJson", () => {
  it("keeps integers that a number cannot hold", () => {
    expect(parseJson("9007199254740991")).toBe(9007199254740991);
    expect(parseJson("[9007199254740993, -18446744073709551615]")).toEqual([
      9007199254740993n,
      -18446744073709551615n,
    ]);
    expect(parseJson("1e20")).toBe(1e20);
    expect(parseJson("10000000000000000.5")).toBe(10000000000000000);
  });

  it("keeps the key __proto__ a key", () => {
    const value = parseJson('{"__proto__": {"polluted": true}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in value).toBe(false);
  });

  it.each([
    ["", 0, /expected a JSON value, got the end/],
    ["  ", 2, /got the end at character 3/],
    ["abc", 0, /expected a JSON value, got "a" at character 1/],
    ['{"a": }', 6, /expected a value, got "}" at character 7/],
    ["{a: 1}", 1, /a key in double quotes/],
    ['{"a" 1}', 5, /":" after a key/],
    ['{"a": 1 "b"}', 8, /"," or "}"/],
    ['{"a": 1,}', 8, /a key in double quotes/],
    ["[1 2]", 3, /"," or "\]"/],
    ["[1,]", 3, /a value/],
    ["01", 1, /expected the end/],
    ["1 2", 2, /expected the end/],
    ["tru", 0, /a JSON value/],
    ['"abc', 4, /a closing double quote/],
    ['"a\\x"', 3, /an escape/],
    ['"\\u12G4"', 5, /four hexadecimal digits/],
    ['"a\nb"', 2, /no control character/],
    ["-", 0, /a JSON value/],
    ["[NaN]", 1, /got "N"/],
  ])("says where %j is wrong", (text, offset, message) => {
    const error = failure(text);
    expect(error.offset).toBe(offset);
    expect(error.message).toMatch(message);
  });

  it("refuses nesting without end", () => {
    expect(failure("[".repeat(100_000)).message).toMatch(/at most 500 levels/);
  });
});
