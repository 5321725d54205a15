/**
 * Cuts a stream of octets into frames, however the wire has cut it.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Framing"; the picture of a frame is in `frame.ts`.
 *
 * A frame that lies inside one chunk, which nearly all do, becomes a view into that chunk. Only a
 * frame that straddles chunks is put together, in a buffer that grows with what has really arrived:
 * an announced size alone reserves at most {@link FIRST_BODY_BYTES}.
 *
 * @module
 */

import { octetAt } from "../base/octet-reader.ts";
import {
  checkFlags,
  LONG,
  LONG_HEADER_BYTES,
  longSizeAt,
  MORE,
  SHORT_HEADER_BYTES,
} from "./frame.ts";

/** Most that is reserved for a body of which nothing has arrived. */
export const FIRST_BODY_BYTES = 4096;
/** A full buffer grows to this multiple of what has arrived, never beyond the announced size. */
const GROWTH = 4;

const NOTHING = new Uint8Array(0);

/** Hears of frames. Both methods may throw; the decoder must not be used afterwards. */
export interface FrameSink {
  /** A header has arrived. Called before anything is stored for the body. */
  admit(flags: number, size: number): void;
  /** A frame is whole. The body is a view into a received chunk, or a buffer of its own. */
  frame(flags: number, body: Uint8Array): void;
}

/** A frame that straddles chunks. */
type PartialFrame = { readonly part: "none" } | { readonly part: "header" } | PartialBody;

interface PartialBody {
  readonly part: "body";
  readonly flags: number;
  readonly size: number;
}

const NONE: PartialFrame = { part: "none" };
const HEADER: PartialFrame = { part: "header" };

/** Cuts a stream of octets into frames. */
export class FrameDecoder {
  #sink: FrameSink;
  #partial: PartialFrame = NONE;
  readonly #header = new Uint8Array(LONG_HEADER_BYTES);
  #body: Uint8Array = NOTHING;
  /** Octets of the header or of the body that have arrived. */
  #filled = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Tells another sink from the next frame on, also in the middle of a chunk. */
  redirect(sink: FrameSink): void {
    this.#sink = sink;
  }

  /** Octets held for a frame that is not whole yet. */
  get heldBytes(): number {
    return this.#partial.part === "header" ? this.#filled : this.#body.length;
  }

  /**
   * Takes a chunk and tells the sink of all frames that are whole now, in order.
   *
   * @throws {ZmtpError} `ZMTP_RESERVED_FLAGS`, `ZMTP_COMMAND_MORE`, `ZMTP_FRAME_SIZE`, and what
   * the sink throws
   */
  decode(chunk: Uint8Array): void {
    const { buffer, byteOffset, length } = chunk;
    let at = this.#partial === NONE ? 0 : this.#continue(chunk);
    while (at + SHORT_HEADER_BYTES <= length) {
      const flags = octetAt(chunk, at);
      let size = octetAt(chunk, at + 1);
      let start = at + SHORT_HEADER_BYTES;
      if ((flags & ~MORE) !== 0) {
        checkFlags(flags);
        if ((flags & LONG) !== 0) {
          start = at + LONG_HEADER_BYTES;
          if (start > length) break;
          size = longSizeAt(chunk, at + 1);
        }
      }
      this.#sink.admit(flags, size);
      const end = start + size;
      if (end > length) {
        this.#startBody(flags, size, chunk.subarray(start));
        return;
      }
      // Every delimiter is empty, and a view of nothing costs as much as any other.
      const body = size === 0 ? NOTHING : new Uint8Array(buffer, byteOffset + start, size);
      this.#sink.frame(flags, body);
      at = end;
    }
    if (at < length) this.#keepHeader(chunk.subarray(at));
  }

  /** Returns the position in `chunk` behind the frame that straddled, or the chunk's end. */
  #continue(chunk: Uint8Array): number {
    const at = this.#partial.part === "header" ? this.#continueHeader(chunk) : 0;
    return this.#partial.part === "body" ? this.#continueBody(this.#partial, chunk, at) : at;
  }

  #continueHeader(chunk: Uint8Array): number {
    if (chunk.length === 0) return 0;
    const header = this.#header;
    const flags = octetAt(header, 0);
    checkFlags(flags);
    const long = (flags & LONG) !== 0;
    const needed = (long ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES) - this.#filled;
    const taken = Math.min(needed, chunk.length);
    header.set(chunk.subarray(0, taken), this.#filled);
    this.#filled += taken;
    if (taken < needed) return taken;

    const size = long ? longSizeAt(header, 1) : octetAt(header, 1);
    this.#sink.admit(flags, size);
    this.#startBody(flags, size, NOTHING);
    return taken;
  }

  #continueBody(partial: PartialBody, chunk: Uint8Array, from: number): number {
    const end = Math.min(chunk.length, from + partial.size - this.#filled);
    this.#append(partial.size, chunk.subarray(from, end));
    if (this.#filled < partial.size) return end;

    const body = this.#body;
    this.#partial = NONE;
    this.#body = NOTHING;
    this.#sink.frame(partial.flags, body);
    return end;
  }

  #keepHeader(octets: Uint8Array): void {
    this.#header.set(octets);
    this.#filled = octets.length;
    this.#partial = HEADER;
  }

  #startBody(flags: number, size: number, arrived: Uint8Array): void {
    this.#partial = { part: "body", flags, size };
    this.#filled = 0;
    this.#append(size, arrived);
  }

  /** Adds `octets` to the body, whose buffer in the end has exactly the announced size. */
  #append(size: number, octets: Uint8Array): void {
    const filled = this.#filled + octets.length;
    if (filled > this.#body.length || this.#body === NOTHING) {
      const larger = new Uint8Array(Math.min(size, Math.max(FIRST_BODY_BYTES, GROWTH * filled)));
      if (this.#filled > 0) larger.set(this.#body.subarray(0, this.#filled));
      this.#body = larger;
    }
    this.#body.set(octets, this.#filled);
    this.#filled = filled;
  }
}
