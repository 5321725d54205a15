/**
 * A growing buffer of octets, for what is written rarely. All numbers are big-endian.
 *
 * @module
 */

const FIRST_BYTES = 64;

/** Collects numbers and octets one after the other. */
export class OctetWriter {
  #buffer = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Adds a number of one octet. */
  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  /** Adds a number of two octets. */
  u16(value: number): this {
    return this.u8(value >>> 8).u8(value & 0xff);
  }

  /** Adds a number of four octets. */
  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff);
  }

  /** Adds a copy of `octets`. */
  octets(octets: Uint8Array): this {
    this.#reserve(octets.length);
    this.#buffer.set(octets, this.#length);
    this.#length += octets.length;
    return this;
  }

  /** Returns what was written. The writer may go on, but must not be told to forget it. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
