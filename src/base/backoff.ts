/**
 * Delays between attempts that grow up to a limit, with jitter.
 *
 * The n-th delay is drawn evenly from the upper half of its interval, so that peers that lost the
 * same server at the same instant do not come back at the same instant:
 *
 *     interval  initial, 2 · initial, 4 · initial, …, max, max
 *     delay     [interval / 2, interval)
 *
 * Knows nothing of what is attempted, of clocks or of timers.
 *
 * @module
 */

import type { Random } from "./clock.ts";

/** How the delays of a {@link Backoff} grow. */
export interface BackoffOptions {
  /** The first interval, in ms. At least 1. */
  readonly initialMs: number;
  /** The largest interval, in ms. Smaller than `initialMs` means that the interval never grows. */
  readonly maxMs: number;
  readonly random: Random;
}

/** A sequence of delays that starts again after {@link Backoff.reset}. */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: Random;
  #intervalMs: number;

  constructor(options: BackoffOptions) {
    this.#initialMs = options.initialMs;
    this.#maxMs = Math.max(options.initialMs, options.maxMs);
    this.#random = options.random;
    this.#intervalMs = options.initialMs;
  }

  /** Returns the delay before the next attempt, in ms. */
  next(): number {
    const intervalMs = this.#intervalMs;
    this.#intervalMs = Math.min(intervalMs * 2, this.#maxMs);
    return (intervalMs * (1 + this.#random())) / 2;
  }

  /** Goes back to the first interval, after a success. */
  reset(): void {
    this.#intervalMs = this.#initialMs;
  }
}
