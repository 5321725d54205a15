/**
 * How much of a window's load is still to be made, and how fast.
 *
 * @module
 */

/** Where a budget ends, whichever comes first. `Infinity` is no end. */
export interface Spending {
  readonly calls: number;
  readonly durationMs: number;
  /** The most calls a second. */
  readonly rate: number;
}

/** Hands out calls. */
export class Budget {
  readonly #spending: Spending;
  readonly #startedAt = performance.now();
  #taken = 0;
  #nextAt = 0;
  #halfSpent: (() => void) | undefined;
  /** Resolves when half of it is spent. */
  readonly half: Promise<void>;

  constructor(spending: Spending) {
    this.#spending = spending;
    this.half = new Promise((resolve) => {
      this.#halfSpent = resolve;
    });
  }

  /** Waits until the rate allows one more call; resolves with `false` when there is none left. */
  async take(): Promise<boolean> {
    const { calls, durationMs, rate } = this.#spending;
    const elapsedMs = performance.now() - this.#startedAt;
    if (this.#taken >= calls / 2 || elapsedMs >= durationMs / 2) this.#halfSpent?.();
    if (this.#taken >= calls || elapsedMs >= durationMs) return false;
    this.#taken++;
    if (rate === Infinity) return true;
    this.#nextAt = Math.max(this.#nextAt, elapsedMs) + 1000 / rate;
    const waitMs = this.#nextAt - elapsedMs;
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return true;
  }
}
