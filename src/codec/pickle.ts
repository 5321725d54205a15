/**
 * Python's pickles behind the {@link Codec} contract, as data only: nothing in a pickle can import
 * or call anything. `pickle-reader.ts` and `pickle-writer.ts` have the types.
 *
 * @module
 */

import type { Codec } from "./codec.ts";
import { CODEC_DEFAULTS, type CodecLimits } from "./errors.ts";
import { readPickle } from "./pickle-reader.ts";
import { writePickle } from "./pickle-writer.ts";

/** A pickle codec with limits of its own. */
export class PickleCodec implements Codec {
  readonly name = "pickle";
  readonly #limits: CodecLimits;

  constructor(limits: Partial<CodecLimits> = {}) {
    this.#limits = { ...CODEC_DEFAULTS, ...limits };
  }

  encode(value: unknown): Uint8Array {
    return writePickle(value);
  }

  /** @throws {PickleRefusal} `CODEC_REFUSED` when the pickle asks for more than data */
  decode(octets: Uint8Array): unknown {
    return readPickle(octets, this.#limits);
  }
}
