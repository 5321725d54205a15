/**
 * Cuts a stream of octets into frames, however the wire has cut it.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Framing"; the picture of a frame is in `frame.ts`.
 *
 * A frame that lies inside one chunk, which nearly all do, becomes a view into that chunk. Only a
 * frame that straddles chunks is put together, in memory that grows with what has really arrived.
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
import { type Allocate, PartialBody, zeroed } from "./partial-body.ts";

const NOTHING = new Uint8Array(0);

/** Hears of frames. Both methods may throw; the decoder must not be used afterwards. */
export interface FrameSink {
  /** A header has arrived. Called before anything is stored for the body. */
  admit(flags: number, size: number): void;
  /** A frame is whole. The body is a view into a received chunk, or a buffer of its own. */
  frame(flags: number, body: Uint8Array): void;
}

/** A frame that straddles chunks. */
type PartialFrame =
  | { readonly part: "none" }
  | { readonly part: "header" }
  | { readonly part: "body"; readonly flags: number; readonly body: PartialBody };

const NONE: PartialFrame = { part: "none" };
const HEADER: PartialFrame = { part: "header" };

/** Cuts a stream of octets into frames. */
export class FrameDecoder {
  #sink: FrameSink;
  readonly #allocate: Allocate;
  #partial: PartialFrame = NONE;
  readonly #header = new Uint8Array(LONG_HEADER_BYTES);
  /** Octets of the header that have arrived. */
  #filled = 0;

  /** @param allocate - makes memory for bodies that straddle chunks; zeroed memory, if left out */
  constructor(sink: FrameSink, allocate: Allocate = zeroed) {
    this.#sink = sink;
    this.#allocate = allocate;
  }

  /** Tells another sink from the next frame on, also in the middle of a chunk. */
  redirect(sink: FrameSink): void {
    this.#sink = sink;
  }

  /** Octets held for a frame that is not whole yet. */
  get heldBytes(): number {
    switch (this.#partial.part) {
      case "none":
        return 0;
      case "header":
        return this.#filled;
      case "body":
        return this.#partial.body.heldBytes;
    }
  }

  /**
   * Where the octets belong that come next: a chunk that is the beginning of it need not be copied.
   * `undefined` where that is not known, which is nearly always.
   */
  get room(): Uint8Array | undefined {
    return this.#partial.part === "body" ? this.#partial.body.room : undefined;
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
    if (this.#partial.part !== "body") return at;
    const { flags, body } = this.#partial;
    const end = Math.min(chunk.length, at + body.missingBytes);
    body.add(chunk.subarray(at, end));
    if (body.missingBytes > 0) return end;
    this.#partial = NONE;
    this.#sink.frame(flags, body.take());
    return end;
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

  #keepHeader(octets: Uint8Array): void {
    this.#header.set(octets);
    this.#filled = octets.length;
    this.#partial = HEADER;
  }

  #startBody(flags: number, size: number, arrived: Uint8Array): void {
    const body = new PartialBody(size, this.#allocate);
    body.add(arrived);
    this.#partial = { part: "body", flags, body };
  }
}
