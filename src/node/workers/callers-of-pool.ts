/**
 * The callers of a pool's calls, as a thread of it knows them: whether they are still there, and a way
 * to notify them. The pool knows; the thread asks.
 *
 * A call that is over is remembered by the pool only while a thread holds it. So a thread holds a call
 * whose caller its handler has asked for, until nobody has that call's context any more.
 *
 * @module
 */

import { threads } from "../../dialects/threads/dialect.ts";
import { Caller, type CallOptions } from "../../rpc/caller.ts";
import { ClientCore } from "../../rpc/client.ts";
import { type CallPeer, exchangeContext } from "../../rpc/context.ts";
import { RpcError } from "../../rpc/errors.ts";
import type { CallOrigin } from "../../rpc/packet.ts";
import { WINDOW_DEFAULTS } from "../../rpc/receive-window.ts";
import type { CallerLine, NotifyArguments } from "../../rpc/remote-peer.ts";
import { type PortTransport, portTransport } from "../../transports/port.ts";
import { nodeClock } from "../clock.ts";

/** What a pool does for its threads. Calls are told by their numbers. */
export interface PoolService {
  /** Remembers a call, also when it is over, until the caller is gone or this call is cancelled. */
  readonly hold: (call: number) => Promise<void>;
  /** Notifies the caller; see `CallContext.notify`. */
  readonly notify: (call: number, method: string, args: NotifyArguments) => Promise<boolean>;
}

/** The callers that handlers of this thread have asked for. */
export class CallersOfPool {
  readonly #caller: Caller;
  readonly #peers = new Map<number, PeerOfPool>();
  readonly #forgotten = new FinalizationRegistry<AbortController>((holding) => holding.abort());

  /** @param made - gets the transport that leads to the pool */
  constructor(made: (transport: PortTransport) => void) {
    const core = new ClientCore({
      clock: nodeClock,
      transport: portTransport(made),
      dialect: threads(),
      heartbeatMs: 0,
      passiveHeartbeat: true,
      maxQueuedCalls: Infinity,
      window: WINDOW_DEFAULTS,
      observer: undefined,
      resolveEndpoint: (endpoint) => endpoint,
    });
    this.#caller = new Caller(core, {
      timeoutMs: Infinity,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
    });
  }

  /** The way to the caller of a call that the pool has passed on. */
  lineTo(origin: CallOrigin): CallerLine {
    return new LineOfPool(this, origin, this.#peers.get(origin.peer) ?? this.#meet(origin));
  }

  /** Lets the pool remember a call for as long as somebody here has `line`. */
  hold(line: object, call: number): void {
    const holding = new AbortController();
    // When the call is over already, notifying will say so.
    this.ask("hold", [call], { signal: holding.signal }).catch(() => undefined);
    this.#forgotten.register(line, holding);
  }

  /** Asks the pool for something. */
  ask(
    method: keyof PoolService,
    args: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown> {
    // It has nothing to do with the deadline and the end of the call that is being served.
    const outer = exchangeContext(undefined);
    try {
      return this.#caller.call(method, args, options);
    } finally {
      exchangeContext(outer);
    }
  }

  #meet(origin: CallOrigin): PeerOfPool {
    const peer = new PeerOfPool(origin);
    this.#peers.set(peer.id, peer);
    const gone = (error?: unknown): void => {
      this.#peers.delete(peer.id);
      peer.leave(error);
    };
    this.ask("hold", [origin.call]).then(() => gone(), gone);
    return peer;
  }
}

/** The way to the caller of one call. */
class LineOfPool implements CallerLine {
  readonly peer: PeerOfPool;
  readonly #callers: CallersOfPool;
  readonly #origin: CallOrigin;
  #held = false;

  constructor(callers: CallersOfPool, origin: CallOrigin, peer: PeerOfPool) {
    this.#callers = callers;
    this.#origin = origin;
    this.peer = peer;
  }

  get notifiable(): boolean {
    this.#hold();
    return this.#origin.notifiable;
  }

  notify(method: string, args: NotifyArguments): Promise<boolean> {
    this.#hold();
    const notifying = this.#callers.ask("notify", [this.#origin.call, method, args]);
    return this.peer.during(notifying as Promise<boolean>);
  }

  #hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#callers.hold(this, this.#origin.call);
  }
}

/** Somebody who calls the server in front of the pool. */
class PeerOfPool implements CallPeer {
  readonly id: number;
  readonly address: string;
  readonly endpoint: string;
  readonly identity: string | undefined;
  readonly #aborter = new AbortController();
  #notifying = 0;

  constructor({ peer, address, endpoint, identity }: CallOrigin) {
    this.id = peer;
    this.address = address;
    this.endpoint = endpoint;
    this.identity = identity;
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  get busy(): boolean {
    return this.#notifying > 0;
  }

  leave(error: unknown): void {
    this.#aborter.abort(
      error ?? new RpcError("unavailable", `the peer at ${this.endpoint} is gone`),
    );
  }

  /** Is busy until a notification has its place. */
  async during(notifying: Promise<boolean>): Promise<boolean> {
    this.#notifying++;
    try {
      return await notifying;
    } finally {
      this.#notifying--;
    }
  }
}
