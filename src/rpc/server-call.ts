/**
 * One call as the server's side knows it, from its request to its last answer.
 *
 * @module
 */

import type { TimerEntry } from "../base/timer-wheel.ts";
import type { CallContext, CallPeer } from "./context.ts";
import type { CallerLine, NotifyArguments } from "./remote-peer.ts";
import { RpcError } from "./errors.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { ItemQueue } from "./item-queue.ts";
import type { ItemSender } from "./item-sender.ts";
import type { ChannelRef, Headers, RequestOptions } from "./packet.ts";
import type { OpenCall } from "./open-calls.ts";
import { Pump, type PumpSource, type PumpTarget } from "./pump.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { ServerSession } from "./server-session.ts";

const NO_HEADERS: Headers = Object.freeze({});
const NO_ARGS: readonly unknown[] = [];

/** Who has started a call's handler, and wants to know when it is over. */
export interface Runner {
  finished(call: ServerCall): void;
}

/** The state of a served call. */
export class ServerCall implements CallContext, TimerEntry, OpenCall, PumpTarget {
  timerAt: number = Infinity;
  timerNext: TimerEntry | undefined = undefined;
  timerPrevious: TimerEntry | undefined = undefined;
  openIndex: number = -1;

  readonly channel: ChannelRef;
  readonly session: ServerSession;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly options: RequestOptions | undefined;
  readonly receivedAt: number;
  /** When the caller gives up, in ms; `Infinity` if it never does. */
  deadlineAt: number;
  /** `closed` once nothing more can be said to the caller. */
  state: "open" | "closed" = "open";
  /** There while the handler runs, which may be longer than the call is open. */
  runner: Runner | undefined = undefined;
  /** Beats are exchanged only while a call is remembered beyond its request. */
  heartbeat: Heartbeat | undefined = undefined;
  /** What its request is remembered under, while it is the one whose outcome those that join it get. */
  entered: string | undefined = undefined;
  /** Octets of the result that was sent, of a call whose outcome is remembered. */
  resultBytes = 0;
  /** It is counted among its peer's streams. */
  streams: boolean = false;
  /** Calls that run when this one is over. */
  followers: ServerCall[] | undefined = undefined;
  /** What the handler yields. It may be there before the handler has given its stream. */
  pump: Pump | undefined = undefined;
  /** What the caller streams in. */
  input: ItemQueue | undefined = undefined;
  inputWindow: ReceiveWindow | undefined = undefined;
  /** Gathers what the handler yields, once there was an item that could be gathered. */
  sender: ItemSender | undefined = undefined;
  /** Hears that nobody waits any more, where the call is passed on: a signal costs more than a call. */
  onAbandoned: ((reason: RpcError) => void) | undefined = undefined;
  /** How often it was passed on: once, unless an interceptor has its own ideas. */
  passes = 0;
  /** With what passing it on has failed before any handler could run for it. */
  refusal: Error | undefined = undefined;
  #headers: Headers | undefined = undefined;
  #aborter: AbortController | undefined = undefined;
  #abortReason: RpcError | undefined = undefined;
  #line: CallerLine | undefined = undefined;

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
    const timeoutMs = request.options?.timeoutMs;
    this.deadlineAt = timeoutMs === undefined ? Infinity : now + timeoutMs;
  }

  get peer(): CallPeer {
    return this.#callerLine?.peer ?? this.session.peer;
  }

  get notifiable(): boolean {
    return this.#callerLine?.notifiable ?? this.session.peer.canNotify(this.channel);
  }

  notify(method: string, args: NotifyArguments = NO_ARGS): Promise<boolean> {
    const line = this.#callerLine;
    if (line !== undefined) return line.notify(method, args);
    // Whoever hears it has seen the items that were yielded before.
    this.sender?.flush();
    return this.session.peer.notify(this.channel, method, args);
  }

  get headers(): Headers {
    return this.#headers ?? this.options?.headers ?? NO_HEADERS;
  }

  /** An interceptor has passed others on. */
  set headers(headers: Headers) {
    this.#headers = headers;
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

  /** Why nobody waits any more, if so. */
  get abandonReason(): RpcError | undefined {
    return this.#abortReason;
  }

  /** Whether an error says that no handler has run for it, so that it may be made again. */
  isRefusal(error: unknown): boolean {
    return this.passes === 1 && error !== undefined && error === this.refusal;
  }

  /** Tells the handler that nobody waits any more: its signal, its generator and its input end. */
  abandon(reason: RpcError): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#aborter?.abort(reason);
    this.onAbandoned?.(reason);
    this.pump?.close();
    this.input?.abort(reason);
  }

  /** The same for a consumer that wants no more and leaves a value, as `generator.return` does. */
  abandonWith(value: unknown): void {
    this.pump?.close(value);
    this.abandon(new RpcError("cancelled", "the caller wants no more items"));
  }

  /** The pump of what the handler yields. It keeps what the caller asks for before there is a stream. */
  openPump(): Pump {
    return (this.pump ??= new Pump(this, this.session.freeItems, this));
  }

  /** Sends what the handler yields. */
  stream(source: PumpSource): void {
    const pump = this.openPump();
    // The caller left while the handler was preparing its stream, or cannot read one.
    if (!this.session.beginStream(this)) pump.close();
    pump.open(source);
  }

  /** The way to who made the call, if its peer has only passed it on. */
  get #callerLine(): CallerLine | undefined {
    const origin = this.options?.origin;
    if (origin === undefined) return undefined;
    return (this.#line ??= this.session.lineTo(origin));
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

  over(): void {
    this.runner?.finished(this);
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
