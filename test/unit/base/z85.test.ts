import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { parseHex } from "../../../src/base/text.ts";
import { decodeZ85, encodeZ85 } from "../../../src/base/z85.ts";

describe("Z85", () => {
  test("writes the example of RFC 32", () => {
    const octets = parseHex("86 4F D2 6F B5 59 F7 5B") as Uint8Array;
    expect(encodeZ85(octets)).toBe("HelloWorld");
    expect(decodeZ85("HelloWorld")).toEqual(octets);
  });

  test("writes both ends of a group", () => {
    expect(encodeZ85(Uint8Array.of(0, 0, 0, 0))).toBe("00000");
    expect(encodeZ85(Uint8Array.of(255, 255, 255, 255))).toBe("%nSc0");
  });

  test.each([
    ["a group too short", "1234"],
    ["another digit", "0000,"],
    ["a space", "0000 "],
  ])("refuses %s", (_what, text) => {
    expect(decodeZ85(text)).toBeUndefined();
  });

  test.each(["%nSc1", "#####"])(
    "refuses the group %s, which says more than 4 octets can",
    (text) => {
      expect(decodeZ85(text)).toBeUndefined();
    },
  );

  test("reads what it wrote", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const whole = octets.subarray(0, octets.length - (octets.length % 4));
        expect(decodeZ85(encodeZ85(octets))).toEqual(whole);
      }),
    );
  });

  test("reads any text without throwing, and writes back what it could read", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const octets = decodeZ85(text);
        expect(octets === undefined ? text : encodeZ85(octets)).toBe(text);
      }),
    );
  });
});
