/**
 * Connections on which nothing happens, and how long they may stay.
 *
 * One timer looks at all of them, so that messages cost nothing but a note of the time. What is sent is
 * seen when the timer looks, so a link may stay up to twice as long as it has to be idle.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import { RpcError } from "./errors.ts";
import type { Link } from "./transport.ts";

interface Watched {
  /** When something was last known to happen, in ms. */
  activeAt: number;
  /** What the link had sent when it was looked at. */
  sentMessages: number;
  /** It is closed for being idle. */
  tooLong: boolean;
}

/** Links with their last sign of life. */
export class IdleLinks {
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  readonly #isBusy: (link: Link) => boolean;
  readonly #links = new Map<Link, Watched>();
  #cancel: Cancel | undefined;

  /**
   * @param idleTimeoutMs - above 0
   * @param isBusy - whether something is going on that needs no messages, such as a call
   */
  constructor(clock: Clock, idleTimeoutMs: number, isBusy: (link: Link) => boolean) {
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#isBusy = isBusy;
  }

  opened(link: Link): void {
    const { sentMessages } = link;
    this.#links.set(link, { activeAt: this.#clock.now(), sentMessages, tooLong: false });
    this.#schedule();
  }

  /** Messages of a link have come. */
  heard(link: Link, now: number): void {
    const watched = this.#links.get(link);
    if (watched !== undefined) watched.activeAt = now;
  }

  /** A link is gone. Returns why, if it was closed here. */
  closed(link: Link): RpcError | undefined {
    const watched = this.#links.get(link);
    this.#links.delete(link);
    if (this.#links.size === 0) this.stop();
    if (watched?.tooLong !== true) return undefined;
    const message = `expected messages or calls within idleTimeoutMs = ${this.#idleTimeoutMs}, got none`;
    return new RpcError("deadline_exceeded", message);
  }

  /** Looks no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    if (this.#cancel !== undefined || this.#links.size === 0) return;
    let activeAt = Infinity;
    for (const watched of this.#links.values()) activeAt = Math.min(activeAt, watched.activeAt);
    this.#cancel = this.#clock.schedule(activeAt + this.#idleTimeoutMs, this.#look);
  }

  readonly #look = (): void => {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const [link, watched] of this.#links) {
      const { sentMessages } = link;
      if (sentMessages !== watched.sentMessages || this.#isBusy(link)) watched.activeAt = now;
      watched.sentMessages = sentMessages;
      if (now - watched.activeAt < this.#idleTimeoutMs) continue;
      watched.tooLong = true;
      watched.activeAt = now;
      link.close();
    }
    this.#schedule();
  };
}
