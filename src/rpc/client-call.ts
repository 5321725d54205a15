/**
 * One call as the client's side knows it, from its request to its last answer.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { TimerEntry } from "../base/timer-wheel.ts";
import type { ClientSession } from "./client-session.ts";
import type { Demand } from "./demand.ts";
import type { DialectTraits } from "./dialect.ts";
import { type Failure, RpcError, toFailure } from "./errors.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { ItemQueue } from "./item-queue.ts";
import type { ItemSender } from "./item-sender.ts";
import type { ChannelRef, RequestOptions } from "./packet.ts";
import { discard, Pump, type PumpSource, type PumpTarget } from "./pump.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import { ReplaySource } from "./replay.ts";
import { RemoteStream, type StreamControl } from "./remote-stream.ts";

/** Who waits for a call. Exactly one of the two is called, once. */
export interface CallOutcome {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a caller asked for, resolved to the last option. Times are in ms, `Infinity` for none. */
export interface CallRequest {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Until the first answer. */
  readonly timeoutMs: number;
  /** Between two items of a stream that somebody waits for. */
  readonly idleTimeoutMs: number;
  /** Until the end of a stream. */
  readonly totalTimeoutMs: number;
  /** It may be sent to another peer even if it has run. */
  readonly idempotent: boolean;
  /** What the request says beside method, arguments and remaining time; mostly nothing. */
  readonly options: RequestOptions | undefined;
  /** The argument that is a stream of ours. */
  readonly input: PumpSource | undefined;
}

/** A call that could not be sent. */
export interface Unsent {
  readonly call: ClientCall;
  readonly error: unknown;
}

/** What the consumer asked of a generator: a value, or an error, for its `yield`. */
type EarlyStep =
  | { readonly type: "next"; readonly value: unknown }
  | { readonly type: "throw"; readonly failure: Failure };

/**
 * Ends the calls of streams that nobody holds any more, as Python closes a generator that is dropped.
 * When that is, is up to the collector of garbage; whoever wants it at once calls `return`.
 */
const dropped = new FinalizationRegistry<ClientCall>((call) => {
  if (call.state !== "closed") call.finish(undefined);
});

/** The state of a call that was made. */
export class ClientCall implements TimerEntry, PumpTarget, StreamControl {
  timerAt: number = Infinity;
  timerNext: TimerEntry | undefined = undefined;
  timerPrevious: TimerEntry | undefined = undefined;

  readonly request: CallRequest;
  readonly startedAt: number;
  /** When the first answer is due; `Infinity` once it came. */
  deadlineAt: number;
  /** When the request was given to a peer. */
  openedAt: number;
  /** When the latest item came. */
  heardAt: number;
  state: "waiting" | "open" | "closed" = "waiting";
  session: ClientSession | undefined = undefined;
  channel: ChannelRef | undefined = undefined;
  /** Number of the request among the messages of its link. */
  sequence: number = 0;
  /** The latest channel of a call that may be sent again, kept when its connection is lost. */
  earlier: ChannelRef | undefined = undefined;
  /** The request was handed to a peer that is gone, so that it may have run. */
  mayHaveRun: boolean = false;
  /** How often a peer that takes no new calls has refused it. */
  refusals = 0;
  /**
   * How the call fails unless its server comes back and knows its outcome. Once it is there the
   * request itself is not sent any more.
   */
  lost: RpcError | undefined = undefined;
  /** The newest link of its endpoint when its own was lost. Whoever came later has the last word. */
  lostAt: number = 0;
  /** When the request is sent again unless it has been answered; `Infinity` for never. */
  resendAt: number = Infinity;
  /** Number of the latest message of its link that carried the request. */
  remindedAt: number = 0;
  /** The peer has been heard on the channel. */
  answered: boolean = false;
  /**
   * Items that are wanted before anybody waits for them, and that the peer has no credit for yet: it
   * follows as the window has room. `Infinity` when the peer may run ahead.
   */
  wanted: number = 0;
  heartbeat: Heartbeat | undefined = undefined;
  window: ReceiveWindow | undefined = undefined;
  /** What the caller streams out, and the credit that came for it; the first item is free. */
  input: Pump | undefined = undefined;
  /** Gathers what the caller streams out, once there was an item that could be gathered. */
  sender: ItemSender | undefined = undefined;
  /** The calls that it is to leave with, until it has left. */
  batch: Set<ClientCall> | undefined = undefined;
  /** Takes the call out of the queue of those that wait for a peer. */
  withdraw: (() => void) | undefined = undefined;
  /** Forgets the caller's signals. */
  release: (() => void) | undefined = undefined;
  #outcome: CallOutcome | undefined;
  #queue: ItemQueue | undefined = undefined;
  #earlySteps: EarlyStep[] | undefined = undefined;
  /** Weak, or it would never be garbage while the call is open. */
  #stream: WeakRef<RemoteStream> | undefined = undefined;
  #replay: ReplaySource | undefined = undefined;

  /** Whether the first item of a stream comes without being asked for. */
  readonly firstItemIsFree: boolean;
  /** Whether the peer runs ahead of nobody. */
  readonly lockstep: boolean;

  constructor(
    request: CallRequest,
    outcome: CallOutcome | undefined,
    start: { readonly now: number; readonly traits: DialectTraits },
  ) {
    const { now, traits } = start;
    this.firstItemIsFree = !traits.credit || traits.freeItems > 0;
    this.lockstep = traits.lockstep === true;
    this.request = request;
    this.#outcome = outcome;
    this.startedAt = now;
    this.openedAt = now;
    this.heardAt = now;
    this.deadlineAt = now + request.timeoutMs;
  }

  /** Items that came; made when the first comes or somebody starts to read. */
  get queue(): ItemQueue {
    return (this.#queue ??= new ItemQueue(this));
  }

  /** The stream of items. There is one per call. */
  get stream(): RemoteStream {
    const known = this.#stream?.deref();
    if (known !== undefined) return known;
    const stream = new RemoteStream(this);
    this.#stream = new WeakRef(stream);
    if (this.state !== "closed") dropped.register(stream, this);
    return stream;
  }

  /** Somebody reads the items or has been given the stream. */
  get streams(): boolean {
    return this.#queue !== undefined;
  }

  /** The peer may run ahead of the consumer, within the window. */
  get prefetches(): boolean {
    return this.wanted === Infinity;
  }

  /** Nothing more can come: forgets what the call held on to. */
  close(): void {
    this.state = "closed";
    if (this.input !== undefined) this.input.close();
    else if (this.request.input !== undefined) discard(this.request.input);
    this.release?.();
    this.release = undefined;
  }

  /** The call has its value. */
  resolve(value: unknown): void {
    this.#settle()?.resolve(value);
    // Who takes steps sees the value, as the end; `for await` would drop it without a word.
    if (!this.prefetches) this.#queue?.end(value);
    else this.#queue?.fail(notAStream(this.request.method));
  }

  /** The call, or its stream, has failed. */
  reject(error: unknown): void {
    this.#settle()?.reject(error);
    this.#queue?.fail(error);
  }

  /** The call was given up here: what came and was not read yet is dropped. */
  abort(error: unknown): void {
    this.#settle()?.reject(error);
    this.#queue?.abort(error);
  }

  /**
   * Streams out what the caller streams, if anything, from its beginning.
   *
   * @param free - items that go before the peer has asked for any; they are kept until it has
   */
  openInput(free: number): void {
    const { input } = this.request;
    if (input === undefined) return;
    if (free < Infinity) this.#replay ??= new ReplaySource(input);
    this.input = new Pump(this, free);
    this.input.open(this.#replay ?? input);
  }

  /** The peer asks for more of what the caller streams. */
  grantInput(items: number): void {
    this.#replay?.forget();
    this.input?.grant(items);
  }

  /** Whether all that it has said can be said again. */
  get repeatable(): boolean {
    return !this.answered && (this.input === undefined || this.#replay?.whole === true);
  }

  /** Goes back to its beginning, to be sent to another peer. Only for calls without an answer. */
  rewind(): void {
    this.input?.release();
    this.input = undefined;
    this.sender = undefined;
    this.#replay?.rewind();
    this.state = "waiting";
    this.session = undefined;
    this.channel = undefined;
    this.window = undefined;
    this.heartbeat = undefined;
  }

  /** The answer is a stream. */
  resolveStream(): void {
    // Who has the stream hears how it ended, also without having read yet.
    this.#queue ??= new ItemQueue(this);
    this.#settle()?.resolve(this.stream);
  }

  /** @see {@link import("./item-queue.ts").ItemSource} */
  consumed(unread: number): void {
    this.session?.demand.grant(this, unread);
  }

  abandoned(): void {
    this.finish(undefined);
  }

  prefetch(): void {
    this.ask(Infinity);
  }

  step(value: unknown): void {
    if (!this.answered) (this.#earlySteps ??= []).push({ type: "next", value });
    this.session?.demand.step(this, value);
  }

  /**
   * Asks for items before anybody waits for them. However many they are, only as many come unread as
   * the window has room for.
   */
  ask(items: number): void {
    this.wanted += items;
    this.session?.demand.grant(this, this.queue.unread);
  }

  raise(error: unknown): void {
    const failure = toFailure(error, false);
    if (!this.answered) (this.#earlySteps ??= []).push({ type: "throw", failure });
    this.session?.demand.raise(this, failure);
  }

  /** Asks a peer for what was asked before there was one, or of one that is gone. */
  repeatEarlySteps(demand: Demand): void {
    if (this.#earlySteps === undefined) return;
    for (const step of this.#earlySteps) {
      if (step.type === "next") demand.step(this, step.value);
      else demand.raise(this, step.failure);
    }
  }

  /** The peer has been heard: what is asked for from now on reaches it. */
  forgetEarlySteps(): void {
    this.#earlySteps = undefined;
  }

  finish(value: unknown): void {
    if (this.state === "waiting") this.withdraw?.();
    else this.session?.finish(this, value);
    // Whoever awaits the call gets its stream, which has ended.
    this.resolveStream();
  }

  /** @see {@link PumpTarget.blocked} */
  get blocked(): boolean {
    return this.session?.link.full ?? true;
  }

  item(value: unknown): void {
    this.session?.sendItem(this, value);
  }

  end(value: unknown): void {
    this.session?.sendInput(this, (channel) => ({ type: "end", channel, value }));
  }

  fail(error: unknown): void {
    const failure = toFailure(error, false);
    this.session?.sendInput(this, (channel) => ({ type: "error", channel, failure }));
  }

  over(): void {
    // The call goes on: its answer is still to come.
  }

  #settle(): CallOutcome | undefined {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    return outcome;
  }
}

/** The error of a call that nobody answered in time. */
export function noAnswer(call: ClientCall, afterMs: number, what: string): RpcError {
  const { method } = call.request;
  return new RpcError("deadline_exceeded", `timeout after ${afterMs} ms, ${what} of "${method}"`, {
    method,
  });
}

function notAStream(method: string): UsageError {
  return new UsageError(
    "USAGE_STATE",
    `"${method}" answered with a value, not with a stream; await the call instead of iterating`,
  );
}
