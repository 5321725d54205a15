/**
 * One wake-up of the platform for all timers of all calls.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import type { TimerEntry, TimerWheel } from "../base/timer-wheel.ts";

/** Wakes up when a wheel's next entry is due. */
export class Alarm<Entry extends TimerEntry> {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel<Entry>;
  readonly #due: (entry: Entry, now: number) => void;
  readonly #failed: (entry: Entry, error: unknown) => void;
  #set: { readonly at: number; readonly cancel: Cancel } | undefined;
  #stopped = false;

  /**
   * @param due - called for each entry that is due, which is in the wheel no more
   * @param failed - called with what `due` throws, which is of no matter to the other entries; must
   *   not throw
   */
  constructor(
    clock: Clock,
    wheel: TimerWheel<Entry>,
    due: (entry: Entry, now: number) => void,
    failed: (entry: Entry, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#wheel = wheel;
    this.#due = due;
    this.#failed = failed;
  }

  /** Has to be called after entries were scheduled. Costs a comparison when nothing is to be done. */
  set(): void {
    const at = this.#wheel.wakeAt;
    if (at === undefined || this.#stopped) return;
    if (this.#set !== undefined) {
      if (this.#set.at <= at) return;
      this.#set.cancel();
    }
    this.#set = { at, cancel: this.#clock.schedule(at, this.#wake) };
  }

  /** Wakes up no more. */
  stop(): void {
    this.#stopped = true;
    this.#set?.cancel();
    this.#set = undefined;
  }

  readonly #wake = (): void => {
    this.#set = undefined;
    const now = this.#clock.now();
    for (const entry of this.#wheel.takeDue(now)) this.#ring(entry, now);
    this.set();
  };

  #ring(entry: Entry, now: number): void {
    try {
      this.#due(entry, now);
    } catch (error) {
      this.#failed(entry, error);
    }
  }
}
