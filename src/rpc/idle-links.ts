/**
 * Connections on which nothing happens, and how long they may stay.
 *
 *     used ──nothing for idleTimeoutMs──▶ leaving ──the peer stays for LEAVE_MS──▶ closed
 *      │ ◀────────────a message──────────────┘                                    ▲
 *      └──nothing for idleTimeoutMs, and the peer cannot be asked to leave────────┘
 *
 * A link that is closed loses what its peer sends meanwhile. So a peer that understands it is asked to
 * leave: it sends no more, waits for what it has open and closes the link itself.
 *
 * What leaves counts as much as what comes, as a large answer may take a slow peer long. A peer that
 * reads nothing for the whole time is idle, whatever waits for it.
 *
 * One timer looks at all of them, so that messages cost nothing but a note of the time. What is sent is
 * seen when the timer looks, so a link may stay up to twice as long as it has to be idle.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import { RpcError } from "./errors.ts";
import type { Link } from "./transport.ts";

/** How long a peer that was asked to leave may take, in ms, but never longer than it may be idle. */
export const LEAVE_MS = 5000;

interface Watched {
  phase: "used" | "leaving" | "closed";
  /** When something was last known to happen, or when the phase began, in ms. */
  since: number;
  /** What the link had sent when it was looked at. */
  sentMessages: number;
  /** What had not left by then. */
  unsentOctets: number;
}

/** What the links are asked that only their owner knows. */
export interface IdleQuestions {
  /** Whether something is going on that needs no messages, such as a call. */
  isBusy(link: Link): boolean;
  /** Asks the peer to leave. Returns whether it knows what that means. */
  askToLeave(link: Link): boolean;
  /** Asking or closing it has thrown. Must not throw. */
  failed(link: Link, error: unknown): void;
}

/** Links with their last sign of life. */
export class IdleLinks {
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  readonly #questions: IdleQuestions;
  readonly #links = new Map<Link, Watched>();
  #cancel: Cancel | undefined;

  /** @param idleTimeoutMs - above 0 */
  constructor(clock: Clock, idleTimeoutMs: number, questions: IdleQuestions) {
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#questions = questions;
  }

  opened(link: Link): void {
    const { sentMessages, unsentOctets = 0 } = link;
    const since = this.#clock.now();
    this.#links.set(link, { phase: "used", since, sentMessages, unsentOctets });
    this.#schedule();
  }

  /** Messages of a link have come. */
  heard(link: Link, now: number): void {
    const watched = this.#links.get(link);
    if (watched !== undefined) use(watched, now);
  }

  /** A link is gone. Returns why, if it was for being idle. */
  closed(link: Link): RpcError | undefined {
    const watched = this.#links.get(link);
    this.#links.delete(link);
    if (this.#links.size === 0) this.stop();
    if (watched === undefined || watched.phase === "used") return undefined;
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
    let at = Infinity;
    for (const watched of this.#links.values()) at = Math.min(at, this.#dueAt(watched));
    this.#cancel = this.#clock.schedule(at, this.#look);
  }

  #dueAt({ phase, since }: Watched): number {
    const bound =
      phase === "leaving" ? Math.min(LEAVE_MS, this.#idleTimeoutMs) : this.#idleTimeoutMs;
    return since + bound;
  }

  readonly #look = (): void => {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const [link, watched] of this.#links) {
      try {
        this.#lookAt(link, watched, now);
      } catch (error) {
        this.#questions.failed(link, error);
      }
    }
    this.#schedule();
  };

  #lookAt(link: Link, watched: Watched, now: number): void {
    if (this.#isUsed(link, watched)) use(watched, now);
    watched.sentMessages = link.sentMessages;
    watched.unsentOctets = link.unsentOctets ?? 0;
    if (now >= this.#dueAt(watched)) this.#proceed(link, watched, now);
  }

  #isUsed(link: Link, watched: Watched): boolean {
    if (this.#questions.isBusy(link)) return true;
    // What leaves now is, before anything else, the request to leave.
    if (watched.phase !== "used") return false;
    // More may wait for a peer that reads nothing, so only less is a sign of life.
    if ((link.unsentOctets ?? 0) < watched.unsentOctets) return true;
    return link.sentMessages !== watched.sentMessages;
  }

  #proceed(link: Link, watched: Watched, now: number): void {
    watched.since = now;
    if (watched.phase === "used" && this.#questions.askToLeave(link)) {
      watched.phase = "leaving";
    } else {
      watched.phase = "closed";
      link.close();
    }
  }
}

function use(watched: Watched, now: number): void {
  watched.phase = "used";
  watched.since = now;
}
