/**
 * Waiting until nothing is open any more, with a bound.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** Holds those who drain until the last call is over. */
export class IdleGate {
  readonly #clock: Clock;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody waits. */
  get awaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** Resolves when the gate opens, or after `timeoutMs`; `Infinity` waits as long as it takes. */
  wait(timeoutMs: number): Promise<void> {
    const clock = this.#clock;
    return new Promise((resolve) => {
      const cancel =
        timeoutMs === Infinity ? undefined : clock.schedule(clock.now() + timeoutMs, resolve);
      this.#waiters.push(() => {
        cancel?.();
        resolve();
      });
    });
  }

  /** Lets everybody go who waits now. */
  open(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}
