/**
 * Who is not read from for a while, because it has called more often than it may.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import type { Link } from "./transport.ts";

/** Links that rest. */
export class Throttle {
  readonly #clock: Clock;
  readonly #resting = new Map<Link, Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a link rests: then nobody else lets it go on. */
  rests(link: Link): boolean {
    return this.#resting.has(link);
  }

  /** Does not read from a link for some ms. */
  rest(link: Link, ms: number): void {
    if (this.#resting.has(link)) return;
    link.pause();
    const wake = (): void => {
      this.#resting.delete(link);
      // Else it goes on when it has drained.
      if (!link.full) link.resume();
    };
    this.#resting.set(link, this.#clock.schedule(this.#clock.now() + ms, wake));
  }

  /** A link is gone. */
  closed(link: Link): void {
    this.#resting.get(link)?.();
    this.#resting.delete(link);
  }
}
