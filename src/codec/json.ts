/**
 * JSON behind the {@link Codec} contract. `json-writer.ts` and `json-reader.ts` say what becomes of
 * values that JSON has no word for.
 *
 * @module
 */

import type { Codec } from "./codec.ts";
import { CODEC_DEFAULTS, type CodecLimits } from "./errors.ts";
import { readJson } from "./json-reader.ts";
import { type JsonStyle, JsonWriter } from "./json-writer.ts";

/** A JSON codec with limits of its own. */
export class JsonCodec implements Codec {
  readonly name = "json";
  readonly #writer: JsonWriter;
  readonly #limits: CodecLimits;
  readonly #words: boolean;

  constructor(limits: Partial<CodecLimits> = {}, style: JsonStyle = {}) {
    this.#limits = { ...CODEC_DEFAULTS, ...limits };
    this.#writer = new JsonWriter(style);
    this.#words = style.words === true;
  }

  encode(value: unknown): Uint8Array {
    return utf8.encode(this.#writer.write(value));
  }

  /** The value as text, for who writes it into a larger one. @throws {CodecError} */
  text(value: unknown): string {
    return this.#writer.write(value);
  }

  /** Nothing but blanks may follow the value. */
  decode(octets: Uint8Array): unknown {
    return readJson(octets, this.#limits, this.#words);
  }
}

const utf8 = new TextEncoder();
