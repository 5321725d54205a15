/**
 * One call as the server's side knows it, from its request to its last answer.
 *
 * @module
 */

import type { TimerEntry } from "../base/timer-wheel.ts";
import type { CallContext, CallPeer } from "./context.ts";
import { RpcError } from "./errors.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { ItemQueue } from "./item-queue.ts";
import type { ChannelRef, Headers, RequestOptions } from "./packet.ts";
import type { Pump, PumpTarget } from "./pump.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { ServerSession } from "./server-session.ts";

const NO_HEADERS: Headers = Object.freeze({});

/** The state of a served call. */
export class ServerCall implements CallContext, TimerEntry, PumpTarget {
  timerAt: number = Infinity;
  timerNext: TimerEntry | undefined = undefined;
  timerPrevious: TimerEntry | undefined = undefined;

  readonly channel: ChannelRef;
  readonly session: ServerSession;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly options: RequestOptions | undefined;
  readonly receivedAt: number;
  /** When the caller gives up, in ms; `Infinity` if it never does. */
  deadlineAt: number;
  /** `answered` and nothing more can be said, or still `open`. */
  state: "open" | "closed" = "open";
  /** Its handler has been started and counts against the pool. Set by the dispatcher. */
  running: boolean = false;
  /** Beats are exchanged only while a call is remembered beyond its request. */
  heartbeat: Heartbeat | undefined = undefined;
  /** Items that may be sent, counted here until there is a stream that sends them. */
  credit: number;
  /** Calls that run when this one is over. */
  followers: ServerCall[] | undefined = undefined;
  /** What the handler yields. */
  pump: Pump | undefined = undefined;
  /** What the caller streams in. */
  input: ItemQueue | undefined = undefined;
  inputWindow: ReceiveWindow | undefined = undefined;
  #aborter: AbortController | undefined = undefined;
  #abortReason: RpcError | undefined = undefined;

  constructor(
    session: ServerSession,
    request: {
      readonly channel: ChannelRef;
      readonly method: string;
      readonly args: readonly unknown[];
      readonly options: RequestOptions | undefined;
    },
    now: number,
  ) {
    this.session = session;
    this.channel = request.channel;
    this.method = request.method;
    this.args = request.args;
    this.options = request.options;
    this.receivedAt = now;
    this.credit = session.freeItems;
    const timeoutMs = request.options?.timeoutMs;
    this.deadlineAt = timeoutMs === undefined ? Infinity : now + timeoutMs;
  }

  get peer(): CallPeer {
    return this.session.link;
  }

  get headers(): Headers {
    return this.options?.headers ?? NO_HEADERS;
  }

  get remainingMs(): number | undefined {
    if (this.deadlineAt === Infinity) return undefined;
    return Math.max(0, this.deadlineAt - this.session.clock.now());
  }

  /** Made only when a handler asks for it. */
  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#abortReason !== undefined) this.#aborter.abort(this.#abortReason);
    }
    return this.#aborter.signal;
  }

  /** Tells the handler that nobody waits any more: its signal, its generator and its input end. */
  abandon(reason: RpcError): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#aborter?.abort(reason);
    this.pump?.close();
    this.input?.fail(reason);
  }

  /** The same for a consumer that wants no more and leaves a value, as `generator.return` does. */
  abandonWith(value: unknown): void {
    this.pump?.close(value);
    this.abandon(new RpcError("cancelled", "the caller wants no more items"));
  }

  /** @see {@link PumpTarget.blocked} */
  get blocked(): boolean {
    return this.session.link.full;
  }

  item(value: unknown): void {
    this.session.item(this, value);
  }

  end(value: unknown): void {
    this.session.end(this, value);
  }

  fail(error: unknown): void {
    this.session.failWith(this, error);
  }

  /** @see {@link import("./item-queue.ts").ItemSource} */
  consumed(unread: number): void {
    this.session.grantInput(this, unread);
  }

  abandoned(): void {
    // The caller learns it from the answer; until then its items find no credit.
    this.inputWindow = undefined;
  }
}
