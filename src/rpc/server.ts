/**
 * A server: services behind endpoints, whatever the transport and the dialects.
 *
 * `node/server.ts` is its public face on Node.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { UsageError } from "../base/errors.ts";
import { TimerWheel } from "../base/timer-wheel.ts";
import { Access } from "./access.ts";
import { Alarm } from "./alarm.ts";
import { Endpoints } from "./endpoints.ts";
import { IdleLinks } from "./idle-links.ts";
import { IdleGate } from "./idle-gate.ts";
import type { Dialect } from "./dialect.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type Failure, fromFailure, RpcError } from "./errors.ts";
import { closedFailure, leavingFailure, overrunFailure, stepsFailure } from "./server-failures.ts";
import type { Interceptor } from "./interceptor.ts";
import { forAll, LastResort } from "./last-resort.ts";
import { RPC_DEFAULTS } from "./limits.ts";
import type { Method } from "./method.ts";
import type { CallOrigin, Message, Packet } from "./packet.ts";
import type { Policy } from "./policy.ts";
import { Buckets, type RateLimit } from "./rate-limit.ts";
import type { WindowLimits } from "./receive-window.ts";
import { Registry } from "./registry.ts";
import type { CallerLine } from "./remote-peer.ts";
import type { Observer } from "./rpc-event.ts";
import type { ServerCall } from "./server-call.ts";
import { ServerSession, type ServerSessionSettings } from "./server-session.ts";
import { Strangers } from "./strangers.ts";
import { Throttle } from "./throttle.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "./transport.ts";

/** What a server is made of, resolved to the last option. */
export interface ServerSettings {
  readonly name: string;
  readonly clock: Clock;
  /** Prototypes of the platform's classes, from which services offer nothing. */
  readonly platformPrototypes: ReadonlySet<object>;
  readonly transport: TransportFactory;
  /** The tongues it speaks; a peer's first message decides which is used with it. */
  readonly dialects: readonly Dialect[];
  readonly heartbeatMs: number;
  readonly poolSize: number;
  readonly maxQueuedCalls: number;
  readonly maxCallsPerPeer: number;
  /** @default RPC_DEFAULTS.maxStreamsPerPeer */
  readonly maxStreamsPerPeer?: number;
  /** How often each peer may call. @default as often as it likes */
  readonly rateLimit?: RateLimit | undefined;
  /**
   * After how long without messages and calls a peer is asked to leave, or its link is closed, in ms;
   * 0 is never. @default 0
   */
  readonly idleTimeoutMs?: number;
  /** @default RPC_DEFAULTS.rememberedReplies */
  readonly rememberedReplies?: number;
  /** @default RPC_DEFAULTS.rememberedBytes */
  readonly rememberedBytes?: number;
  readonly sendStacks: boolean;
  /** Who may call what. @default everybody everything */
  readonly policy?: Policy | undefined;
  readonly window: WindowLimits;
  readonly interceptors: readonly Interceptor[];
  readonly observer: Observer | undefined;
  readonly resolveEndpoint: (endpoint: string) => string | Promise<string>;
  /** Makes the way to who is behind a peer that passes calls on. @default nobody is */
  readonly lineTo?: (origin: CallOrigin) => CallerLine;
}

type Phase = "open" | "draining" | "closed";

/** Serves calls. */
export class ServerCore implements TransportOwner {
  readonly registry: Registry;
  readonly #settings: ServerSettings;
  readonly #transport: Transport;
  readonly #dispatcher: Dispatcher;
  readonly #builtins = new Map<Dialect, ReadonlyMap<string, Method>>();
  readonly #sessions = new Map<Link, ServerSession | undefined>();
  /** When the links came that have said nothing yet. */
  readonly #arrivals = new Map<Link, number>();
  readonly #sessionSettings: ServerSessionSettings;
  readonly #wheel = new TimerWheel<ServerCall>();
  readonly #packets: Packet[] = [];
  readonly #strangers: Strangers;
  readonly #alarm: Alarm<ServerCall>;
  readonly #idle: IdleGate;
  /** Opens when all peers have left that were asked to. */
  readonly #left: IdleGate;
  readonly #endpoints: Endpoints;
  readonly #buckets: Buckets | undefined;
  readonly #throttle: Throttle;
  readonly #idleLinks: IdleLinks | undefined;
  readonly #lastResort: LastResort;
  #phase: Phase = "open";
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(given: ServerSettings) {
    this.#lastResort = new LastResort(given.observer);
    const { observer } = this.#lastResort;
    const settings = { ...given, observer };
    this.#settings = settings;
    this.registry = new Registry(settings.name, settings.platformPrototypes);
    const { policy } = settings;
    const access = policy === undefined ? undefined : new Access(policy, this.registry, observer);
    for (const dialect of settings.dialects) {
      const make = dialect.builtins.bind(dialect);
      this.#builtins.set(dialect, access?.builtins(make) ?? make(this.registry));
    }
    this.#dispatcher = new Dispatcher({
      find: (call) => this.#find(call),
      names: (call) => access?.names(call) ?? this.registry.methods.map((method) => method.name),
      check: access && ((call, method) => access.check(call, method)),
      interceptors: settings.interceptors,
      poolSize: settings.poolSize,
      maxQueuedCalls: settings.maxQueuedCalls,
      rememberedReplies: settings.rememberedReplies ?? RPC_DEFAULTS.rememberedReplies,
      rememberedBytes: settings.rememberedBytes ?? RPC_DEFAULTS.rememberedBytes,
      failed: ({ session }, error) => this.#lastResort.fault(session.link, "answer", error),
    });
    this.#sessionSettings = {
      clock: settings.clock,
      wheel: this.#wheel,
      heartbeatMs: settings.heartbeatMs,
      sendStacks: settings.sendStacks,
      window: settings.window,
      maxCallsPerPeer: settings.maxCallsPerPeer,
      maxStreamsPerPeer: settings.maxStreamsPerPeer ?? RPC_DEFAULTS.maxStreamsPerPeer,
      observer: settings.observer,
      lineTo: settings.lineTo,
      closed: (call) => this.#callClosed(call),
    };
    this.#strangers = new Strangers(settings.dialects, observer);
    this.#transport = settings.transport("server", this);
    const { clock, resolveEndpoint } = settings;
    this.#endpoints = new Endpoints({
      target: this.#transport,
      resolveEndpoint,
      told: (event) => observer?.(event),
      unreachable: (endpoint, error) => this.unreachable(endpoint, error),
      wanted: () => this.#phase !== "closed",
    });
    this.#idle = new IdleGate(clock);
    this.#left = new IdleGate(clock);
    this.#buckets = settings.rateLimit && new Buckets(settings.rateLimit);
    this.#throttle = new Throttle(clock);
    this.#idleLinks = this.#watchIdleLinks(settings);
    this.#alarm = new Alarm(
      clock,
      this.#wheel,
      (call, now) => call.session.expire(call, now),
      ({ session }, error) => this.#lastResort.fault(session.link, "timer", error),
    );
  }

  #watchIdleLinks({ clock, idleTimeoutMs }: ServerSettings): IdleLinks | undefined {
    const timeoutMs = idleTimeoutMs ?? RPC_DEFAULTS.idleTimeoutMs;
    if (timeoutMs <= 0) return undefined;
    return new IdleLinks(clock, timeoutMs, {
      isBusy: (link) => (this.#sessions.get(link)?.openCalls.size ?? 0) > 0,
      askToLeave: (link) => this.#sessions.get(link)?.sayDraining() === true,
      failed: (link, error) => this.#lastResort.fault(link, "timer", error),
    });
  }

  /** The real endpoints that are bound. */
  get endpoints(): readonly string[] {
    return this.#transport.bound;
  }

  /** The endpoints that are connected. */
  get connected(): readonly string[] {
    return this.#transport.connected;
  }

  /** Peers that are there. */
  get peerCount(): number {
    return this.#sessions.size;
  }

  /** How many messages have come that were of no dialect. */
  get unrecognisedMessages(): number {
    return this.#strangers.messages;
  }

  /** Calls that are being served, waiting ones included. */
  get openCalls(): number {
    let count = 0;
    for (const session of this.#sessions.values()) count += session?.openCalls.size ?? 0;
    return count;
  }

  async bind(endpoint: string): Promise<string> {
    this.#checkOpen();
    return this.#endpoints.bind(endpoint);
  }

  connect(endpoint: string): void {
    this.#checkOpen();
    this.#endpoints.connect(endpoint);
  }

  unbind(endpoint: string): Promise<void> {
    return this.#endpoints.unbind(endpoint);
  }

  disconnect(endpoint: string): void {
    this.#endpoints.disconnect(endpoint);
  }

  /**
   * Accepts no more peers, tells those that are there to turn to others, waits until the calls that
   * run are over and the peers that were told have left, then closes. New calls are refused.
   *
   * @param timeoutMs - after it, what still runs is cancelled; `Infinity` waits as long as it takes
   */
  drain(timeoutMs: number): Promise<void> {
    if (this.#phase === "closed") return this.close();
    return (this.#draining ??= this.#drain(timeoutMs));
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#phase = "draining";
    this.#settings.observer?.({ type: "draining" });
    const { clock } = this.#settings;
    const endAt = clock.now() + timeoutMs;
    this.#transport.retire();
    for (const session of this.#sessions.values()) session?.sayDraining();
    if (this.openCalls > 0) await this.#idle.wait(timeoutMs);
    // Until then a request may be on its way that would be lost with the link.
    const leaveAt = Math.min(clock.now() + LEAVE_MS, endAt);
    while (clock.now() < leaveAt && this.#isAwaited()) {
      await this.#left.wait(Math.min(LOOK_MS, leaveAt - clock.now()));
    }
    return this.close();
  }

  /** Whether a peer is there that was asked to leave, or came too late to be asked. */
  #isAwaited(): boolean {
    for (const session of this.#sessions.values()) if (session?.leaving === true) return true;
    if ((this.#transport.arriving ?? 0) > 0) return true;
    // Who has been silent for longer has no more to say than at any other time.
    const recently = this.#settings.clock.now() - LEAVE_MS;
    for (const at of this.#arrivals.values()) if (at > recently) return true;
    return false;
  }

  /** Cancels what runs and closes everything. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#phase = "closed";
    this.#dispatcher.stop();
    // A handler that closes its own server and returns in the same turn is answered first.
    await Promise.resolve();
    const failure = closedFailure();
    for (const [link, session] of this.#sessions) {
      const end = (call: ServerCall): void => this.#stop(call, failure);
      this.#lastResort.guard(link, () => forAll(session?.openCalls ?? [], end));
    }
    this.#alarm.stop();
    this.#idleLinks?.stop();
    await this.#transport.close(LINGER_MS);
    this.#settings.observer?.({ type: "closed" });
  }

  opened(link: Link): void {
    this.#sessions.set(link, undefined);
    this.#arrivals.set(link, this.#settings.clock.now());
    this.#idleLinks?.opened(link);
    const { endpoint, address } = link;
    this.#settings.observer?.({ type: "peer-opened", endpoint, address });
  }

  received(link: Link, messages: readonly Message[]): void {
    try {
      this.#receive(link, messages);
    } catch (error) {
      this.#packets.length = 0;
      this.#lastResort.fault(link, "message", error);
      this.#alarm.set();
    }
  }

  #receive(link: Link, messages: readonly Message[]): void {
    const now = this.#settings.clock.now();
    const packets = this.#packets;
    this.#idleLinks?.heard(link, now);
    for (const message of messages) {
      // A handler may close the server, and with it the link, while messages wait here.
      if (!this.#sessions.has(link)) {
        packets.length = 0;
        return;
      }
      const session = this.#sessions.get(link) ?? this.#recognise(link, message);
      if (session === undefined) continue;
      const first = packets.length;
      session.receive(message, now, packets);
      for (let i = first; i < packets.length; i++) {
        this.#handle(session, packets[i] as Packet, now);
      }
    }
    // Once for all messages: what is emptied gives its memory back and has to grow again.
    packets.length = 0;
    // A peer that asks and does not read its answers is not asked for more.
    if (link.full) link.pause();
    const waitMs = this.#buckets === undefined ? 0 : this.#sessions.get(link)?.bucket?.waitMs(now);
    if (waitMs) this.#throttle.rest(link, waitMs);
    this.#alarm.set();
  }

  drained(link: Link): void {
    this.#lastResort.guard(link, () => {
      if (!this.#throttle.rests(link)) link.resume();
      this.#sessions.get(link)?.resume();
    });
  }

  closed(link: Link, error: Error | undefined): void {
    const session = this.#sessions.get(link);
    this.#sessions.delete(link);
    this.#arrivals.delete(link);
    this.#throttle.closed(link);
    session?.bucket?.release();
    const idle = this.#idleLinks?.closed(link);
    const reason = error ?? idle;
    if (session !== undefined) {
      const { openCalls } = session;
      // First those that wait: the end of one that runs would start them.
      this.#lastResort.guard(link, () =>
        forAll(openCalls, (call) => this.#dispatcher.forget(call)),
      );
      this.#lastResort.guard(link, () => session.disconnect());
    }
    if (this.#left.awaited && !this.#isAwaited()) this.#left.open();
    const { endpoint, address } = link;
    this.#settings.observer?.({ type: "peer-closed", endpoint, address, error: reason });
  }

  refused(endpoint: string, error: Error): void {
    this.#settings.observer?.({ type: "refused", endpoint, error });
  }

  unreachable(endpoint: string, error: Error): void {
    this.#settings.observer?.({ type: "unreachable", endpoint, error });
  }

  #handle(session: ServerSession, packet: Packet, now: number): void {
    const call = packet.channel?.call as ServerCall | undefined;
    if (call === undefined) return;
    switch (packet.type) {
      case "request":
        if (!this.#takes(call)) {
          // Who came too late for the news hears it first.
          session.sayDraining();
          if (call.options?.oneWay !== true)
            session.refuse(call.channel, leavingFailure(this.#phase === "open"));
        } else {
          this.#observe("call-started", call);
          this.#dispatcher.dispatch(call);
          session.keep(call, now);
        }
        break;
      case "credit":
        call.openPump().grant(packet.items);
        break;
      case "next":
        if (!call.openPump().next(packet.value)) this.#stop(call, stepsFailure());
        break;
      case "throw":
        if (!call.openPump().throw(fromFailure(packet.failure, call.method))) {
          this.#stop(call, stepsFailure());
        }
        break;
      case "return":
        call.abandonWith(packet.value);
        session.end(call, undefined);
        break;
      case "cancel":
        call.abandon(new RpcError("cancelled", packet.reason, { method: call.method }));
        session.fail(call, { status: "cancelled", name: "RpcError", message: packet.reason });
        break;
      default:
        this.#input(call, packet);
    }
  }

  /**
   * Of a peer that was asked to leave is taken what asks for no new work, and what nobody could be told
   * of. What else has crossed the request comes again over another connection.
   */
  #takes(call: ServerCall): boolean {
    if (this.#phase === "open" && !call.session.leaving) return true;
    if (this.#phase === "closed") return false;
    return call.options?.oneWay === true || call.options?.outcomeOnly === true;
  }

  /** Packets of the stream that the caller sends. */
  #input(call: ServerCall, packet: Packet): void {
    if (packet.type === "item") this.#inputItem(call, packet.value, packet.octets);
    else if (packet.type === "items") {
      const { values, octets } = packet;
      for (const value of values) this.#inputItem(call, value, octets / values.length);
    } else if (packet.type === "end") call.input?.end(packet.value);
    else if (packet.type === "error") call.input?.fail(fromFailure(packet.failure, call.method));
  }

  #inputItem(call: ServerCall, value: unknown, octets: number): void {
    // An item before it may have ended the call.
    if (call.state !== "open") return;
    if (call.inputWindow?.received(octets) === false) this.#stop(call, overrunFailure());
    else call.input?.push(value);
  }

  /** Ends a call whose peer keeps no limit. */
  #stop(call: ServerCall, failure: Failure): void {
    call.abandon(fromFailure(failure, call.method));
    call.session.fail(call, failure);
  }

  #find({ method, session }: ServerCall): Method | undefined {
    const known = this.registry.find(method) ?? session.builtins.get(method);
    if (known !== undefined || session.otherName === undefined) return known;
    return this.registry.find(session.otherName(method));
  }

  #recognise(link: Link, message: Message): ServerSession | undefined {
    const { dialects } = this.#settings;
    // With one dialect there is no choice, and what is wrong is for it to answer.
    const dialect =
      dialects.length === 1 ? dialects[0] : dialects.find((known) => known.recognises(message));
    if (dialect === undefined) {
      this.#strangers.take(link, message);
      return undefined;
    }
    const session = new ServerSession(
      link,
      {
        translator: dialect.serverTranslator(link),
        traits: dialect.traits,
        builtins: this.#builtins.get(dialect) ?? new Map<string, Method>(),
        otherName: dialect.otherName,
      },
      this.#sessionSettings,
      this.#buckets?.bucketOf(link, this.#settings.clock.now()),
    );
    this.#sessions.set(link, session);
    this.#arrivals.delete(link);
    return session;
  }

  #callClosed(call: ServerCall): void {
    this.#dispatcher.closed(call);
    this.#observe("call-finished", call);
    if (this.#idle.awaited && this.openCalls === 0) this.#idle.open();
  }

  #observe(type: "call-started" | "call-finished", call: ServerCall): void {
    const { observer } = this.#settings;
    if (observer === undefined) return;
    observer({ type, method: call.method, address: call.session.link.address });
  }

  #checkOpen(): void {
    if (this.#phase !== "open") throw new UsageError("USAGE_CLOSED", "the server is closed");
  }
}

/** How long answers may take to leave when a server closes. */
const LINGER_MS = 1000;
/** How long peers may take to leave when the last call of a draining server is over. */
const LEAVE_MS = 1000;
/** How often a draining server looks whether they have left, if nothing tells. */
const LOOK_MS = 50;
