/**
 * MessagePack behind the {@link Codec} contract. `msgpack-writer.ts` and `msgpack-reader.ts` have
 * the tables of types.
 *
 * The project's own, and not a library, for three reasons that were measured or tried: integers of
 * 64 bits come back exact without turning every large one into a `bigint`; events are read out of
 * the middle of a received chunk and written into the output's slab, without a buffer per event;
 * and the one library that is as fast brings an install script (`bench/micro/msgpack.ts`).
 *
 * @module
 */

import type { Codec } from "./codec.ts";
import type { CodecLimits } from "./errors.ts";
import { MsgpackReader } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";

/** A MessagePack codec with limits of its own. */
export class MsgpackCodec implements Codec {
  readonly name = "msgpack";
  readonly #writer = new MsgpackWriter();
  readonly #reader: MsgpackReader;

  constructor(limits: Partial<CodecLimits> = {}) {
    this.#reader = new MsgpackReader(limits);
  }

  encode(value: unknown): Uint8Array {
    // A `toJSON` or a getter may encode something with this codec in the middle of a value.
    const writer = this.#writer.busy ? new MsgpackWriter() : this.#writer;
    try {
      writer.value(value);
    } catch (error) {
      writer.discard();
      throw error;
    }
    return writer.finish();
  }

  decode(octets: Uint8Array): unknown {
    this.#reader.reset(octets);
    return this.#reader.value();
  }
}
