/**
 * Those who wait for something, in order of arrival, each with a timeout and a signal.
 *
 * Knows nothing of what they wait for.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import { SocketError } from "./errors.ts";

/** How long somebody waits. */
export interface Patience {
  /** ms; `Infinity` for ever. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What is waited for, as the end of "expected … within 100 ms". */
  readonly purpose: string;
}

/** Somebody in the line. */
export interface Waiting<Item, Result> {
  readonly item: Item;
  /** Gives the waiting one what it waits for, and lets it leave the line. */
  fulfil(result: Result): void;
  /** Tells the waiting one that nothing will come, and lets it leave the line. */
  fail(reason: unknown): void;
}

/** A line of those who wait. */
export class WaitingLine<Item, Result> implements Iterable<Waiting<Item, Result>> {
  readonly #clock: Clock;
  readonly #line = new Set<Waiting<Item, Result>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#line.size === 0;
  }

  /** Who has waited longest. */
  first(): Waiting<Item, Result> | undefined {
    const { value } = this.#line.values().next();
    return value;
  }

  /** All in order of arrival; who leaves meanwhile is skipped. */
  [Symbol.iterator](): Iterator<Waiting<Item, Result>> {
    return this.#line.values();
  }

  /**
   * Joins the line.
   *
   * @returns rejects with `SocketError` `SOCKET_TIMEOUT`, or the reason of the signal
   */
  join(item: Item, patience: Patience): Promise<Result> {
    const { signal, timeoutMs } = patience;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      let stopTimer: Cancel | undefined;
      const leave = (): void => {
        stopTimer?.();
        signal?.removeEventListener("abort", abort);
        this.#line.delete(waiting);
      };
      const waiting: Waiting<Item, Result> = {
        item,
        fulfil: (result) => {
          leave();
          resolve(result);
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
      };
      const abort = (): void => waiting.fail(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      if (Number.isFinite(timeoutMs)) {
        const expire = (): void => waiting.fail(expired(patience));
        stopTimer = this.#clock.schedule(this.#clock.now() + timeoutMs, expire);
      }
      this.#line.add(waiting);
    });
  }

  /** Tells everybody that nothing will come. */
  fail(reason: unknown): void {
    for (const waiting of this.#line) waiting.fail(reason);
  }
}

function expired(patience: Patience): SocketError {
  const text = `expected ${patience.purpose} within ${patience.timeoutMs} ms`;
  return new SocketError("SOCKET_TIMEOUT", text);
}
