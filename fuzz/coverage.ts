/**
 * What an input reached that none before it did.
 *
 * Each block counts in one of eight steps, 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more times, so
 * that a loop that goes around more often is news, but not every time.
 *
 * @module
 */

declare global {
  // The compiled library finds its counters here.
  // oxlint-disable-next-line no-var -- only `var` declares a property of the global object
  var coverage: Uint32Array;
}

/** Coverage of one run. */
export class Coverage {
  readonly #counts: Uint32Array;
  readonly #seen: Uint8Array;
  /** Steps of blocks that were reached. */
  features = 0;
  /** Blocks that were reached. */
  blocks = 0;

  /**
   * Has to be made before the library is loaded.
   *
   * @param blocks - how many counters the library has
   */
  constructor(blocks: number) {
    globalThis.coverage = new Uint32Array(blocks);
    this.#counts = globalThis.coverage;
    this.#seen = new Uint8Array(blocks);
  }

  /** Sets all counters to zero. */
  clear(): void {
    this.#counts.fill(0);
  }

  /** Adds what the counters say, and tells how much of it is new. */
  collect(): number {
    const counts = this.#counts;
    const seen = this.#seen;
    let news = 0;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] as number;
      if (count === 0) continue;
      const step = 1 << stepOf(count);
      const before = seen[i] as number;
      if ((before & step) !== 0) continue;
      if (before === 0) this.blocks++;
      seen[i] = before | step;
      news++;
    }
    this.features += news;
    return news;
  }
}

function stepOf(count: number): number {
  if (count < 4) return count - 1;
  if (count < 8) return 3;
  if (count < 16) return 4;
  if (count < 32) return 5;
  return count < 128 ? 6 : 7;
}
