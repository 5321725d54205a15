/**
 * Numbers and texts as pickles write them, in octets and, in protocol 0, in lines of ASCII.
 *
 * Spec: docs/protocols/netcall.md, "Pickle, as data only".
 *
 * @module
 */

import { decodeAscii } from "../base/text.ts";
import { badText, CodecError } from "./errors.ts";

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const DECIMAL = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
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
export function readLong(octets: Uint8Array): number | bigint {
  const { length } = octets;
  if (length === 0) return 0;
  let hex = "0x";
  for (let i = length - 1; i >= 0; i--) hex += (octets[i] as number).toString(16).padStart(2, "0");
  return exactNumber(BigInt.asIntN(length * 8, BigInt(hex)));
}

/** Reads a line of digits, with the `L` that Python 2 puts behind long ones. */
export function readDecimal(line: Uint8Array, offset: number): number | bigint {
  const text = decodeAscii(line).replace(/L$/, "");
  if (!DECIMAL.test(text)) throw badLine("a whole number", line, offset);
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
  const text = decodeAscii(line);
  const [, , inside] = /^(['"])(.*)\1$/s.exec(text) ?? [];
  if (inside === undefined) throw badLine("text in quotes", line, offset);
  const octets: number[] = [];
  for (const [piece, hex, octal, simple] of inside.matchAll(
    /\\x([0-9a-fA-F]{2})|\\([0-7]{1,3})|\\(.)|[^\\]+|\\/gs,
  )) {
    if (hex !== undefined) octets.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) octets.push(Number.parseInt(octal, 8) & 0xff);
    else if (simple !== undefined) {
      const escaped = ESCAPES.get(simple);
      // As Python has it: a backslash that escapes nothing stays.
      if (escaped === undefined) octets.push(0x5c, simple.charCodeAt(0));
      else octets.push(escaped);
    } else for (let i = 0; i < piece.length; i++) octets.push(piece.charCodeAt(i));
  }
  return readOldString(Uint8Array.from(octets));
}

function badLine(expected: string, line: Uint8Array, offset: number): CodecError {
  const shown = JSON.stringify(decodeAscii(line.subarray(0, 40)));
  return new CodecError(
    "CODEC_MALFORMED",
    `expected ${expected} at offset ${offset}, got ${shown}`,
  );
}
