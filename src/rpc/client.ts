/**
 * A client: calls to whichever peer is there and least busy, whatever the transport and the dialect.
 *
 * `node/client.ts` is its public face on Node.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { UsageError } from "../base/errors.ts";
import { TimerWheel } from "../base/timer-wheel.ts";
import { Alarm } from "./alarm.ts";
import { Endpoints } from "./endpoints.ts";
import { IdleGate } from "./idle-gate.ts";
import { ClientCall, type CallOutcome, type CallRequest, type Unsent } from "./client-call.ts";
import type { ClientSessionSettings } from "./client-session-settings.ts";
import { ClientSession } from "./client-session.ts";
import type { Dialect } from "./dialect.ts";
import { identified } from "./identified.ts";
import { forAll, LastResort } from "./last-resort.ts";
import { RPC_DEFAULTS } from "./limits.ts";
import { LostCalls } from "./lost-calls.ts";
import { Notifications } from "./notifications.ts";
import { RpcError } from "./errors.ts";
import type { Message } from "./packet.ts";
import { clientClosed, metMistake, nobodyTook } from "./peer-errors.ts";
import type { WindowLimits } from "./receive-window.ts";
import type { Observer } from "./rpc-event.ts";
import type { Status } from "./status.ts";
import type { Link, Transport, TransportFactory, TransportOwner } from "./transport.ts";

/** What a client is made of, resolved to the last option. */
export interface ClientSettings {
  readonly clock: Clock;
  readonly transport: TransportFactory;
  readonly dialect: Dialect;
  readonly heartbeatMs: number;
  readonly passiveHeartbeat: boolean;
  readonly maxQueuedCalls: number;
  /** @default that of the dialect's traits, `plainCalls` */
  readonly maxCallsPerOldPeer?: number | undefined;
  /** @default RPC_DEFAULTS.retryTimeoutMs */
  readonly retryTimeoutMs?: number;
  readonly window: WindowLimits;
  readonly observer: Observer | undefined;
  readonly resolveEndpoint: (endpoint: string) => string | Promise<string>;
}

/** A peer that is there, and what it has to do for this client. */
export interface PeerLoad {
  /** The endpoint that was bound or connected. */
  readonly endpoint: string;
  /** The peer's address as the platform prints it; empty where there is none. */
  readonly address: string;
  /** Calls that wait for it. The next call goes to a peer with the fewest. */
  readonly openCalls: number;
  /** It has said that it takes no new calls. */
  readonly draining: boolean;
}

/** Makes calls. */
export class ClientCore implements TransportOwner {
  /** What peers say beside all answers. */
  readonly notifications: Notifications;
  readonly #settings: ClientSettings;
  readonly #transport: Transport;
  readonly #sessions = new Map<Link, ClientSession>();
  /** The sessions again, for choosing among them without an iterator. */
  #peers: readonly ClientSession[] = [];
  #turn = 0;
  readonly #waiting = new Set<ClientCall>();
  readonly #lost: LostCalls;
  readonly #wheel = new TimerWheel<ClientCall>();
  readonly #sessionSettings: ClientSessionSettings;
  /** Why endpoints could not be reached, for calls that nobody takes. */
  readonly #unreachable = new Map<string, Error>();
  /** What calls come to for which no peer can come any more. */
  #givenUp: Status | undefined;
  #closing: Promise<void> | undefined;
  readonly #alarm: Alarm<ClientCall>;
  readonly #idle: IdleGate;
  readonly #endpoints: Endpoints;
  readonly #lastResort: LastResort;
  #openCalls = 0;
  #phase: "open" | "draining" | "closed" = "open";
  /** Some peer has taken only so many calls at once. */
  #limited = false;

  constructor(given: ClientSettings) {
    this.#lastResort = new LastResort(given.observer);
    const settings = { ...given, observer: this.#lastResort.observer };
    this.#settings = settings;
    this.notifications = new Notifications(
      settings.clock,
      settings.observer,
      settings.dialect.otherName,
    );
    this.#sessionSettings = {
      clock: settings.clock,
      wheel: this.#wheel,
      heartbeatMs: settings.heartbeatMs,
      passiveHeartbeat: settings.passiveHeartbeat,
      retryTimeoutMs: settings.retryTimeoutMs ?? RPC_DEFAULTS.retryTimeoutMs,
      window: settings.window,
      observer: settings.observer,
      notified: (packet, link) => this.notifications.take(packet, link),
      returned: (call, error) => this.#returned(call, error),
      lost: (call, error, link) => this.#lose(call, error, link),
      closed: () => this.#callClosed(),
      maxCallsPerOldPeer:
        settings.maxCallsPerOldPeer ?? settings.dialect.traits.plainCalls ?? Infinity,
      widened: () => this.#sendWaiting(),
    };
    this.#lost = new LostCalls({
      transport: () => this.#transport,
      peers: () => this.#peers,
      ask: (session, call) => {
        this.#unwait(call);
        this.#open(session, call, settings.clock.now());
      },
      wait: (call) => {
        call.withdraw = () => this.#withdraw(call);
        this.#schedule(call);
      },
      fail: (call, error) => this.#failWaiting(call, error),
    });
    this.#transport = settings.transport("client", this);
    const { clock, resolveEndpoint, observer } = settings;
    this.#endpoints = new Endpoints({
      target: this.#transport,
      resolveEndpoint,
      told: (event) => observer?.(event),
      unreachable: (endpoint, error) => this.unreachable(endpoint, error),
      wanted: () => this.#phase !== "closed",
    });
    this.#idle = new IdleGate(clock);
    this.#alarm = new Alarm(
      clock,
      this.#wheel,
      (call, now) => this.#due(call, now),
      (call, error) => {
        this.#lastResort.fault(call.session?.link, "timer", error);
        this.#abandon(call, error);
      },
    );
  }

  /** Calls that are open or wait for a peer. */
  get openCalls(): number {
    return this.#openCalls;
  }

  /** Peers that calls can go to. */
  get peerCount(): number {
    return this.#peers.length;
  }

  /** The peers that calls can go to, each with the calls that wait for it. */
  get peers(): readonly PeerLoad[] {
    return this.#peers.map(({ link: { endpoint, address }, openCalls, draining }) => {
      return { endpoint, address, openCalls, draining };
    });
  }

  /** The endpoints that are connected. */
  get connected(): readonly string[] {
    return this.#transport.connected;
  }

  /** The real endpoints that are bound. */
  get endpoints(): readonly string[] {
    return this.#transport.bound;
  }

  async bind(endpoint: string): Promise<string> {
    this.#checkOpen();
    return this.#endpoints.bind(endpoint);
  }

  connect(endpoint: string): void {
    this.#checkOpen();
    this.#endpoints.connect(endpoint);
  }

  async unbind(endpoint: string): Promise<void> {
    await this.#endpoints.unbind(endpoint);
    this.#lost.giveUp();
  }

  disconnect(endpoint: string): void {
    this.#unreachable.delete(endpoint);
    this.#unreachable.delete(this.#endpoints.disconnect(endpoint));
    this.#lost.giveUp();
  }

  /**
   * Makes a call: sends it to the least busy peer, or lets it wait for one.
   *
   * @param outcome - hears how it ended; nobody does for a one-way call
   * @param batch - collects the call, to be sent by {@link ClientCore.startBatch}
   */
  start(
    request: CallRequest,
    outcome: CallOutcome | undefined,
    batch?: Set<ClientCall>,
  ): ClientCall {
    if (this.#phase !== "open") throw new UsageError("USAGE_CLOSED", "the client is closed");
    const now = this.#settings.clock.now();
    const call = new ClientCall(identified(request, this.#settings.dialect), outcome, {
      now,
      traits: this.#settings.dialect.traits,
    });
    this.#openCalls++;
    if (batch === undefined) this.#send(call, now);
    else {
      call.batch = batch.add(call);
      call.withdraw = () => this.#withdraw(call);
    }
    return call;
  }

  /**
   * Sends calls that were collected, to one peer and in one message where the protocol has such a
   * message, or lets them wait for a peer together. Those that are given up meanwhile leave the batch.
   */
  startBatch(batch: ReadonlySet<ClientCall>): void {
    const session = this.#choose();
    if (this.#phase === "closed") {
      for (const call of batch) this.#failWaiting(call, clientClosed(call, false));
    } else if (session === undefined) for (const call of batch) this.#wait(call);
    else this.#openTogether(session, batch, this.#settings.clock.now());
  }

  /** Ends a call from this side with the error that its caller gets. */
  cancel(call: ClientCall, error: RpcError): void {
    if (call.state === "waiting") this.#failWaiting(call, error);
    else call.session?.cancel(call, error);
  }

  /**
   * Takes no new calls, waits until the open ones are over, then closes.
   *
   * @param timeoutMs - after it, what is still open is cancelled; `Infinity` waits as long as it takes
   */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#phase === "open" && this.#openCalls > 0) {
      this.#phase = "draining";
      await this.#idle.wait(timeoutMs);
    }
    return this.close();
  }

  /** Cancels what is open and closes everything. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#phase = "closed";
    this.notifications.close();
    for (const call of [...this.#waiting, ...this.#lost.waiting]) {
      this.#failWaiting(call, clientClosed(call, call.mayHaveRun));
    }
    for (const session of this.#sessions.values()) {
      const cancel = (call: ClientCall): void => session.cancel(call, clientClosed(call, true));
      this.#lastResort.guard(session.link, () => forAll(session.calls(), cancel));
    }
    this.#alarm.stop();
    await this.#transport.close(LINGER_MS);
    this.#settings.observer?.({ type: "closed" });
  }

  opened(link: Link): void {
    this.#lastResort.guard(link, () => this.#opened(link));
  }

  #opened(link: Link): void {
    const { dialect, observer } = this.#settings;
    const session = new ClientSession(
      link,
      { translator: dialect.clientTranslator(link), traits: dialect.traits },
      this.#sessionSettings,
    );
    this.#sessions.set(link, session);
    this.#peers = [...this.#sessions.values()];
    if (session.maxOpenCalls < Infinity) this.#limited = true;
    this.#unreachable.delete(link.endpoint);
    observer?.({ type: "peer-opened", endpoint: link.endpoint, address: link.address });
    this.#lost.opened(session);
    this.#sendWaiting();
  }

  received(link: Link, messages: readonly Message[]): void {
    try {
      this.#sessions.get(link)?.receive(messages, this.#settings.clock.now());
    } catch (error) {
      this.#lastResort.fault(link, "message", error);
    }
  }

  drained(link: Link): void {
    this.#lastResort.guard(link, () => {
      this.#sessions.get(link)?.resume();
      this.#sendWaiting();
    });
  }

  closed(link: Link, error: Error | undefined): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return;
    // Out of the choice first: its calls may go to the others at once.
    this.#sessions.delete(link);
    this.#peers = [...this.#sessions.values()];
    const calls = session.calls();
    const abandon = (mistake: unknown): void => {
      for (const call of calls) if (call.session === session) this.#abandon(call, mistake);
    };
    this.#lastResort.guard(link, () => session.disconnect(error), abandon);
    const { endpoint, address } = link;
    this.#settings.observer?.({ type: "peer-closed", endpoint, address, error });
  }

  /** Ends a call that a mistake has kept from ending as it should: its caller waits no longer. */
  #abandon(call: ClientCall, mistake: unknown): void {
    if (call.state === "open") {
      call.close();
      this.#callClosed();
    }
    call.abort(metMistake(call, mistake));
  }

  unreachable(endpoint: string, error: Error, final?: Status): void {
    this.#unreachable.set(endpoint, error);
    this.#settings.observer?.({ type: "unreachable", endpoint, error });
    if (final === undefined) return;
    this.#lost.giveUp();
    this.#givenUp = final;
    if (this.#transport.hopeless !== true) return;
    for (const call of this.#waiting) this.#failWaiting(call, this.#nobody(call, final));
  }

  refused(endpoint: string, error: Error): void {
    this.#settings.observer?.({ type: "refused", endpoint, error });
  }

  #send(call: ClientCall, now: number): void {
    const session = this.#choose();
    if (session === undefined) this.#wait(call);
    else this.#open(session, call, now);
  }

  #open(session: ClientSession, call: ClientCall, now: number): void {
    try {
      session.open(call, now);
    } catch (error) {
      this.#unsent({ call, error });
      return;
    }
    this.#alarm.set();
  }

  #openTogether(session: ClientSession, batch: ReadonlySet<ClientCall>, now: number): void {
    const calls = [...batch];
    for (const call of calls) this.#unwait(call);
    if (!session.joins || session.maxOpenCalls < Infinity) {
      for (const call of calls) call.batch = undefined;
      for (const call of calls) this.#send(call, now);
      return;
    }
    for (const unsent of session.openTogether(calls, now)) this.#unsent(unsent);
    this.#alarm.set();
  }

  #unsent({ call, error }: Unsent): void {
    call.close();
    this.#callClosed();
    call.reject(error);
  }

  /** The live peer with the fewest open calls, a silent one only if all are; among equals, each in turn. */
  #choose(): ClientSession | undefined {
    const peers = this.#peers;
    const count = peers.length;
    if (count === 1) {
      const only = peers[0] as ClientSession;
      return only.takesCalls ? only : undefined;
    }
    let best: ClientSession | undefined;
    for (let i = 0; i < count; i++) {
      const peer = peers[(this.#turn + i) % count] as ClientSession;
      if (!peer.takesCalls) continue;
      if (best === undefined || peer.suits(best)) best = peer;
    }
    this.#turn++;
    return best;
  }

  #wait(call: ClientCall): void {
    const { maxQueuedCalls } = this.#settings;
    if (this.#waiting.size >= maxQueuedCalls) {
      const message = `expected at most maxQueuedCalls = ${maxQueuedCalls} calls to wait for a peer, got one more`;
      this.#failWaiting(
        call,
        new RpcError("resource_exhausted", message, {
          method: call.request.method,
          mayHaveRun: call.mayHaveRun,
        }),
      );
      return;
    }
    if (this.#givenUp !== undefined && this.#transport.hopeless === true) {
      this.#failWaiting(call, this.#nobody(call, this.#givenUp));
      return;
    }
    call.withdraw = () => this.#withdraw(call);
    this.#waiting.add(call);
    this.#schedule(call);
  }

  /** Sets the time until which a call waits here. */
  #schedule(call: ClientCall): void {
    const { deadlineAt, startedAt, request } = call;
    this.#wheel.schedule(call, Math.min(deadlineAt, startedAt + request.totalTimeoutMs));
    this.#alarm.set();
  }

  #sendWaiting(): void {
    const now = this.#settings.clock.now();
    for (const call of this.#waiting) {
      const session = this.#choose();
      if (session === undefined) return;
      if (call.batch !== undefined) this.#openTogether(session, call.batch, now);
      else {
        this.#unwait(call);
        this.#open(session, call, now);
      }
    }
  }

  #returned(call: ClientCall, error: RpcError): void {
    if (this.#phase === "closed") this.#failWaiting(call, error);
    else this.#send(call, this.#settings.clock.now());
  }

  /** The connection of a call is gone, and its outcome with it unless the same process comes back. */
  #lose(call: ClientCall, error: RpcError, link: Link): void {
    if (this.#phase === "closed") this.#failWaiting(call, clientClosed(call, true));
    else this.#lost.add(call, error, link);
  }

  #unwait(call: ClientCall): void {
    this.#waiting.delete(call);
    this.#lost.delete(call);
    this.#wheel.cancel(call);
    call.withdraw = undefined;
  }

  #withdraw(call: ClientCall): void {
    this.#unwait(call);
    call.batch?.delete(call);
    call.close();
    this.#callClosed();
  }

  #failWaiting(call: ClientCall, error: RpcError): void {
    this.#withdraw(call);
    call.reject(error);
  }

  #callClosed(): void {
    this.#openCalls--;
    // A peer that has had as many calls as it takes may take one now.
    if (this.#limited && this.#waiting.size > 0 && this.#phase !== "closed") this.#sendWaiting();
    if (this.#openCalls === 0 && this.#idle.awaited) this.#idle.open();
  }

  #due(call: ClientCall, now: number): void {
    if (call.state === "waiting") this.#failWaiting(call, call.lost ?? this.#nobody(call));
    else call.session?.expire(call, now);
  }

  /** Why a call found no peer in time. */
  #nobody(call: ClientCall, final?: Status): RpcError {
    const { connected, bound } = this.#transport;
    const endpoints = new Set([...connected, ...bound, ...this.#unreachable.keys()]);
    const tried = [...endpoints].map((each) => [each, this.#unreachable.get(each)] as const);
    return nobodyTook(call, tried, final);
  }

  #checkOpen(): void {
    if (this.#phase !== "open") throw new UsageError("USAGE_CLOSED", "the client is closed");
  }
}

/** How long cancellations may take to leave when a client closes. */
const LINGER_MS = 1000;
