/**
 * Looks over a whole pickle before any of it is carried out: every instruction must be one that makes
 * data, with its argument there.
 *
 *     instruction [argument] instruction [argument] … STOP
 *
 * Constructs nothing but the error.
 *
 * @module
 */

import { decodeAscii } from "../base/text.ts";
import {
  CodecError,
  type CodecLimits,
  malformed,
  tooLongString,
  tooManyElements,
  truncated,
} from "./errors.ts";
import {
  ARGUMENT_OF,
  HIGHEST_PROTOCOL,
  OP,
  type PickleArgument,
  REFUSED,
} from "./pickle-opcodes.ts";

const NEWLINE = 0x0a;
/** How much of a refused name an error tells. */
const MAX_SHOWN_NAME = 100;

/** A pickle asks for more than data. */
export class PickleRefusal extends CodecError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "PickleRefusal";
  /** The name that the pickle wanted to import, such as `"builtins.eval"`, where it says one. */
  readonly global: string | undefined;

  constructor(instruction: string, offset: number, global: string | undefined) {
    const what = global === undefined ? "" : ` of ${JSON.stringify(global)}`;
    super(
      "CODEC_REFUSED",
      `expected a pickle of plain data, got ${instruction}${what} at offset ${offset}`,
    );
    this.global = global;
  }
}

/**
 * Where the argument of an instruction ends.
 *
 * @param at - where the argument begins
 * @throws {CodecError} `CODEC_TRUNCATED` when it is not whole
 */
export function endOfArgument(octets: Uint8Array, at: number, argument: PickleArgument): number {
  let end = at;
  if (argument.type === "line") {
    const newline = octets.indexOf(NEWLINE, at);
    if (newline < 0) throw truncated(octets.length);
    return newline + 1;
  }
  if (argument.type === "fixed") end += argument.octets;
  else {
    const { lengthOctets } = argument;
    if (at + lengthOctets > octets.length) throw truncated(octets.length);
    end += lengthOctets + lengthAt(octets, at, lengthOctets);
  }
  if (end > octets.length) throw truncated(octets.length);
  return end;
}

/** A little-endian length; beyond 2^53 it is not exact, and far beyond the octets in any case. */
function lengthAt(octets: Uint8Array, at: number, lengthOctets: number): number {
  let length = 0;
  for (let i = lengthOctets - 1; i >= 0; i--) length = length * 256 + (octets[at + i] as number);
  return length;
}

/**
 * Checks all instructions up to the first STOP.
 *
 * @param limits - `maxElements` also of values that are put aside to be used again
 * @throws {PickleRefusal} `CODEC_REFUSED`
 * @throws {CodecError} `CODEC_MALFORMED`, `CODEC_TRUNCATED`, `CODEC_ELEMENTS`, `CODEC_STRING`
 */
export function scanPickle(
  octets: Uint8Array,
  { maxElements, maxStringBytes }: Pick<CodecLimits, "maxElements" | "maxStringBytes">,
): void {
  // Where the last two short texts stand: a STACK_GLOBAL takes its name from them.
  let lastText = -1;
  let textBefore = -1;
  let memo = 0;
  for (let at = 0; at < octets.length;) {
    const octet = octets[at] as number;
    const argument = ARGUMENT_OF[octet];
    if (argument === undefined) throw refusalOf(octets, at, [textBefore, lastText]);
    const end = endOfArgument(octets, at + 1, argument);
    if (octet === OP.STOP) return;
    if (end - at > maxStringBytes) checkString(argument, end - at - 1, maxStringBytes);
    if (octet === OP.PROTO) checkProtocol(octets, at);
    else if (octet === OP.SHORT_BINUNICODE) {
      textBefore = lastText;
      lastText = at;
    } else if (putsAside(octet) && ++memo > maxElements) throw tooManyElements(maxElements, memo);
    at = end;
  }
  throw truncated(octets.length);
}

/** The octets of a string are what stands behind its length, or a line without its end. */
function checkString(argument: PickleArgument, octets: number, maxStringBytes: number): void {
  const length = octets - (argument.type === "sized" ? argument.lengthOctets : 1);
  if (length > maxStringBytes) throw tooLongString(maxStringBytes, length);
}

function putsAside(octet: number): boolean {
  return (
    octet === OP.MEMOIZE || octet === OP.BINPUT || octet === OP.LONG_BINPUT || octet === OP.PUT
  );
}

function checkProtocol(octets: Uint8Array, at: number): void {
  const protocol = octets[at + 1] as number;
  if (protocol <= HIGHEST_PROTOCOL) return;
  throw new CodecError(
    "CODEC_MALFORMED",
    `expected a pickle of protocol 0 to ${HIGHEST_PROTOCOL}, got ${protocol}`,
  );
}

function refusalOf(octets: Uint8Array, at: number, texts: readonly number[]): CodecError {
  const octet = octets[at] as number;
  const instruction = REFUSED.get(octet);
  if (instruction === undefined) return malformed(octet, at);
  return new PickleRefusal(instruction, at, globalAt(octets, at, texts));
}

/** The name that an instruction would import, as far as it can be read off. */
function globalAt(octets: Uint8Array, at: number, texts: readonly number[]): string | undefined {
  const shown = (from: number, to: number): string =>
    decodeAscii(octets.subarray(from, Math.min(to, from + MAX_SHOWN_NAME)));
  const instruction = REFUSED.get(octets[at] as number);
  if (instruction === "STACK_GLOBAL" && !texts.includes(-1)) {
    return texts.map((from) => shown(from + 2, from + 2 + (octets[from + 1] as number))).join(".");
  }
  if (instruction !== "GLOBAL" && instruction !== "INST") return undefined;
  const first = octets.indexOf(NEWLINE, at);
  const second = first < 0 ? -1 : octets.indexOf(NEWLINE, first + 1);
  if (second < 0) return undefined;
  return `${shown(at + 1, first)}.${shown(first + 1, second)}`;
}
