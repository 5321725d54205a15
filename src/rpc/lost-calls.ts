/**
 * Calls whose connection was lost and that must not run again: how they ended is known to the process
 * that had them, and to nobody else.
 *
 * Whoever comes to the same endpoint afterwards is taken for this process, and its word is the last.
 * At a bound endpoint there may be others, and its new connection may be among them before the old one
 * is found dead. So those that came later than the lost connection are asked first, one after the
 * other; that they know nothing says nothing.
 *
 * @module
 */

import type { ClientCall } from "./client-call.ts";
import type { ClientSession } from "./client-session.ts";
import type { RpcError } from "./errors.ts";
import type { Link, Transport } from "./transport.ts";

/** What becomes of a lost call. */
export interface LostCallsParts {
  /** The transport; links may open while it is being made. */
  readonly transport: () => Pick<Transport, "bound" | "connected">;
  /** The peers that are there. */
  readonly peers: () => readonly ClientSession[];
  /** Asks a peer for the outcome. */
  readonly ask: (session: ClientSession, call: ClientCall) => void;
  /** Nobody can be asked yet. */
  readonly wait: (call: ClientCall) => void;
  /** Nobody will ever know. */
  readonly fail: (call: ClientCall, error: RpcError) => void;
}

/** The lost calls of one client. */
export class LostCalls {
  readonly #parts: LostCallsParts;
  /** Those that wait for somebody to come. */
  readonly #waiting = new Map<
    ClientCall,
    { readonly endpoint: string; readonly error: RpcError }
  >();

  constructor(parts: LostCallsParts) {
    this.#parts = parts;
  }

  /** Calls that wait for somebody to come to their endpoint. */
  get waiting(): readonly ClientCall[] {
    return [...this.#waiting.keys()];
  }

  /**
   * Takes a call that has come back.
   *
   * @param error - how it fails when nobody knows its outcome
   * @param link - the connection that was lost, or that of a peer that was asked and knows nothing
   */
  add(call: ClientCall, error: RpcError, link: Link): void {
    const { peers, ask, wait, fail } = this.#parts;
    const { endpoint, id } = link;
    const there = peers().filter((peer) => peer.link.endpoint === endpoint);
    const isThere = there.some((peer) => peer.link === link);
    if (!isThere) call.lostAt = there.reduce((at, peer) => Math.max(at, peer.link.id), id);
    const next = there.find((peer) => peer.link.id > id);
    if (isThere && id > call.lostAt) fail(call, error);
    else if (next !== undefined) ask(next, call);
    else if (!this.#isAwaited(endpoint)) fail(call, error);
    else {
      this.#waiting.set(call, { endpoint, error });
      wait(call);
    }
  }

  /** A call does not wait any more. */
  delete(call: ClientCall): void {
    this.#waiting.delete(call);
  }

  /** A peer has come. */
  opened(session: ClientSession): void {
    for (const [call, { endpoint }] of this.#waiting) {
      if (endpoint === session.link.endpoint) this.#parts.ask(session, call);
    }
  }

  /** Endpoints were given up: fails the calls for which nobody can come any more. */
  giveUp(): void {
    for (const [call, { endpoint, error }] of this.#waiting) {
      if (!this.#isAwaited(endpoint)) this.#parts.fail(call, error);
    }
  }

  #isAwaited(endpoint: string): boolean {
    const { connected, bound } = this.#parts.transport();
    return connected.includes(endpoint) || bound.includes(endpoint);
  }
}
