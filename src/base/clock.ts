/**
 * Time and randomness as the pure layers see them: given from outside.
 *
 * `node/clock.ts` is the real one, `testing/virtual-clock.ts` the one of the tests.
 *
 * @module
 */

/** Ends a wake-up that was asked for. Calling it twice, or after the task ran, does nothing. */
export type Cancel = () => void;

/** A monotonic clock with wake-ups. */
export interface Clock {
  /** The present instant in ms. Only differences mean anything; it never goes back. */
  now(): number;
  /**
   * Runs `task` once, at `at` or as soon as possible after it, never before this call returns.
   *
   * @param at - an instant in ms on this clock
   */
  schedule(at: number, task: () => void): Cancel;
}

/** A source of numbers in [0, 1), for jitter and ids that need not be secret. */
export type Random = () => number;
