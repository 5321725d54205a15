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

import { octetLength, type Octets } from "../base/octets.ts";
import { LONG_HEADER_BYTES, MAX_SHORT_BODY_BYTES, writeHeader } from "./frame.ts";

/** Bodies up to this size are copied, larger ones are kept as views. */
export const COPY_LIMIT_BYTES = 4096;

const MIN_SLAB_BYTES = 1024;
const MAX_SLAB_BYTES = 64 * 1024;
/** A new slab has room for so many batches like the last one. */
const BATCHES_PER_SLAB = 8;
/** A slab that would last for more batches than this is given back. */
const MAX_BATCHES_PER_SLAB = 64;

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
  /** Octets of views in `#pieces`, which took no room in a slab. */
  #viewBytes = 0;
  /** Octets that the batch before took in slabs; the next one is probably alike. */
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
   * @param body - copied up to {@link COPY_LIMIT_BYTES}, each piece by itself if there are several;
   *   what is larger MUST NOT be changed later
   */
  frame(flags: number, body: Octets): void {
    if (!ArrayBuffer.isView(body)) {
      this.#header(flags, octetLength(body));
      for (const piece of body) {
        if (piece.length > COPY_LIMIT_BYTES) this.#refer(piece);
        else this.octets(piece);
      }
      return;
    }
    const size = body.length;
    if (size > COPY_LIMIT_BYTES) {
      this.#header(flags, size);
      this.#refer(body);
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
    const pieces = this.#pieces;
    this.#lastBatchBytes = this.queuedBytes - this.#viewBytes;
    this.#cut();
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#viewBytes = 0;
    // After a burst an idle connection must not keep the slab that the burst needed.
    const neededBytes = Math.max(MIN_SLAB_BYTES, MAX_BATCHES_PER_SLAB * this.#lastBatchBytes);
    if (this.#slab.length > neededBytes) this.#dropSlab();
    return pieces;
  }

  /** Says that nobody reads any more what was taken, so that its slab may be written again. */
  reuse(): void {
    if (this.#end > this.#start || this.#pieces.length > 0) return;
    this.#start = 0;
    this.#end = 0;
  }

  /** Forgets what was not taken. */
  clear(): void {
    this.take();
    this.#dropSlab();
  }

  #header(flags: number, size: number): void {
    this.#reserve(LONG_HEADER_BYTES);
    this.#end = writeHeader(this.#slab, this.#end, flags, size);
  }

  /** Adds octets as a view. */
  #refer(octets: Uint8Array): void {
    this.#cut();
    this.#pieces.push(octets);
    this.#pieceBytes += octets.length;
    this.#viewBytes += octets.length;
  }

  #copy(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#slab.set(octets, this.#end);
    this.#end += octets.length;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#slab.length) return;
    const batchBytes = Math.max(this.#lastBatchBytes, this.queuedBytes - this.#viewBytes + length);
    this.#cut();
    const wanted = Math.max(MIN_SLAB_BYTES, BATCHES_PER_SLAB * batchBytes);
    this.#slab = new Uint8Array(Math.max(length, Math.min(MAX_SLAB_BYTES, wanted)));
    this.#start = 0;
    this.#end = 0;
  }

  #dropSlab(): void {
    this.#slab = NOTHING;
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
