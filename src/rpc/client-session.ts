/**
 * The client's side of one peer: its open calls, their heartbeats and their credit.
 *
 * @module
 */

import { dueAt, overdue, requestOptions } from "./call-times.ts";
import type { ClientCall, Unsent } from "./client-call.ts";
import { type ClientSessionSettings, MAX_REFUSALS } from "./client-session-settings.ts";
import { Demand } from "./demand.ts";
import type { DialectTraits, EncodedRequest, Translator } from "./dialect.ts";
import { type Failure, RpcError } from "./errors.ts";
import { Heartbeat } from "./heartbeat.ts";
import { forAll } from "./last-resort.ts";
import type { ChannelRef, Message, OutgoingMessage, Packet } from "./packet.ts";
import { fateOf, lostRemote, overrun, peerFailed, peerGone } from "./peer-errors.ts";
import { Outbox } from "./outbox.ts";
import type { Link } from "./transport.ts";

/** What concerns a call. */
type AnswerPacket = Exclude<Packet, { type: "malformed" | "immediate" | "notify" | "draining" }>;

/** The calls that were sent to one peer. */
export class ClientSession {
  readonly link: Link;
  readonly #translator: Translator;
  readonly #traits: DialectTraits;
  readonly #settings: ClientSessionSettings;
  readonly #packets: Packet[] = [];
  /** Calls that wait for this peer. */
  openCalls = 0;
  /** The peer has said that it takes no new calls. */
  draining = false;
  /** How many calls the peer may have open. */
  maxOpenCalls: number;
  /** It is not known yet whether the peer goes beyond the old protocol, and that matters. */
  #unknown: boolean;
  /** The peer's protocol has a message of several requests. */
  readonly joins: boolean;
  readonly #outbox: Outbox;
  /** What is asked of the peer's streams. */
  readonly demand: Demand;

  constructor(
    link: Link,
    dialect: { readonly translator: Translator; readonly traits: DialectTraits },
    settings: ClientSessionSettings,
  ) {
    this.link = link;
    this.#translator = dialect.translator;
    this.#outbox = new Outbox(dialect.translator, link);
    this.#traits = dialect.traits;
    const { maxOpenCalls = Infinity } = dialect.translator;
    this.maxOpenCalls = Math.min(maxOpenCalls, settings.maxCallsPerOldPeer);
    this.#unknown = this.maxOpenCalls < maxOpenCalls;
    this.joins = dialect.translator.join !== undefined;
    this.#settings = settings;
    this.demand = new Demand(dialect.traits, settings.window, {
      send: (call, make) => this.#send(call, make),
      cancel: (call, error) => this.cancel(call, error),
    });
  }

  /**
   * Sends a call's request.
   *
   * @throws {CodecError} when an argument cannot be written; nothing was sent then
   */
  open(call: ClientCall, now: number): void {
    const channel = this.#translator.open(call.earlier);
    const message = this.#encode(call, channel, now);
    this.#enter(call, channel, now);
    if (message !== undefined) this.#outbox.give(message);
    this.#begin(call);
  }

  /**
   * Sends the requests of several calls in one message. Only where the peer {@link joins} them.
   *
   * @returns the calls that cannot be written, which were not sent, each with the reason
   */
  openTogether(calls: Iterable<ClientCall>, now: number): readonly Unsent[] {
    const unsent: Unsent[] = [];
    const requests: (EncodedRequest & { readonly call: ClientCall })[] = [];
    for (const call of calls) {
      const channel = this.#translator.open(call.earlier);
      try {
        const message = this.#encode(call, channel, now);
        if (message !== undefined) requests.push({ call, channel, message });
      } catch (error) {
        unsent.push({ call, error });
      }
    }
    for (const { call, channel } of requests) this.#enter(call, channel, now);
    const [only] = requests;
    const message = requests.length > 1 ? this.#translator.join?.(requests) : only?.message;
    if (message !== undefined) this.#outbox.give(message);
    for (const { call } of requests) this.#begin(call);
    return unsent;
  }

  #encode(call: ClientCall, channel: ChannelRef, now: number): OutgoingMessage | undefined {
    const { method, args } = call.request;
    channel.call = call;
    try {
      const options = requestOptions(call, now);
      return this.#outbox.encode(
        { type: "request", channel, method, args, options },
        method,
        false,
      );
    } catch (error) {
      this.#translator.release(channel);
      throw error;
    }
  }

  #enter(call: ClientCall, channel: ChannelRef, now: number): void {
    call.batch = undefined;
    call.state = "open";
    call.openedAt = now;
    call.session = this;
    call.channel = channel;
    if (this.#traits.resends !== undefined) {
      call.earlier = channel;
      call.resendAt = now + (this.#settings.retryTimeoutMs || Infinity);
    }
    this.openCalls++;
  }

  /** The request was given to the link: what comes with it and behind it. */
  #begin(call: ClientCall): void {
    const { request } = call;
    call.sequence = this.#outbox.givenMessages;
    call.remindedAt = this.#outbox.givenMessages;
    if (request.options?.oneWay === true) {
      this.#close(call);
      call.resolve(undefined);
      return;
    }
    call.openInput(this.demand.freeItems);
    if (call.wanted > 0) this.demand.grant(call, call.queue.unread);
    call.repeatEarlySteps(this.demand);
    // Its input or a step may have failed and ended it.
    if (call.state === "open") this.#schedule(call);
  }

  /** Sends a request once more, under the same id, because its answer fails to come. */
  #resend(call: ClientCall, now: number): void {
    call.resendAt = now + this.#settings.retryTimeoutMs;
    // What was not even handed to the wire is not lost.
    if (this.link.sentMessages < call.remindedAt) return;
    // What the peer may have forgotten would run twice.
    if (this.#outbox.givenMessages - call.remindedAt >= (this.#traits.resends ?? 0)) return;
    const { method, args } = call.request;
    const options = requestOptions(call, now);
    this.#send(call, (channel) => ({ type: "request", channel, method, args, options }));
    call.remindedAt = this.#outbox.givenMessages;
  }

  /** Takes messages of the peer. */
  receive(messages: readonly Message[], now: number): void {
    const packets = this.#packets;
    for (const message of messages) {
      const first = packets.length;
      this.#translator.decode(message, packets);
      for (let i = first; i < packets.length; i++) this.#accept(packets[i] as Packet, now);
    }
    // Once for all messages: what is emptied gives its memory back and has to grow again.
    packets.length = 0;
  }

  /** Whether the peer takes one more call. */
  get takesCalls(): boolean {
    if (this.link.full || this.draining) return false;
    return this.openCalls < this.maxOpenCalls;
  }

  /** Whether a call goes to this peer rather than to another one. */
  suits(other: ClientSession): boolean {
    const silent = this.link.silent === true;
    if (silent !== (other.link.silent === true)) return !silent;
    return this.openCalls < other.openCalls;
  }

  /** The calls that wait for this peer. */
  calls(): readonly ClientCall[] {
    return [...this.#translator.openChannels()].map((channel) => channel.call as ClientCall);
  }

  /** The consumer wants no more items. */
  finish(call: ClientCall, value: unknown): void {
    if (call.state !== "open") return;
    if (call.channel?.extended === true) {
      this.#send(call, (channel) => ({ type: "return", channel, value }));
    } else this.#tryCancel(call, "the caller wants no more items");
    this.#close(call);
  }

  /** Sends how what the caller streams has ended. */
  sendInput(call: ClientCall, make: (channel: ChannelRef) => Packet): void {
    if (call.state !== "open") return;
    this.#send(call, make);
  }

  /** Sends one item of what the caller streams. */
  sendItem(call: ClientCall, value: unknown): void {
    const { channel, request } = call;
    if (call.state !== "open" || channel === undefined) return;
    try {
      this.#outbox.item(call, channel, request.method, value);
    } catch (error) {
      this.#cannotSend(call, error);
    }
  }

  /** Ends a call from this side: the peer is told, the caller gets `error`. */
  cancel(call: ClientCall, error: RpcError): void {
    if (call.state !== "open") return;
    this.#tryCancel(call, error.message);
    this.#close(call);
    call.abort(error);
  }

  /** A call's timer has passed. */
  expire(call: ClientCall, now: number): void {
    if (call.state !== "open") return;
    const error = overdue(call, now);
    if (error !== undefined) {
      this.cancel(call, error);
      return;
    }
    if (this.#beatAt(call) <= now) {
      const { heartbeatMs } = this.#settings;
      const heartbeat = (call.heartbeat ??= new Heartbeat(heartbeatMs, call.openedAt));
      if (heartbeat.isLost(now)) {
        this.#fail(call, lostRemote(call, heartbeat.toleranceMs));
        return;
      }
      this.#beat(call, now);
    }
    if (now >= call.resendAt) this.#resend(call, now);
    this.#schedule(call);
  }

  /** Ends all calls: the peer is gone. What never left, or may be sent again, goes back. */
  disconnect(cause: Error | undefined): void {
    const { sentMessages, endpoint } = this.link;
    forAll(this.calls(), (call) => {
      const left = sentMessages >= call.sequence;
      call.mayHaveRun ||= left;
      const error = call.lost ?? peerGone(call, endpoint, cause);
      const fate = fateOf(call, left, this.#traits);
      if (fate === "fail" || !call.repeatable) this.#fail(call, error);
      else this.#giveBack(call, error, fate === "ask");
    });
  }

  /** Input streams go on that waited for the link. */
  resume(): void {
    for (const call of this.calls()) call.input?.run();
  }

  #accept(packet: Packet, now: number): void {
    switch (packet.type) {
      case "malformed":
        this.#malformed(packet);
        break;
      case "immediate":
        this.#outbox.give(packet.message);
        break;
      case "notify":
        this.#settings.notified(packet, this.link);
        break;
      case "draining":
        this.draining = true;
        if (this.openCalls === 0) this.link.close();
        break;
      default:
        this.#answer(packet, packet.channel.call as ClientCall, now);
    }
  }

  #answer(packet: AnswerPacket, call: ClientCall, now: number): void {
    if (call.state !== "open") return;
    const begins = !call.answered;
    call.answered = true;
    if (this.#unknown && packet.channel.extended) this.#widen();
    switch (packet.type) {
      case "result":
        this.#close(call);
        call.resolve(packet.value);
        break;
      case "error":
        this.#failed(call, packet.failure);
        break;
      case "item":
        this.#item(call, packet.value, packet.octets, now);
        break;
      case "items":
        for (const value of packet.values) {
          this.#item(call, value, packet.octets / packet.values.length, now);
        }
        break;
      case "end":
        this.#close(call);
        call.queue.end(packet.value);
        call.resolveStream();
        break;
      case "stream":
        call.deadlineAt = Infinity;
        call.resolveStream();
        break;
      case "credit":
        call.grantInput(packet.items);
        break;
      case "heartbeat":
        this.#heard(call, now);
        break;
      default:
    }
    if (begins && call.streams && call.answered && call.state === "open") this.demand.begun(call);
  }

  /** The peer goes beyond the old protocol, and loses nothing however many calls it has. */
  #widen(): void {
    this.#unknown = false;
    this.maxOpenCalls = this.#translator.maxOpenCalls ?? Infinity;
    this.#settings.widened();
  }

  #item(call: ClientCall, value: unknown, octets: number, now: number): void {
    // An item before it may have ended the call.
    if (call.state !== "open") return;
    call.heardAt = now;
    if (call.deadlineAt !== Infinity) {
      call.deadlineAt = Infinity;
      this.#schedule(call);
    }
    if (!this.demand.windowOf(call).received(octets)) {
      this.cancel(call, overrun(call));
      return;
    }
    call.queue.push(value);
    call.resolveStream();
  }

  #failed(call: ClientCall, failure: Failure): void {
    const hasNotRun = failure.mayHaveRun === false;
    // What has run has an outcome, so nobody knows of it here.
    if (call.lost !== undefined && hasNotRun) {
      call.answered = false;
      if (call.repeatable) this.#giveBack(call, call.lost, true);
      else this.#fail(call, call.lost);
      return;
    }
    const error = peerFailed(call, failure);
    if (error.status !== "unavailable" || !hasNotRun) {
      this.#fail(call, failure.revive === undefined ? error : failure.revive(error));
      return;
    }
    call.answered = false;
    // Behind a hub the next one to get the request may be another.
    this.draining ||= this.#traits.announcesDraining !== true || ++call.refusals > MAX_REFUSALS;
    if (call.repeatable) this.#giveBack(call, error, false);
    else this.#fail(call, error);
  }

  #heard(call: ClientCall, now: number): void {
    const { heartbeatMs } = this.#settings;
    if (call.channel?.extended === true) return;
    if (heartbeatMs > 0) call.heartbeat ??= new Heartbeat(heartbeatMs, call.openedAt);
    call.heartbeat?.hear(now);
    // Also with heartbeats off: the peer insists, or it would not beat.
    this.#beat(call, now);
    this.#schedule(call);
  }

  #malformed(packet: Extract<Packet, { type: "malformed" }>): void {
    const { reason, channel } = packet;
    this.#settings.observer?.({ type: "malformed", address: this.link.address, reason });
    const call = channel?.call as ClientCall | undefined;
    if (call === undefined || call.state !== "open") return;
    const { method } = call.request;
    this.cancel(call, new RpcError("internal", `malformed answer: ${reason}`, { method }));
  }

  #beat(call: ClientCall, now: number): void {
    call.heartbeat?.sent(now);
    this.#send(call, (channel) => ({ type: "heartbeat", channel }));
  }

  /** When the next beat is due. Peers that go beyond the old protocol need none. */
  #beatAt(call: ClientCall): number {
    const { heartbeatMs, passiveHeartbeat } = this.#settings;
    if (heartbeatMs <= 0 || !this.#traits.heartbeats || call.channel?.extended === true) {
      return Infinity;
    }
    if (call.heartbeat !== undefined) return call.heartbeat.dueAt;
    return passiveHeartbeat ? Infinity : call.openedAt + heartbeatMs;
  }

  #schedule(call: ClientCall): void {
    this.#settings.wheel.schedule(call, Math.min(dueAt(call), this.#beatAt(call)));
  }

  /** Tells a peer that may understand it; one that is known not to is left alone. */
  #tryCancel(call: ClientCall, reason: string): void {
    if (call.answered && call.channel?.extended === false) return;
    const { channel } = call;
    if (channel === undefined) return;
    try {
      const { method } = call.request;
      const message = this.#outbox.encode({ type: "cancel", channel, reason }, method);
      if (message !== undefined) this.#outbox.give(message);
    } catch {
      // The call is over here all the same, and its handler runs on.
    }
  }

  #send(call: ClientCall, make: (channel: ChannelRef) => Packet): void {
    const { channel } = call;
    if (channel === undefined) return;
    try {
      const message = this.#outbox.encode(make(channel), call.request.method);
      if (message === undefined) return;
      // Order is kept among all that goes over a channel.
      call.sender?.flush();
      this.#outbox.give(message);
    } catch (error) {
      this.#cannotSend(call, error);
    }
  }

  /** What the caller wanted to send cannot be written. */
  #cannotSend(call: ClientCall, error: unknown): void {
    call.input?.close();
    this.#tryCancel(call, "the caller sent what cannot be encoded");
    this.#fail(call, error);
  }

  /** @param asks - it must not run again, only its outcome is asked for */
  #giveBack(call: ClientCall, error: RpcError, asks: boolean): void {
    this.#detach(call);
    call.rewind();
    if (!asks) this.#settings.returned(call, error);
    else {
      call.lost = error;
      this.#settings.lost(call, error, this.link);
    }
  }

  #fail(call: ClientCall, error: unknown): void {
    this.#close(call);
    call.reject(error);
  }

  #close(call: ClientCall): void {
    if (call.state === "closed") return;
    this.#detach(call);
    call.close();
    this.#settings.closed();
  }

  #detach(call: ClientCall): void {
    call.sender?.discard();
    this.openCalls--;
    this.#settings.wheel.cancel(call);
    if (call.channel !== undefined) this.#translator.release(call.channel);
    // The peer waits for that: nothing is on its way to it any more.
    if (this.draining && this.openCalls === 0) this.link.close();
  }
}
