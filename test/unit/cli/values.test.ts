import { describe, expect, it } from "vitest";

import { formatJson, formatReadable, parseParameters } from "../../../src/cli/values.ts";

describe("parseParameters", () => {
  it("passes words as strings unless they are JSON", () => {
    expect(parseParameters(["1", "a b", ""], false)).toEqual(["1", "a b", ""]);
    expect(parseParameters(["1", '"a b"', '{"a": [null]}'], true)).toEqual([
      1,
      "a b",
      { a: [null] },
    ]);
  });

  it("points at the place where a parameter is no JSON", () => {
    expect(() => parseParameters(["1", '{"a": }'], true)).toThrow(
      'parameter 2 is no JSON: expected a value, got "}" at character 7\n  {"a": }\n        ^',
    );
  });
});

describe("formatReadable", () => {
  it("writes values as JavaScript does", () => {
    expect(formatReadable("a/b/c", false)).toBe("'a/b/c'");
    expect(formatReadable(null, false)).toBe("null");
    expect(formatReadable({ a: [1, 2n, { b: { c: { d: { e: 1 } } } }] }, false)).toBe(
      "{\n  a: [\n    1,\n    2n,\n    {\n      b: { c: { d: { e: 1 } } }\n    }\n  ]\n}",
    );
  });

  it("leaves nothing out of long values", () => {
    expect(
      formatReadable(
        Array.from({ length: 500 }, (_, index) => index),
        false,
      ),
    ).toContain("499");
    expect(formatReadable("x".repeat(100_000), false)).toHaveLength(100_002);
  });

  it("shows control characters instead of sending them to the terminal", () => {
    expect(formatReadable("\u001B[2J", false)).toBe("'\\x1B[2J'");
  });

  it("is coloured only when asked", () => {
    expect(formatReadable(1, true)).toBe("\u001B[33m1\u001B[39m");
  });
});

describe("formatJson", () => {
  it.each([
    { value: null, text: "null" },
    { value: undefined, text: "null" },
    { value: Number.NaN, text: "null" },
    { value: Number.NEGATIVE_INFINITY, text: "null" },
    { value: -0.5, text: "-0.5" },
    { value: "a\n\u2028é", text: '"a\\n\u2028é"' },
    { value: 18446744073709551615n, text: "18446744073709551615" },
    { value: new Uint8Array([104, 105]), text: '"aGk="' },
    { value: [1, [2]], text: "[1, [2]]" },
    { value: { a: 1, b: undefined }, text: '{"a": 1, "b": null}' },
    {
      value: new Map<unknown, unknown>([
        [1, "x"],
        ["y", 2],
      ]),
      text: '{"1": "x", "y": 2}',
    },
    { value: new Set([1, 2]), text: "[1, 2]" },
    { value: new Date(0), text: '"1970-01-01T00:00:00.000Z"' },
    { value: {}, text: "{}" },
    { value: [], text: "[]" },
  ])("writes $text", ({ value, text }) => {
    expect(formatJson(value)).toBe(text);
    expect(() => JSON.parse(formatJson(value)) as unknown).not.toThrow();
  });

  it("ends in deep nesting", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 5000; depth++) value = [value];
    expect(formatJson(value)).toContain("null");
  });
});
