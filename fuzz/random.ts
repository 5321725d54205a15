/**
 * Numbers that are the same for the same seed: a run can be done again.
 *
 * @module
 */

/** A source of numbers (mulberry32). */
export class Random {
  #state: number;

  /** @param seed - an integer of 32 bits */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer of 32 bits, 0 or more. */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** An integer from 0 up to and without `end`, which is 1 or more. */
  below(end: number): number {
    return this.next() % end;
  }

  /** One of `items`, of which there is at least one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
