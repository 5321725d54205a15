import { expect, test } from "vitest";
import * as errors from "../../../src/codec/errors.ts";

test("each error says what was expected, what came and where", () => {
  const made = [
    errors.truncated(5),
    errors.malformed(0xc1, 3),
    errors.badText(4),
    errors.badKey("__proto__", 2),
    errors.tooDeep(128),
    errors.tooManyElements(10, 11),
    errors.tooLongString(10, 11),
    errors.unsupported("a symbol", ""),
  ];
  expect(made.map(({ code, message }) => [code, message])).toEqual([
    ["CODEC_TRUNCATED", "expected more octets after offset 5"],
    ["CODEC_MALFORMED", "expected a value at offset 3, got octet 0xc1"],
    ["CODEC_UTF8", "expected valid utf-8 at offset 4"],
    ["CODEC_KEY", 'map key "__proto__" at offset 2 is not allowed'],
    ["CODEC_DEPTH", "expected at most maxDepth = 128 levels of nesting, got more"],
    ["CODEC_ELEMENTS", "expected at most maxElements = 10 entries in all arrays and maps, got 11"],
    ["CODEC_STRING", "expected at most maxStringBytes = 10 octets in one string, got 11"],
    ["CODEC_UNSUPPORTED", "a symbol cannot be encoded, at the top"],
  ]);
});
