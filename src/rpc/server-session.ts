/**
 * The server's side of one peer: its open calls, their heartbeats and their credit.
 *
 * Packets that concern a call come out of {@link ServerSession.receive} in order, with the session's
 * own bookkeeping done; handlers answer through the verbs, at any time.
 *
 * @module
 */

import { octetLength } from "../base/octets.ts";
import type { Clock } from "../base/clock.ts";
import type { TimerWheel } from "../base/timer-wheel.ts";
import type { DialectTraits, Translator } from "./dialect.ts";
import { type Failure, fromFailure, RpcError, toFailure } from "./errors.ts";
import { forAll } from "./last-resort.ts";
import { Heartbeat } from "./heartbeat.ts";
import { ItemQueue } from "./item-queue.ts";
import type { Method } from "./method.ts";
import type { CallOrigin, ChannelRef, Message, OutgoingMessage, Packet } from "./packet.ts";
import { Outbox } from "./outbox.ts";
import { ReceiveWindow, type WindowLimits } from "./receive-window.ts";
import { type CallerLine, RemotePeer } from "./remote-peer.ts";
import type { Outcome, Reply } from "./reply-cache.ts";
import { OpenCalls } from "./open-calls.ts";
import type { Observer } from "./rpc-event.ts";
import { ServerCall } from "./server-call.ts";
import type { Bucket } from "./rate-limit.ts";
import type { Link } from "./transport.ts";

/** What all sessions of a server share. */
export interface ServerSessionSettings {
  readonly clock: Clock;
  readonly wheel: TimerWheel<ServerCall>;
  /** Interval of heartbeats in ms; 0 switches them off. */
  readonly heartbeatMs: number;
  /** Whether stacks of handlers' errors leave the process. */
  readonly sendStacks: boolean;
  readonly window: WindowLimits;
  /** Calls that one peer may have open; more are refused with `resource_exhausted`. */
  readonly maxCallsPerPeer: number;
  /** Streams that one peer may have open, in both directions together; the same for more. */
  readonly maxStreamsPerPeer: number;
  readonly observer: Observer | undefined;
  /** Makes the way to who is behind a peer that passes calls on. @default nobody is */
  readonly lineTo: ((origin: CallOrigin) => CallerLine) | undefined;
  /** Hears of every call that has come to its end. */
  readonly closed: (call: ServerCall) => void;
}

/** The dialect that a peer speaks. */
export interface SpokenDialect {
  readonly translator: Translator;
  readonly traits: DialectTraits;
  readonly builtins: ReadonlyMap<string, Method>;
  /** See `Dialect.otherName`. */
  readonly otherName: ((method: string) => string) | undefined;
}

/** The calls of one peer. */
export class ServerSession {
  readonly link: Link;
  readonly clock: Clock;
  /** The methods that come with the peer's dialect. */
  readonly builtins: ReadonlyMap<string, Method>;
  /** Under which name to look for a method when a name has none. */
  readonly otherName: ((method: string) => string) | undefined;
  readonly #translator: Translator;
  readonly #outbox: Outbox;
  readonly #traits: DialectTraits;
  readonly #settings: ServerSessionSettings;
  /** Calls that outlived their request's turn. */
  readonly #kept = new OpenCalls<ServerCall>();
  #peer: RemotePeer | undefined = undefined;
  /** The peer has been told that no new calls of this link are taken, and will close it. */
  leaving = false;
  /** How often the peer may call. */
  readonly bucket: Bucket | undefined;
  /** Calls that are streams, in one direction or both. */
  #streams = 0;
  /** Requests of the message that is being read; none of them is kept yet. */
  #accepted = 0;

  constructor(
    link: Link,
    dialect: SpokenDialect,
    settings: ServerSessionSettings,
    bucket?: Bucket,
  ) {
    this.link = link;
    this.bucket = bucket;
    this.clock = settings.clock;
    this.#translator = dialect.translator;
    this.#outbox = new Outbox(dialect.translator, link);
    this.#traits = dialect.traits;
    this.builtins = dialect.builtins;
    this.otherName = dialect.otherName;
    this.#settings = settings;
  }

  /** The peer beyond its calls. Made only when a handler asks for it. */
  get peer(): RemotePeer {
    return (this.#peer ??= new RemotePeer(this.link, this.#translator));
  }

  /** The way to who is behind this peer. */
  lineTo(origin: CallOrigin): CallerLine | undefined {
    return this.#settings.lineTo?.(origin);
  }

  /** The calls that go on beyond their request's turn. */
  get openCalls(): OpenCalls<ServerCall> {
    return this.#kept;
  }

  /**
   * Takes a message of the peer and appends the packets that concern calls to `packets`.
   *
   * Has to be called for one message at a time, with what came of it dispatched before the next: a
   * message may already concern the call that the one before it opened.
   */
  receive(message: Message, now: number, packets: Packet[]): void {
    const first = packets.length;
    this.#accepted = 0;
    this.#translator.decode(message, packets);
    let count = first;
    for (let i = first; i < packets.length; i++) {
      const packet = packets[i] as Packet;
      if (this.#accept(packet, now)) packets[count++] = packet;
    }
    if (count < packets.length) packets.length = count;
  }

  /** Remembers a call that goes on after its request was dispatched. */
  keep(call: ServerCall, now: number): void {
    if (call.state === "closed" || this.#kept.has(call)) return;
    this.#kept.add(call);
    this.#translator.retain(call.channel);
    const { heartbeatMs } = this.#settings;
    // A caller that goes beyond the old protocol says when it leaves; its beats are only answered.
    const beats = heartbeatMs > 0 && this.#traits.heartbeats && !call.channel.extended;
    if (beats) call.heartbeat = new Heartbeat(heartbeatMs, now);
    this.#schedule(call);
  }

  /** Items that this peer's protocol lets go before any credit came. */
  get freeItems(): number {
    return this.#traits.credit ? this.#traits.freeItems : Infinity;
  }

  /**
   * Says that the answer will be a stream.
   *
   * @returns `false` when the peer's protocol has none; the call has failed then
   */
  beginStream(call: ServerCall): boolean {
    if (call.state === "closed") return false;
    if (call.options?.oneWay === true) {
      // Nobody would ever grant credit for the items.
      this.#close(call);
      return false;
    }
    if (this.#traits.streams) {
      if (!this.#takesStream(call)) return false;
      return this.#trySend(call, { type: "stream", channel: call.channel });
    }
    const message = `${call.method}() answers with a stream, and the peer's protocol has none`;
    this.failWith(call, new RpcError("unimplemented", message));
    return false;
  }

  /** Answers a unary call. */
  reply(call: ServerCall, value: unknown): void {
    if (call.state === "closed") return;
    if (this.#trySend(call, { type: "result", channel: call.channel, value })) this.#close(call);
  }

  /** Sends one item of a stream, for which there is credit. */
  item(call: ServerCall, value: unknown): void {
    if (call.state === "closed") return;
    // Items have answered the caller's first wait; what bounds the stream from now on is its total.
    if (call.deadlineAt !== Infinity) this.#answerBegins(call);
    try {
      this.#outbox.item(call, call.channel, call.method, value);
    } catch (error) {
      this.#cannotSend(call, "item", error);
    }
  }

  /** Ends a stream well. */
  end(call: ServerCall, value: unknown): void {
    if (call.state === "closed") return;
    if (this.#trySend(call, { type: "end", channel: call.channel, value })) this.#close(call);
  }

  /** Ends a call with a failure. */
  fail(call: ServerCall, failure: Failure): void {
    if (call.state === "closed") return;
    call.sender?.flush();
    if (call.options?.oneWay !== true) this.#sayFailure(call, failure);
    this.#close(call);
  }

  /** Ends a call without an answer. */
  drop(call: ServerCall, reason: RpcError): void {
    call.abandon(reason);
    if (call.state === "open") this.#close(call);
  }

  /**
   * What is kept of how a call with a request id has ended. What cannot be sent is kept as the failure
   * that its caller gets, so that nothing is kept which is larger than a message may be.
   */
  remembered(call: ServerCall, outcome: Outcome): Reply {
    if (outcome.type === "failure") return this.#rememberedFailure(call, outcome);
    // Unless it was sent, which nothing can be to a caller that is gone.
    if (call.resultBytes > 0) return { outcome, bytes: call.resultBytes };
    const { channel, method } = call;
    try {
      const message = this.#outbox.encode(
        { type: "result", channel, value: outcome.value },
        method,
      );
      return { outcome, bytes: octetsOf(message) };
    } catch (error) {
      const unsent = unencodable(method, "result", error);
      return this.#rememberedFailure(call, { type: "failure", error: unsent });
    }
  }

  #rememberedFailure(call: ServerCall, outcome: Extract<Outcome, { type: "failure" }>): Reply {
    const failure = toFailure(outcome.error, false);
    const { said, message } = this.#outbox.failure(call.channel, call.method, failure);
    const bytes = octetsOf(message);
    if (said === failure) return { outcome, bytes };
    return { outcome: { type: "failure", error: fromFailure(said, call.method) }, bytes };
  }

  /**
   * Tells the peer, once, to turn to others or to connect again.
   *
   * @returns whether its protocol has a word for that
   */
  sayDraining(): boolean {
    if (this.leaving) return true;
    const message = this.#translator.encode({ type: "draining", channel: undefined });
    if (message === undefined) return false;
    this.leaving = true;
    this.#outbox.give(message);
    return true;
  }

  /** Answers a request that becomes no call. */
  refuse(channel: ChannelRef, failure: Failure): void {
    this.#sayFailure({ channel, method: "" }, failure);
  }

  /** Ends a call with whatever its handler threw. */
  failWith(call: ServerCall, error: unknown): void {
    if (call.state === "closed") return;
    const { observer, sendStacks } = this.#settings;
    observer?.({ type: "call-failed", method: call.method, address: this.link.address, error });
    const failure = toFailure(error, sendStacks);
    this.fail(call, call.isRefusal(error) ? { ...failure, mayHaveRun: false } : failure);
  }

  /** Grants credit for the items that the caller streams in. */
  grantInput(call: ServerCall, unread: number): void {
    const items = call.inputWindow?.grant(unread) ?? 0;
    if (items > 0 && call.state === "open") {
      this.#trySend(call, { type: "credit", channel: call.channel, items });
    }
  }

  /**
   * Opens the stream of items that the request announced.
   *
   * @returns `undefined` when the peer has too many; the call has failed then
   */
  openInput(call: ServerCall): ItemQueue | undefined {
    if (!this.#takesStream(call)) return undefined;
    const input = new ItemQueue(call);
    call.input = input;
    call.inputWindow = new ReceiveWindow(this.#settings.window, this.freeItems);
    return input;
  }

  /** A call's timer has passed. */
  expire(call: ServerCall, now: number): void {
    if (call.state === "closed") return;
    if (now >= call.deadlineAt) {
      this.#overdue(call);
      return;
    }
    const { heartbeat } = call;
    if (heartbeat !== undefined && now >= heartbeat.dueAt) {
      if (heartbeat.isLost(now) || (call.pump !== undefined && heartbeat.isForsaken(now))) {
        this.drop(call, gone(call, "the caller has been silent for too long"));
        return;
      }
      this.#beat(call, now);
    }
    this.#schedule(call);
  }

  /** Ends a call that waits for its turn if its deadline has passed, and says whether it had. */
  expireIfDue(call: ServerCall): boolean {
    if (call.deadlineAt === Infinity || this.clock.now() < call.deadlineAt) return false;
    this.#overdue(call);
    return true;
  }

  /** Ends all calls without an answer: the peer is gone. */
  disconnect(): void {
    this.#peer?.disconnect();
    forAll(this.#kept, (call) => {
      // Who sends requests again will come back for the outcome, over another connection. The rest of
      // a stream nobody will ask for.
      const { pump, options } = call;
      if (options?.requestId !== undefined && pump === undefined) this.#close(call);
      else this.drop(call, gone(call, "the caller is gone"));
    });
  }

  /** Pumps go on that waited for the link. */
  resume(): void {
    this.#peer?.resume();
    for (const call of this.#kept) call.pump?.run();
  }

  #accept(packet: Packet, now: number): boolean {
    if (packet.type === "malformed") {
      this.#malformed(packet);
      return false;
    }
    if (packet.type === "immediate") {
      this.#outbox.give(packet.message);
      return false;
    }
    if (packet.type === "notify" || packet.type === "draining") return false;
    if (packet.type === "request") return this.#admit(packet, now);
    const call = packet.channel.call as ServerCall;
    if (call.state !== "open") return false;
    if (packet.type !== "heartbeat") {
      call.heartbeat?.see(now);
      return true;
    }
    call.heartbeat?.hear(now);
    this.#beat(call, now);
    this.#schedule(call);
    return false;
  }

  #admit(packet: Extract<Packet, { type: "request" }>, now: number): boolean {
    const { maxCallsPerPeer } = this.#settings;
    const refusal =
      this.#kept.size + this.#accepted < maxCallsPerPeer
        ? this.bucket?.take(now)
        : tooManyCalls(maxCallsPerPeer);
    if (refusal === undefined) {
      this.#accepted++;
      packet.channel.call = new ServerCall(this, packet, now);
      return true;
    }
    if (packet.options?.oneWay !== true) this.refuse(packet.channel, refusal);
    return false;
  }

  /** Counts a call among the streams, once for both directions, or fails it. */
  #takesStream(call: ServerCall): boolean {
    if (call.streams) return true;
    const { maxStreamsPerPeer } = this.#settings;
    if (this.#streams >= maxStreamsPerPeer) {
      this.fail(call, tooManyStreams(maxStreamsPerPeer));
      return false;
    }
    call.streams = true;
    this.#streams++;
    return true;
  }

  #malformed({ channel, reason }: Extract<Packet, { type: "malformed" }>): void {
    this.#settings.observer?.({ type: "malformed", address: this.link.address, reason });
    if (channel === undefined) return;
    const failure: Failure = { status: "invalid_argument", name: "TypeError", message: reason };
    const call = channel.call as ServerCall | undefined;
    if (call === undefined) {
      this.refuse(channel, { ...failure, mayHaveRun: false });
      return;
    }
    call.abandon(new RpcError("invalid_argument", reason, { method: call.method }));
    this.fail(call, failure);
  }

  #overdue(call: ServerCall): void {
    const error = new RpcError("deadline_exceeded", "the caller's deadline has passed", {
      method: call.method,
    });
    call.abandon(error);
    this.fail(call, toFailure(error, false));
  }

  #answerBegins(call: ServerCall): void {
    const total = call.options?.totalTimeoutMs;
    const deadlineAt = total === undefined ? Infinity : call.receivedAt + total;
    if (deadlineAt === call.deadlineAt) return;
    call.deadlineAt = deadlineAt;
    this.#schedule(call);
  }

  #schedule(call: ServerCall): void {
    if (!this.#kept.has(call)) return;
    const beatAt = call.heartbeat?.dueAt ?? Infinity;
    this.#settings.wheel.schedule(call, Math.min(beatAt, call.deadlineAt));
  }

  #beat(call: ServerCall, now: number): void {
    call.heartbeat?.sent(now);
    this.#trySend(call, { type: "heartbeat", channel: call.channel });
  }

  /** Sends; what cannot be encoded ends the call with an error instead of silence. */
  #trySend(call: ServerCall, packet: Packet): boolean {
    try {
      this.#send(call, packet);
      return true;
    } catch (error) {
      this.#cannotSend(call, packet.type, error);
      return false;
    }
  }

  #cannotSend(call: ServerCall, what: string, error: unknown): void {
    call.pump?.close();
    this.failWith(call, unencodable(call.method, what, error));
  }

  #send(call: ServerCall, packet: Packet): void {
    if (call.options?.oneWay === true) return;
    const message = this.#outbox.encode(packet, call.method);
    if (message === undefined) return;
    // Order is kept among all that goes over a channel.
    call.sender?.flush();
    // Of nothing else: what is said before, or in its place, is smaller than what is remembered.
    if (packet.type === "result" && call.options?.requestId !== undefined) {
      call.resultBytes = octetsOf(message);
    }
    this.#outbox.give(message);
  }

  /** Sends a failure, or as much of it as can be sent. Never throws. */
  #sayFailure(of: Failed, failure: Failure): void {
    const { message, unsaid } = this.#outbox.failure(of.channel, of.method, failure);
    if (message !== undefined) this.#outbox.give(message);
    if (unsaid === undefined) return;
    const error = unencodable(of.method, "error", unsaid);
    const { address } = this.link;
    this.#settings.observer?.({ type: "call-failed", method: of.method, address, error });
  }

  #close(call: ServerCall): void {
    call.state = "closed";
    call.sender?.discard();
    if (call.streams) this.#streams--;
    // A handler may still read what the caller streamed; nothing more will come.
    call.input?.abort(gone(call, "the call is over"));
    if (this.#kept.delete(call)) {
      this.#settings.wheel.cancel(call);
      this.#translator.release(call.channel);
    }
    this.#settings.closed(call);
  }
}

/** What a failure is said of. */
type Failed = Pick<ServerCall, "channel" | "method">;

function tooManyCalls(limit: number): Failure {
  return {
    status: "resource_exhausted",
    name: "RpcError",
    message: `expected at most maxCallsPerPeer = ${limit} open calls of one peer, got one more`,
    mayHaveRun: false,
  };
}

function tooManyStreams(limit: number): Failure {
  return {
    status: "resource_exhausted",
    name: "RpcError",
    message: `expected at most maxStreamsPerPeer = ${limit} open streams of one peer, got one more`,
  };
}

function octetsOf(message: OutgoingMessage | undefined): number {
  return message?.reduce((sum, frame) => sum + octetLength(frame), 0) ?? 0;
}

function gone(call: ServerCall, reason: string): RpcError {
  return new RpcError("cancelled", reason, { method: call.method });
}

function unencodable(method: string, what: string, error: unknown): RpcError {
  const { message } = toFailure(error, false);
  const [status, why] =
    error instanceof RpcError ? [error.status, "sent"] : (["internal", "encoded"] as const);
  return new RpcError(status, `the ${what} of "${method}" cannot be ${why}: ${message}`, {
    method,
    cause: error,
  });
}
