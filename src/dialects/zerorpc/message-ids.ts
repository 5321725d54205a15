/**
 * Message ids as zerorpc writes them: 32 octets of lower-case hex, of which the first eight digits
 * count up and the others stay the same.
 *
 * Spec: docs/protocols/zerorpc.md, "Message ids".
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import { octetAt } from "../../base/octet-reader.ts";

/** Length of an id in octets. */
export const ID_OCTETS = 32;
/** Length of the part that counts. */
const COUNTER_DIGITS = 8;

const HEX = new Uint8Array([...Array.from({ length: 16 }).keys()].map((n) => digitOf(n)));
const VALUES = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) VALUES[digitOf(value)] = value;

function digitOf(value: number): number {
  return value < 10 ? 0x30 + value : 0x61 + value - 10;
}

/** Hands out ids and recognises its own. */
export class MessageIds {
  readonly #suffix: Uint8Array;
  /** The same, four octets in one, which halves the time that {@link parse} takes per event. */
  readonly #suffixWords: Int32Array;
  #counter: number;

  constructor(random: Random) {
    this.#suffix = Uint8Array.from(
      { length: ID_OCTETS - COUNTER_DIGITS },
      () => HEX[Math.floor(random() * 16)] as number,
    );
    this.#suffixWords = Int32Array.from({ length: this.#suffix.length / 4 }, (_, word) =>
      wordAt(this.#suffix, 4 * word),
    );
    // In the lower half, so that two thousand million ids fit before the counter starts again.
    this.#counter = Math.floor(random() * 0x8000_0000);
  }

  /** The number of the next id; every id of this source has another one for 2^32 ids. */
  take(): number {
    const counter = this.#counter;
    this.#counter = counter === 0xffff_ffff ? 0 : counter + 1;
    return counter;
  }

  /** The next id as text, for what is named beyond its channel. */
  takeText(): string {
    const octets = new Uint8Array(ID_OCTETS);
    writeCounter(octets, 0, this.take());
    this.writeSuffix(octets, 0);
    return String.fromCharCode(...octets);
  }

  /** Writes the part of all ids that stays the same. */
  writeSuffix(octets: Uint8Array, at: number): void {
    octets.set(this.#suffix, at + COUNTER_DIGITS);
  }

  /** The number of an id that this source made, or -1. */
  parse(octets: Uint8Array, at: number): number {
    const words = this.#suffixWords;
    for (let i = 0; i < words.length; i++) {
      if (wordAt(octets, at + COUNTER_DIGITS + 4 * i) !== words[i]) return -1;
    }
    let counter = 0;
    let digits = 0;
    for (let i = 0; i < COUNTER_DIGITS; i++) {
      const value = VALUES[octets[at + i] as number] as number;
      // Negative from the first octet on that is no digit.
      digits |= value;
      counter = (counter << 4) | value;
    }
    return digits < 0 ? -1 : counter >>> 0;
  }
}

/** Four octets as one number, for comparing. */
function wordAt(octets: Uint8Array, at: number): number {
  return (
    octetAt(octets, at) |
    (octetAt(octets, at + 1) << 8) |
    (octetAt(octets, at + 2) << 16) |
    (octetAt(octets, at + 3) << 24)
  );
}

/** Writes the counting part of an id. */
export function writeCounter(octets: Uint8Array, at: number, counter: number): void {
  for (let i = COUNTER_DIGITS - 1, rest = counter; i >= 0; i--) {
    octets[at + i] = HEX[rest & 15] as number;
    rest >>>= 4;
  }
}
