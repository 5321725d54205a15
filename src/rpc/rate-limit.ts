/**
 * How many calls a peer may make in a second: a bucket of tokens for each peer, filled at the rate and
 * up to the burst, from which every request takes one.
 *
 *     callsPerSecond ──▶ [ burst ] ──one each──▶ requests
 *                            └ empty: the request is refused, or the peer is not read from until it has one
 *
 * Knows no clock: time comes in as an argument.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Failure } from "./errors.ts";
import { checkOptions, count } from "./limits.ts";
import type { Link } from "./transport.ts";

/** How often each peer may call. */
export interface RateLimit {
  /** Calls of one peer in a second, over a longer time. */
  readonly callsPerSecond: number;
  /** Calls that it may make at once after a silence. @default callsPerSecond, at least 1 */
  readonly burst?: number;
  /**
   * Who is one peer: an `"identity"` with all its connections, or its address where nobody has verified
   * it; an `"address"`, without its port; or a `"connection"`. Where there is no address, as on `ipc`,
   * each connection is a peer.
   *
   * @default "identity"
   */
  readonly by?: "identity" | "address" | "connection";
  /**
   * What becomes of a call beyond it: `"refuse"` answers `resource_exhausted`, `"wait"` takes it and
   * reads no more from the connection until the rate is kept, so that the caller is slowed down.
   *
   * @default "refuse"
   */
  readonly excess?: "refuse" | "wait";
}

/** {@link RateLimit}, complete. */
interface Rate {
  readonly callsPerSecond: number;
  readonly burst: number;
  readonly by: "identity" | "address" | "connection";
  readonly waits: boolean;
}

/** One peer's calls. */
export class Bucket {
  readonly #rate: Rate;
  readonly #who: string;
  #tokens: number;
  /** When the tokens were counted, in ms. */
  #at: number;
  /** Connections that are there and count here. */
  #holders = 0;

  constructor(rate: Rate, who: string, now: number) {
    this.#rate = rate;
    this.#who = who;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes a token for a request. Returns what its caller gets when there is none. */
  take(now: number): Failure | undefined {
    this.#fill(now);
    if (this.#tokens < 1 && !this.#rate.waits) return this.#refusal();
    this.#tokens -= 1;
    return undefined;
  }

  /** How long not to read from the peer, in ms; 0 when it may go on. */
  waitMs(now: number): number {
    this.#fill(now);
    if (!this.#rate.waits || this.#tokens >= 0) return 0;
    return Math.ceil((-this.#tokens / this.#rate.callsPerSecond) * 1000);
  }

  /** One more connection counts here, until it calls {@link Bucket.release}. */
  hold(): void {
    this.#holders++;
  }

  /** A connection is gone. */
  release(): void {
    this.#holders--;
  }

  /** No connection counts here, and it is as if none ever had: who comes finds the same in a new one. */
  idle(now: number): boolean {
    this.#fill(now);
    return this.#holders === 0 && this.#tokens >= this.#rate.burst;
  }

  #fill(now: number): void {
    const { callsPerSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * callsPerSecond);
    this.#at = now;
  }

  #refusal(): Failure {
    const { callsPerSecond, burst } = this.#rate;
    const retryAfterMs = Math.ceil(((1 - this.#tokens) / callsPerSecond) * 1000);
    return {
      status: "resource_exhausted",
      name: "RpcError",
      message:
        `expected at most callsPerSecond = ${callsPerSecond} calls of ${this.#who}, with burst =` +
        ` ${burst} at once, got one more; the next may come in ${retryAfterMs} ms`,
      details: { retryAfterMs },
      mayHaveRun: false,
    };
  }
}

/** The buckets of all peers of a server. */
export class Buckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, Bucket>();
  /** When so many are there, those that are idle are forgotten. */
  #tidyAt = MANY_BUCKETS;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(given: RateLimit) {
    this.#rate = rateOf(given);
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * The bucket of a peer, which its other connections may have as well, also those that are gone.
   * Whoever asks holds it, and has to release it when the link is closed.
   */
  bucketOf(link: Link, now: number): Bucket {
    const who = this.#whoIs(link);
    const bucket = this.#buckets.get(who) ?? this.#make(who, now);
    bucket.hold();
    return bucket;
  }

  #make(who: string, now: number): Bucket {
    if (this.#buckets.size >= this.#tidyAt) this.#tidy(now);
    const made = new Bucket(this.#rate, who, now);
    this.#buckets.set(who, made);
    return made;
  }

  #whoIs({ identity, address, id }: Link): string {
    const { by } = this.#rate;
    if (by === "identity" && identity !== undefined) return JSON.stringify(identity);
    const host = address.slice(0, Math.max(0, address.lastIndexOf(":")));
    return by !== "connection" && host !== "" ? host : `connection ${id}`;
  }

  #tidy(now: number): void {
    for (const [who, bucket] of this.#buckets) if (bucket.idle(now)) this.#buckets.delete(who);
    this.#tidyAt = Math.max(MANY_BUCKETS, 2 * this.#buckets.size);
  }
}

const MANY_BUCKETS = 1024;

const KNOWN: Readonly<Record<keyof RateLimit, true>> = {
  callsPerSecond: true,
  burst: true,
  by: true,
  excess: true,
};

function rateOf(given: RateLimit): Rate {
  checkOptions("option of rateLimit", given, KNOWN);
  const { callsPerSecond, by = "identity", excess = "refuse" } = given;
  if (!(Number.isFinite(callsPerSecond) && callsPerSecond > 0)) {
    const got = String(callsPerSecond);
    throw new UsageError("USAGE_OPTION", `expected callsPerSecond above 0, got ${got}`);
  }
  if (by !== "identity" && by !== "address" && by !== "connection") {
    throw new UsageError(
      "USAGE_OPTION",
      `expected by to be "identity", "address" or "connection", got ${String(by)}`,
    );
  }
  if (excess !== "refuse" && excess !== "wait") {
    const got = String(excess);
    throw new UsageError("USAGE_OPTION", `expected excess to be "refuse" or "wait", got ${got}`);
  }
  const burst = count("burst", given.burst, Math.max(1, Math.floor(callsPerSecond)), 1);
  return { callsPerSecond, burst, by, waits: excess === "wait" };
}
