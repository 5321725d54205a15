import { expect, test } from "vitest";
import {
  decodeAscii,
  encodeAscii,
  escapeControls,
  formatHex,
  parseHex,
  printable,
} from "../../../src/base/text.ts";

test("writes and reads ASCII", () => {
  expect(encodeAscii("READY")).toEqual(Uint8Array.of(0x52, 0x45, 0x41, 0x44, 0x59));
  expect(decodeAscii(Uint8Array.of(0x52, 0xff))).toBe("R\u00ff");
});

test("shows what is not printable as a question mark", () => {
  expect(printable(Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f))).toBe("? ~?");
});

test("shows control characters as escapes, but for those that may stay", () => {
  expect(escapeControls("a\nb\u001b[2J\u0085\u2028é")).toBe("a\\x0ab\\x1b[2J\\x85\\u2028é");
  expect(escapeControls("a\tb\nc\u0000", "\t\n")).toBe("a\tb\nc\\x00");
});

test("writes hexadecimal digits in lower case", () => {
  expect(formatHex(Uint8Array.of(0, 0x7f, 0xff))).toBe("007fff");
});

test("reads hexadecimal digits with and without blanks", () => {
  expect(parseHex("00 7F\nff")).toEqual(Uint8Array.of(0, 0x7f, 0xff));
  expect(parseHex("")).toEqual(new Uint8Array(0));
});

test.each(["0", "0g", "zz"])("finds no octets in %j", (text) => {
  expect(parseHex(text)).toBeUndefined();
});
