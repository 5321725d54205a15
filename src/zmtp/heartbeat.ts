/**
 * Heartbeats: when to send PING, and when the peer is to be given up.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Connection Heartbeating".
 *
 *     every interval       PING, unless the one before still waits for the wire
 *     PING, then silence   lost after the timeout
 *     peer's PING and TTL  lost after that much silence
 *
 * Any octet of the peer ends a silence. libzmq wants a whole frame, and so gives up a peer that is
 * in the middle of sending a large one.
 *
 * @module
 */

import { ZmtpError } from "./errors.ts";

/** When to send PING, and when to give up. */
export interface HeartbeatOptions {
  /** Time between two PINGs in ms; 0 sends none. */
  readonly intervalMs: number;
  /** Silence in ms after a PING until the peer is lost; 0 waits for ever. */
  readonly timeoutMs: number;
}

/** What is due. */
export type HeartbeatStep = "nothing" | "ping" | ZmtpError;

/** Watches over one connection once its handshake is done. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** When the next PING is due. */
  #pingAt: number | undefined;
  /** Since when a PING has been without any octet in return. */
  #waitingSince: number | undefined;
  #heardAt: number;
  #peerTtlMs = 0;
  /** While we do not read, silence is not the peer's fault. */
  #listening = true;

  constructor(options: HeartbeatOptions, now: number) {
    this.#options = options;
    this.#heardAt = now;
    this.#pingAt = options.intervalMs > 0 ? now + options.intervalMs : undefined;
  }

  /** When {@link Heartbeat.check} has something to do. */
  get wakeAt(): number | undefined {
    return earlier(this.#pingAt, earlier(this.#timeoutAt, this.#ttlAt));
  }

  /** A PING has brought no octet in return yet. */
  get unanswered(): boolean {
    return this.#waitingSince !== undefined && this.#listening;
  }

  /** Octets of the peer have arrived. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#waitingSince = undefined;
  }

  /** The peer wants to be given up after so much silence in ms; 0 takes the wish back. */
  obey(ttlMs: number): void {
    this.#peerTtlMs = ttlMs;
  }

  /** Says whether the peer can be heard at all. Silence counts from when it can be again. */
  listen(listening: boolean, now: number): void {
    if (listening && !this.#listening) {
      this.#heardAt = now;
      if (this.#waitingSince !== undefined) this.#waitingSince = now;
    }
    this.#listening = listening;
  }

  /**
   * Says what is due.
   *
   * @param pingWaits - the last PING has not left yet, because the wire takes no output
   * @returns an error `ZMTP_HEARTBEAT_TIMEOUT` or `ZMTP_TTL_EXPIRED` when the peer is lost
   */
  check(now: number, pingWaits: boolean): HeartbeatStep {
    // A PING that never left cannot have been answered.
    if (pingWaits && this.#waitingSince !== undefined) this.#waitingSince = now;

    const lost = this.#lost(now);
    if (lost !== undefined) return lost;
    if (this.#pingAt === undefined || now < this.#pingAt) return "nothing";

    this.#pingAt = now + this.#options.intervalMs;
    if (pingWaits) return "nothing";
    this.#waitingSince ??= now;
    return "ping";
  }

  get #timeoutAt(): number | undefined {
    const { timeoutMs } = this.#options;
    if (this.#waitingSince === undefined || timeoutMs === 0 || !this.#listening) return undefined;
    return this.#waitingSince + timeoutMs;
  }

  get #ttlAt(): number | undefined {
    if (this.#peerTtlMs === 0 || !this.#listening) return undefined;
    return this.#heardAt + this.#peerTtlMs;
  }

  #lost(now: number): ZmtpError | undefined {
    const timedOut = this.#timeoutAt !== undefined && now >= this.#timeoutAt;
    const expired = this.#ttlAt !== undefined && now >= this.#ttlAt;
    if (!timedOut && !expired) return undefined;
    const code = timedOut ? "ZMTP_HEARTBEAT_TIMEOUT" : "ZMTP_TTL_EXPIRED";
    return new ZmtpError(code, `nothing for ${Math.round(now - this.#heardAt)} ms`);
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
