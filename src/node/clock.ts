/**
 * The real clock: monotonic, with Node's timers.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";

/** The longest wait that Node's timers know, in ms. Longer ones are taken in steps. */
const MAX_TIMER_MS = 2_147_483_647;

/** Time since the process started, which system clock changes do not touch. */
export const nodeClock: Clock = {
  now: () => performance.now(),

  schedule(at: number, task: () => void): Cancel {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (): void => {
      // Node rounds down, so a wake-up could come a fraction of a ms early.
      const delayMs = Math.max(0, Math.ceil(at - performance.now()));
      timer = setTimeout(delayMs > MAX_TIMER_MS ? wait : task, Math.min(delayMs, MAX_TIMER_MS));
    };
    wait();
    return () => clearTimeout(timer);
  },
};
