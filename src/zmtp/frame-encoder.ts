/**
 * Frames to octets, gathered into few large pieces.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Framing"; the picture of a frame is in `frame.ts`.
 *
 *     slab   [ header body header body header ] . . . room . . .
 *     pieces [ part of a slab ] [ large body, a view ] [ part of a slab ]
 *
 * Headers and small bodies are copied into a slab, which is only ever appended to: what was handed
 * out is not written again, however long the kernel reads it.
 *
 * @module
 */

import { octetAt } from "../base/octet-reader.ts";
import { LONG_HEADER_BYTES, MAX_SHORT_BODY_BYTES, writeHeader } from "./frame.ts";

/** Bodies up to this size are copied, larger ones are kept as views. */
export const COPY_LIMIT_BYTES = 4096;

const MIN_SLAB_BYTES = 1024;
const MAX_SLAB_BYTES = 64 * 1024;
/** Up to here a plain loop copies faster than `set`. */
const LOOP_LIMIT_BYTES = 32;

const NOTHING = new Uint8Array(0);

/** Gathers frames until they are taken. */
export class FrameEncoder {
  #slab: Uint8Array = NOTHING;
  /** First octet of the slab that has not been handed out. */
  #start = 0;
  /** First octet of the slab that is free. */
  #end = 0;
  #pieces: Uint8Array[] = [];
  /** Octets in `#pieces`. */
  #pieceBytes = 0;
  /** Octets of the batch before; the next one is probably alike. */
  #lastBatchBytes = 0;

  /** Octets that {@link FrameEncoder.take} would return. */
  get queuedBytes(): number {
    return this.#pieceBytes + this.#end - this.#start;
  }

  /** Adds octets that are no frame. They are copied. */
  octets(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#copy(octets);
  }

  /**
   * Adds a frame.
   *
   * @param flags - `MORE` and `COMMAND` of `frame.ts`
   * @param body - copied up to {@link COPY_LIMIT_BYTES}; a larger one MUST NOT be changed later
   */
  frame(flags: number, body: Uint8Array): void {
    const size = body.length;
    if (size > COPY_LIMIT_BYTES) {
      this.#reserve(LONG_HEADER_BYTES);
      this.#end = writeHeader(this.#slab, this.#end, flags, size);
      this.#cut();
      this.#pieces.push(body);
      this.#pieceBytes += size;
      return;
    }
    this.#reserve(LONG_HEADER_BYTES + size);
    if (size <= MAX_SHORT_BODY_BYTES) {
      this.#slab[this.#end] = flags;
      this.#slab[this.#end + 1] = size;
      this.#end += 2;
    } else {
      this.#end = writeHeader(this.#slab, this.#end, flags, size);
    }
    this.#copy(body);
  }

  /** Returns all octets in order, in as few pieces as there can be, and forgets them. */
  take(): Uint8Array[] {
    this.#lastBatchBytes = this.queuedBytes;
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#pieceBytes = 0;
    return pieces;
  }

  /** Forgets what was not taken. */
  clear(): void {
    this.take();
    this.#slab = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  #copy(octets: Uint8Array): void {
    const size = octets.length;
    if (size <= LOOP_LIMIT_BYTES) {
      const slab = this.#slab;
      const end = this.#end;
      for (let i = 0; i < size; i++) slab[end + i] = octetAt(octets, i);
    } else {
      this.#slab.set(octets, this.#end);
    }
    this.#end += size;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#slab.length) return;
    const batchBytes = Math.max(this.#lastBatchBytes, 2 * (this.queuedBytes + length));
    this.#cut();
    // Idle connections keep a small slab; a busy one gets what its batches need.
    const wanted = Math.min(MAX_SLAB_BYTES, Math.max(MIN_SLAB_BYTES, batchBytes));
    this.#slab = new Uint8Array(Math.max(wanted, length));
    this.#start = 0;
    this.#end = 0;
  }

  /** Ends the piece that grows in the slab. */
  #cut(): void {
    if (this.#end === this.#start) return;
    this.#pieces.push(this.#slab.subarray(this.#start, this.#end));
    this.#pieceBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
