/**
 * Errors of turning values into octets and back.
 *
 * @module
 */

import { ZerocallError } from "../base/errors.ts";

/** The codes of {@link CodecError}. */
export type CodecErrorCode =
  | "CODEC_TRUNCATED"
  | "CODEC_MALFORMED"
  | "CODEC_UTF8"
  | "CODEC_KEY"
  | "CODEC_DEPTH"
  | "CODEC_ELEMENTS"
  | "CODEC_STRING"
  | "CODEC_REFUSED"
  | "CODEC_UNSUPPORTED";

/** Octets are not a value, or a value cannot be octets. */
export class CodecError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "CodecError";
  declare readonly code: CodecErrorCode;

  constructor(code: CodecErrorCode, message: string) {
    super(code, message);
  }
}

/** Limits of decoding, each with the error that names it. */
export interface CodecLimits {
  /**
   * How deeply containers may be nested; beyond it `CODEC_DEPTH`.
   *
   * @default 128
   */
  readonly maxDepth: number;
  /**
   * How many entries all arrays and maps of one value may have together; beyond it
   * `CODEC_ELEMENTS`. It bounds what a small message can make us allocate.
   *
   * @default 1_000_000
   */
  readonly maxElements: number;
  /**
   * How many numbers may be keys of maps and entries of sets in one value; beyond it
   * `CODEC_ELEMENTS`. The platform finds numbers by a hash that has no secret, so that a peer can
   * choose them in such a way that each one takes as long as all before it together.
   *
   * @default 10_000
   */
  readonly maxNumberKeys: number;
  /**
   * How many octets one text or one string of octets may have; beyond it `CODEC_STRING`.
   *
   * @default 104_857_600 (100 MiB)
   */
  readonly maxStringBytes: number;
}

/** The limits that hold unless told otherwise. */
export const CODEC_DEFAULTS: CodecLimits = {
  maxDepth: 128,
  maxElements: 1_000_000,
  maxNumberKeys: 10_000,
  maxStringBytes: 104_857_600,
};

/**
 * How many digits an integer may have, where a format has no end of its own. To make a number of
 * digits takes time by their square, so Python draws the line here, too.
 */
export const MAX_INTEGER_DIGITS = 4300;

const INTEGER_END = 10n ** BigInt(MAX_INTEGER_DIGITS);

/** Whether an integer has more than {@link MAX_INTEGER_DIGITS}, so that no reader of ours takes it. */
export function isTooLong(value: bigint): boolean {
  return value >= INTEGER_END || value <= -INTEGER_END;
}

/** What is wrong with such an integer, for `unsupported`. */
export const TOO_LONG_INTEGER: string = `an integer of more than ${MAX_INTEGER_DIGITS} digits`;

export function truncated(offset: number): CodecError {
  return new CodecError("CODEC_TRUNCATED", `expected more octets after offset ${offset}`);
}

export function malformed(lead: number, offset: number): CodecError {
  const hex = lead.toString(16).padStart(2, "0");
  return new CodecError(
    "CODEC_MALFORMED",
    `expected a value at offset ${offset}, got octet 0x${hex}`,
  );
}

export function badText(offset: number): CodecError {
  return new CodecError("CODEC_UTF8", `expected valid utf-8 at offset ${offset}`);
}

export function badKey(key: string, offset: number): CodecError {
  return new CodecError("CODEC_KEY", `map key "${key}" at offset ${offset} is not allowed`);
}

export function tooDeep(maxDepth: number): CodecError {
  return new CodecError(
    "CODEC_DEPTH",
    `expected at most maxDepth = ${maxDepth} levels of nesting, got more`,
  );
}

export function tooManyElements(maxElements: number, count: number): CodecError {
  return new CodecError(
    "CODEC_ELEMENTS",
    `expected at most maxElements = ${maxElements} entries in all arrays and maps, got ${count}`,
  );
}

export function tooLongString(maxStringBytes: number, length: number): CodecError {
  return new CodecError(
    "CODEC_STRING",
    `expected at most maxStringBytes = ${maxStringBytes} octets in one string, got ${length}`,
  );
}

export function tooManyNumberKeys(maxNumberKeys: number): CodecError {
  return new CodecError(
    "CODEC_ELEMENTS",
    `expected at most ${maxNumberKeys} numbers as keys of maps and entries of sets (maxNumberKeys), got more`,
  );
}

export function unsupported(what: string, path: string): CodecError {
  return new CodecError("CODEC_UNSUPPORTED", `${what} cannot be encoded, at ${path || "the top"}`);
}

/** The step to the value of a key, for a path. A key that is an object is not asked for its text. */
export function stepTo(key: unknown): string {
  return typeof key === "object" && key !== null ? ".{}" : `.${String(key)}`;
}
