/**
 * How long calls take, without keeping a number for each of them.
 *
 * @module
 */

/** Buckets a decade: each is about a quarter wider than the one before. */
const PER_DECADE = 10;
const LEAST_MS = 0.01;

/** Counts durations in buckets of a logarithmic scale. */
export class Latencies {
  readonly #counts: number[] = [];
  #count = 0;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.max(0, Math.round(Math.log10(ms / LEAST_MS) * PER_DECADE));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** What `share` of all stay below, to the width of a bucket. */
  quantileMs(share: number): number {
    let left = share * this.#count;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count ?? 0;
      if (left <= 0) return LEAST_MS * 10 ** (bucket / PER_DECADE);
    }
    return this.#maxMs;
  }
}
