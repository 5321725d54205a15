/**
 * Event names as strings without decoding the same few octets for every message: a table that maps
 * recent names' octets to the string made of them before.
 *
 * @module
 */

const SLOTS = 128;
/** Longer names are decoded every time; they are none of a service that is called often. */
const MAX_OCTETS = 64;

interface Known {
  readonly octets: Uint8Array;
  readonly text: string;
}

/** A bounded cache of names. A new name takes the place of an old one with the same hash. */
export class NameCache {
  readonly #known: (Known | undefined)[] = Array.from({ length: SLOTS });
  #missed = 0;

  /** @param usual - names in ASCII that are known from the start */
  constructor(usual: readonly string[] = []) {
    for (const text of usual) {
      const octets = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      this.find(octets, 0, octets.length);
      this.remember(octets, 0, octets.length, text);
    }
  }

  /** The name that stands at `start`, if it is known. */
  find(octets: Uint8Array, start: number, length: number): string | undefined {
    this.#missed = slotOf(octets, start, length);
    const known = this.#known[this.#missed];
    if (known === undefined || known.octets.length !== length) return undefined;
    for (let i = 0; i < length; i++) {
      if (known.octets[i] !== octets[start + i]) return undefined;
    }
    return known.text;
  }

  /** Remembers the name that the last {@link find} did not. */
  remember(octets: Uint8Array, start: number, length: number, text: string): void {
    if (length > MAX_OCTETS) return;
    this.#known[this.#missed] = { octets: octets.slice(start, start + length), text };
  }
}

function slotOf(octets: Uint8Array, start: number, length: number): number {
  const first = octets[start] ?? 0;
  const middle = octets[start + (length >> 1)] ?? 0;
  const last = octets[start + length - 1] ?? 0;
  return (first * 31 + middle * 7 + last * 3 + length) % SLOTS;
}
