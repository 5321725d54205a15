/**
 * Puts a body together that arrives in parts, in memory that grows with what has really arrived.
 *
 *     large parts   stay the views into received chunks that they are
 *     small parts   are copied behind each other, so that no peer can make us keep a chunk per octet
 *
 * One buffer of exactly the body's size is made when the last part is here, or when so much is that what
 * comes next may be put there at once. An announced size alone reserves at most {@link FIRST_BODY_BYTES}.
 *
 * Knows nothing of headers and flags.
 *
 * @module
 */

/** Most that is reserved for a body of which nothing has arrived. */
export const FIRST_BODY_BYTES = 4096;
/** From this size on a part stays where it lies. */
const PART_BYTES = 16 * 1024;
/** Smaller bodies are here with the next read anyway. */
const WHOLE_BYTES = 128 * 1024;
/** The room for a body is at most so many times what has arrived of it. */
const GROWTH = 4;
/** A body of up to so many octets has its room as soon as {@link PART_BYTES} of it are here. */
const EARLY_ROOM_BYTES = 2 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** Makes memory that is written before it is read: what it holds at first does not matter. */
export type Allocate = (bytes: number) => Uint8Array;

/** Memory of zeros, which every platform has. */
export function zeroed(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

/** A body of which not everything has arrived. */
export class PartialBody {
  readonly #size: number;
  readonly #allocate: Allocate;
  /** Parts in order, in front of those in `#small`. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Small parts that came behind the last of `#parts`, and room for more. */
  #small: Uint8Array = NOTHING;
  #smallBytes = 0;
  /** The whole body, once there is room for it; all that has arrived is in it then. */
  #whole: Uint8Array | undefined = undefined;
  #wholeBytes = 0;

  constructor(size: number, allocate: Allocate) {
    this.#size = size;
    this.#allocate = allocate;
  }

  /** Octets that have not arrived. */
  get missingBytes(): number {
    return this.#size - this.#partBytes - this.#smallBytes - this.#wholeBytes;
  }

  /** Octets held, room for more included. */
  get heldBytes(): number {
    return this.#partBytes + this.#small.length + (this.#whole?.length ?? 0);
  }

  /**
   * Where the octets that are missing belong: who puts some there adds that beginning of it, and they are
   * not copied. `undefined` as long as too little has arrived for so much memory.
   */
  get room(): Uint8Array | undefined {
    if (this.#whole === undefined) {
      const arrived = this.#partBytes + this.#smallBytes;
      const early = arrived < PART_BYTES ? 0 : EARLY_ROOM_BYTES;
      const mostBytes = Math.max(GROWTH * arrived, early);
      if (this.#size < WHOLE_BYTES || this.#size > mostBytes) return undefined;
      this.#whole = this.#join();
      this.#wholeBytes = arrived;
    }
    return this.#whole.subarray(this.#wholeBytes);
  }

  /** Adds what has arrived; at most what is missing. */
  add(octets: Uint8Array): void {
    if (this.#whole !== undefined) {
      const at = this.#wholeBytes;
      const inPlace =
        octets.buffer === this.#whole.buffer && octets.byteOffset === this.#whole.byteOffset + at;
      if (!inPlace) this.#whole.set(octets, at);
      this.#wholeBytes += octets.length;
      return;
    }
    if (octets.length >= PART_BYTES) {
      this.#endSmall();
      this.#parts.push(octets);
      this.#partBytes += octets.length;
      return;
    }
    if (this.#smallBytes + octets.length > this.#small.length) this.#makeRoom(octets.length);
    this.#small.set(octets, this.#smallBytes);
    this.#smallBytes += octets.length;
  }

  /** The body, of which nothing MUST be missing. */
  take(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole;
    if (this.#parts.length === 0 && this.#small.length === this.#size) return this.#small;
    return this.#join();
  }

  /** Moves all that has arrived into one buffer of the body's size. */
  #join(): Uint8Array {
    this.#endSmall();
    const body = this.#allocate(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      body.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    this.#small = NOTHING;
    return body;
  }

  #makeRoom(count: number): void {
    this.#endSmall();
    const arrived = this.#partBytes + count;
    const wanted = Math.max(FIRST_BODY_BYTES, count, (GROWTH - 1) * arrived);
    this.#small = this.#allocate(Math.min(this.missingBytes, wanted));
  }

  /**
   * Makes a part of the small ones. What is left of their room stays room, or a peer that sends small
   * and large ones in turn would have us reserve it again and again.
   */
  #endSmall(): void {
    if (this.#smallBytes === 0) return;
    this.#parts.push(this.#small.subarray(0, this.#smallBytes));
    this.#partBytes += this.#smallBytes;
    this.#small = this.#small.subarray(this.#smallBytes);
    this.#smallBytes = 0;
  }
}
