/**
 * A cursor over octets that are all there, and plain access for loops that must be fast.
 *
 * All numbers are big-endian. Reading past the end returns `undefined` and consumes nothing: who
 * knows the protocol also knows which error that is.
 *
 * @module
 */

/** The octet at `at`, which MUST be inside of `octets`. */
export function octetAt(octets: Uint8Array, at: number): number {
  // The bound is the caller's promise; a check here would be paid once per received octet.
  return octets[at] as number;
}

/** The 32-bit number at `at`, which MUST be inside of `octets` with all its four octets. */
export function u32At(octets: Uint8Array, at: number): number {
  return (
    octetAt(octets, at) * 0x1000000 +
    ((octetAt(octets, at + 1) << 16) | (octetAt(octets, at + 2) << 8) | octetAt(octets, at + 3))
  );
}

/** Reads numbers and octets one after the other. */
export class OctetReader {
  readonly #octets: Uint8Array;
  #at = 0;

  /** @param octets - read in place, never copied */
  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** How many octets are left. */
  get remaining(): number {
    return this.#octets.length - this.#at;
  }

  /** Takes a number of one octet. */
  u8(): number | undefined {
    if (this.remaining < 1) return undefined;
    this.#at += 1;
    return octetAt(this.#octets, this.#at - 1);
  }

  /** Takes a number of two octets. */
  u16(): number | undefined {
    if (this.remaining < 2) return undefined;
    this.#at += 2;
    return (octetAt(this.#octets, this.#at - 2) << 8) | octetAt(this.#octets, this.#at - 1);
  }

  /** Takes a number of four octets. */
  u32(): number | undefined {
    if (this.remaining < 4) return undefined;
    this.#at += 4;
    return u32At(this.#octets, this.#at - 4);
  }

  /** Takes `length` octets as a view into what is read. */
  octets(length: number): Uint8Array | undefined {
    if (this.remaining < length) return undefined;
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  /** Takes all that is left as a view. */
  rest(): Uint8Array {
    const rest = this.#octets.subarray(this.#at);
    this.#at = this.#octets.length;
    return rest;
  }
}
