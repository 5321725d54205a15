/**
 * Numbers and texts as pickles write them, in octets and, in protocol 0, in lines of ASCII.
 *
 * Spec: docs/protocols/netcall.md, "Pickle, as data only".
 *
 * @module
 */

import { decodeAscii } from "../base/text.ts";
import { badText, CodecError, MAX_INTEGER_DIGITS } from "./errors.ts";

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const DECIMAL = /^[+-]?\d+$/;
// Each digit has one place only where it can belong, so that no text is tried in many ways.
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Octets of the largest integer of {@link MAX_INTEGER_DIGITS}, with its sign. */
const MAX_INTEGER_OCTETS = Math.ceil((MAX_INTEGER_DIGITS * Math.log2(10) + 1) / 8);
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ["nan", NaN],
  ["-nan", NaN],
  ["inf", Infinity],
  ["-inf", -Infinity],
]);

/** A whole number as the smallest type that is exact. */
export function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads a little-endian number in two's complement. */
export function readLong(octets: Uint8Array, offset: number): number | bigint {
  const { length } = octets;
  if (length === 0) return 0;
  if (length > MAX_INTEGER_OCTETS) throw tooLong(offset, `${length} octets`);
  let hex = "0x";
  for (let i = length - 1; i >= 0; i--) hex += (octets[i] as number).toString(16).padStart(2, "0");
  return exactNumber(BigInt.asIntN(length * 8, BigInt(hex)));
}

/** Reads a line of digits, with the `L` that Python 2 puts behind long ones. */
export function readDecimal(line: Uint8Array, offset: number): number | bigint {
  const text = decodeAscii(line).replace(/L$/, "");
  if (!DECIMAL.test(text)) throw badLine("a whole number", line, offset);
  if (text.length > MAX_INTEGER_DIGITS + 1) throw tooLong(offset, `${text.length} characters`);
  return exactNumber(BigInt(text.replace(/^\+/, "")));
}

/** Reads the line of an INT, which also stands for the two truth values. */
export function readInt(line: Uint8Array, offset: number): number | bigint | boolean {
  const text = decodeAscii(line);
  if (text === "00" || text === "01") return text === "01";
  return readDecimal(line, offset);
}

/** Reads the line of a FLOAT. */
export function readFloat(line: Uint8Array, offset: number): number {
  const text = decodeAscii(line);
  const special = SPECIAL_FLOATS.get(text);
  if (special !== undefined) return special;
  if (!FLOAT.test(text)) throw badLine("a number", line, offset);
  return Number(text);
}

/** Reads UTF-8. */
export function readText(octets: Uint8Array, offset: number): string {
  try {
    return textDecoder.decode(octets);
  } catch {
    throw badText(offset);
  }
}

/** Reads a str of Python 2, which is octets that mostly mean text. */
export function readOldString(octets: Uint8Array): string | Uint8Array {
  try {
    return textDecoder.decode(octets);
  } catch {
    return octets.slice();
  }
}

/** Reads the line of a UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX` for everything else. */
export function readEscapedText(line: Uint8Array, offset: number): string {
  return decodeAscii(line).replaceAll(
    /\\\\|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\[uU]/g,
    (whole, short: string | undefined, long: string | undefined) => {
      const digits = short ?? long;
      if (digits === undefined && whole === "\\\\") return whole;
      const point = Number.parseInt(digits ?? "", 16);
      if (!(point <= 0x10_ffff)) throw badLine("text with whole escapes", line, offset);
      return String.fromCodePoint(point);
    },
  );
}

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ["\\", 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ["a", 0x07],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["v", 0x0b],
]);

/** Reads the line of a STRING: a str of Python 2 between quotes, with escapes. */
export function readQuoted(line: Uint8Array, offset: number): string | Uint8Array {
  const [quote] = line;
  const end = line.length - 1;
  if (end < 1 || (quote !== QUOTE && quote !== DOUBLE_QUOTE) || line[end] !== quote) {
    throw badLine("text in quotes", line, offset);
  }
  const octets = new Uint8Array(end);
  let length = 0;
  for (let at = 1; at < end;) {
    const octet = line[at] as number;
    if (octet !== BACKSLASH) {
      octets[length++] = octet;
      at++;
      continue;
    }
    const escaped = readEscape(line.subarray(at + 1, Math.min(end, at + 1 + MAX_ESCAPE)));
    // As Python has it: a backslash that escapes nothing stays.
    octets[length++] = escaped?.octet ?? BACKSLASH;
    at += 1 + (escaped?.length ?? 0);
  }
  return readOldString(octets.subarray(0, length));
}

const [QUOTE, DOUBLE_QUOTE, BACKSLASH] = [0x27, 0x22, 0x5c];
/** What is longest behind a backslash: three octal digits, or an x and two others. */
const MAX_ESCAPE = 3;

/** What a backslash and the octets behind it stand for, and how many of these belong to it. */
function readEscape(octets: Uint8Array): { octet: number; length: number } | undefined {
  const text = decodeAscii(octets);
  const simple = ESCAPES.get(text.charAt(0));
  if (simple !== undefined) return { octet: simple, length: 1 };
  const [, hex, octal] = /^(?:x([0-9a-fA-F]{2})|([0-7]{1,3}))/.exec(text) ?? [];
  if (hex !== undefined) return { octet: Number.parseInt(hex, 16), length: 3 };
  if (octal === undefined) return undefined;
  return { octet: Number.parseInt(octal, 8) & 0xff, length: octal.length };
}

function tooLong(offset: number, got: string): CodecError {
  const expected = `expected an integer of at most ${MAX_INTEGER_DIGITS} digits`;
  return new CodecError("CODEC_MALFORMED", `${expected} at offset ${offset}, got ${got}`);
}

function badLine(expected: string, line: Uint8Array, offset: number): CodecError {
  const shown = JSON.stringify(decodeAscii(line.subarray(0, 40)));
  return new CodecError(
    "CODEC_MALFORMED",
    `expected ${expected} at offset ${offset}, got ${shown}`,
  );
}
