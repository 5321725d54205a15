/**
 * What all socket types share: endpoints, the pipes behind them, and closing.
 *
 *     bind ────▶ Binding ──accepts──┐
 *                                   ├──▶ pipe ──handshake──▶ owner hears `opened`
 *     connect ─▶ Connector ──dials──┘
 *
 * Which pipe a message goes to and what becomes of a received one is up to the {@link PipeOwner}:
 * a socket type, or an RPC transport that balances per peer.
 *
 * Knows nothing of octets, of the platform, or of what messages mean.
 *
 * @module
 */

import type { Clock, Random } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { UsageError } from "../base/errors.ts";
import type { CurveCrypto } from "../zmtp/curve-crypto.ts";
import type { Allocate } from "../zmtp/partial-body.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import { Binding } from "./binding.ts";
import { Connector } from "./connector.ts";
import type { WireTransport } from "./dialer.ts";
import { formatEndpoint, isConnectable, parseEndpoint } from "./endpoint.ts";
import { SocketError } from "./errors.ts";
import type { EndOfTurn } from "./flush-queue.ts";
import { FlushQueue } from "./flush-queue.ts";
import type { InprocHub } from "./inproc.ts";
import { Openers } from "./openers.ts";
import type { ManagedPipe, Opener, Opening, PipeLifecycle } from "./opening.ts";
import type { Pipe, PipeOwner } from "./pipe.ts";
import type { PipeSource, SocketContext } from "./socket-context.ts";
import { isExposed } from "./exposure.ts";
import { peerLimits } from "./peer-limit.ts";
import type { ResolvedSecurity } from "./security.ts";
import { securityOf } from "./security.ts";
import { splitSecurity } from "./security-options.ts";
import type { SocketEvent, SocketObserver } from "./socket-event.ts";
import type { ResolvedOptions } from "./resolved-options.ts";
import type { SocketOptions } from "./socket-options.ts";
import { resolveOptions } from "./resolved-options.ts";

/** What a socket needs of the world around it. */
export interface SocketPlatform {
  /** Who opens wires, by scheme. */
  readonly transports: Readonly<Record<string, WireTransport>>;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Runs a task once when the present turn of the event loop ends. Everything sent in one turn
   * leaves in one write.
   *
   * @default queueMicrotask
   */
  readonly endOfTurn?: EndOfTurn;
  /**
   * Where sockets of this process find each other.
   *
   * @default none: there is no `inproc://`
   */
  readonly inproc?: InprocHub;
  /**
   * The cryptography of CURVE.
   *
   * @default none: there is no CURVE
   */
  readonly curve?: CurveCrypto;
  /**
   * Makes memory whose first content does not matter, for large frames.
   *
   * @default memory of zeros
   */
  readonly allocate?: Allocate;
}

/** How a {@link SocketCore} is made. */
export interface SocketCoreParts extends SocketPlatform, SocketOptions {
  readonly socketType: SocketType;
  /** Hears of pipes and messages. */
  readonly owner: PipeOwner;
  /** Hears of every change of a connection's state. */
  readonly observer?: SocketObserver;
  /** Further properties for the peers, such as `X-Version`. ZMQ_METADATA. */
  readonly metadata?: ReadonlyMap<string, Uint8Array>;
}

/** The endpoints and pipes of one socket. */
export class SocketCore {
  readonly socketType: SocketType;
  /** The options with their defaults. */
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly #owner: PipeOwner;
  readonly #observer: SocketObserver | undefined;
  readonly #security: () => ResolvedSecurity;
  readonly #openers: Openers;
  readonly #flushQueue: FlushQueue;
  readonly #context: SocketContext;
  /** By the real endpoint. */
  readonly #bindings = new Map<string, Binding>();
  readonly #connectors = new Map<string, Connector>();
  /** Those that are open. */
  readonly #pipes = new Set<Pipe>();
  /** All of which something is left: in their handshake, open, or writing their last messages. */
  readonly #wired = new Set<ManagedPipe>();
  #pipeCount = 0;
  #lastEndpoint: string | undefined;
  #retired = false;
  #closing: Deferred<void> | undefined;
  /** Settled when nothing is left of the last pipe while closing. */
  #unwired: Deferred<void> | undefined;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(parts: SocketCoreParts) {
    const {
      transports,
      clock,
      random,
      endOfTurn = queueMicrotask,
      inproc,
      curve,
      allocate,
      ...rest
    } = parts;
    const { socketType, owner, observer, metadata, ...given } = rest;
    const { security, others } = splitSecurity(given);
    this.socketType = socketType;
    this.clock = clock;
    this.options = resolveOptions(others);
    this.#security = securityOf(security, curve);
    this.#owner = owner;
    this.#observer = observer;
    this.#openers = new Openers({
      socketType,
      options: this.options,
      transports,
      security: this.#security,
      metadata,
      inproc,
      allocate,
    });
    this.#flushQueue = new FlushQueue(endOfTurn);
    this.#context = {
      clock,
      random,
      options: this.options,
      ...peerLimits(this.options),
      emit: (event) => this.#emit(event),
      adopt: (opening, source) => this.#adopt(opening, source),
    };
  }

  /** The peers that finished their handshake and are not gone. */
  get pipes(): ReadonlySet<Pipe> {
    return this.#pipes;
  }

  /** How many peers that were accepted are in their handshake. */
  get handshakes(): number {
    return this.#context.handshakes.count;
  }

  /** The real endpoints that are bound. */
  get endpoints(): readonly string[] {
    return this.#retired ? [] : [...this.#bindings.keys()];
  }

  /** The endpoints that are connected or will be tried again. */
  get connected(): readonly string[] {
    if (this.#retired) return [];
    const connectors = [...this.#connectors.values()].filter(({ stopped }) => !stopped);
    return connectors.map(({ address }) => address);
  }

  /** The endpoint that was bound or connected last. ZMQ_LAST_ENDPOINT. */
  get lastEndpoint(): string | undefined {
    return this.#lastEndpoint;
  }

  /** Whether {@link SocketCore.close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Endpoints that were connected and have been given up. */
  get stoppedConnects(): number {
    return this.#retired ? 0 : this.#connectors.size - this.connected.length;
  }

  /** Connected endpoints whose peer is not there at the moment but may still come. */
  get pendingConnects(): number {
    let count = 0;
    for (const connector of this.#connectors.values()) if (connector.pending) count += 1;
    return count;
  }

  /**
   * Accepts peers at an endpoint.
   *
   * @returns the real endpoint, with the port that the platform chose
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`; rejects with `TransportError`, for
   *   instance `TRANSPORT_ADDRESS_IN_USE`, `SocketError` `SOCKET_CLOSED` when the socket is closed
   *   meanwhile, or the reason of `signal`
   */
  bind(endpoint: string, signal?: AbortSignal): Promise<string> {
    this.#checkOpen("bind");
    const parsed = parseEndpoint(endpoint);
    return this.#listen(formatEndpoint(parsed), this.#openers.of(parsed), signal);
  }

  /**
   * Connects to an endpoint, now or as soon as somebody is there, and again whenever the connection
   * is lost. Connecting to an endpoint that is connected already does nothing; to one that was given
   * up, it begins anew.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void {
    this.#checkOpen("connect");
    const parsed = parseEndpoint(endpoint);
    if (!isConnectable(parsed)) {
      throw new UsageError("USAGE_ENDPOINT", `expected one peer to connect to, got ${endpoint}`);
    }
    const address = formatEndpoint(parsed);
    const opener = this.#openers.of(parsed);
    this.#lastEndpoint = address;
    if (this.#connectors.get(address)?.stopped === false) return;
    const connector = new Connector(address, opener, this.#context);
    this.#connectors.set(address, connector);
    connector.start();
  }

  /**
   * Accepts no more peers at an endpoint and closes the connections that came through it, after
   * what was sent to them was written, for which each has as long as the option `linger` says.
   *
   * @param endpoint - as it was given to `bind` or as `bind` returned it
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  unbind(endpoint: string): Promise<void> {
    this.#checkOpen("unbind");
    const address = formatEndpoint(parseEndpoint(endpoint));
    const bindings = [...this.#bindings.values()];
    const binding = this.#bindings.get(address) ?? bindings.find(({ asked }) => asked === address);
    if (binding === undefined) {
      const bound = this.endpoints.join(", ") || "nothing";
      throw new UsageError("USAGE_ENDPOINT", `${address} is not bound; bound is ${bound}`);
    }
    this.#bindings.delete(binding.address);
    return binding.close();
  }

  /**
   * Ends the connection to an endpoint, after what was sent to it was written, for which it has as
   * long as the option `linger` says, and does not connect again.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  disconnect(endpoint: string): void {
    this.#checkOpen("disconnect");
    const address = formatEndpoint(parseEndpoint(endpoint));
    const connector = this.#connectors.get(address);
    if (connector === undefined) {
      const connected = [...this.#connectors.keys()].join(", ") || "nothing";
      throw new UsageError(
        "USAGE_ENDPOINT",
        `${address} is not connected; connected is ${connected}`,
      );
    }
    this.#connectors.delete(address);
    connector.stop();
  }

  /** Accepts and dials no more. The connections that are there stay until they end or {@link close}. */
  retire(): void {
    this.#retired = true;
    for (const connector of this.#connectors.values()) connector.retire();
    for (const binding of this.#bindings.values()) binding.retire();
  }

  /**
   * Ends everything: accepts and dials no more, and closes all pipes, of which the owner hears
   * before this returns.
   *
   * @param lingerMs - how long what was sent may take to leave; 0 drops it, -1 or `Infinity` waits
   *   for ever. Without it the option `linger` holds
   * @returns resolves when every wire is gone; the same promise when called again
   */
  close(lingerMs: number = this.options.lingerMs): Promise<void> {
    if (this.#closing === undefined) {
      // First, as owners that hear of their pipes may call this again.
      this.#closing = new Deferred();
      const { resolve, reject } = this.#closing;
      this.#close(lingerMs < 0 ? Number.POSITIVE_INFINITY : lingerMs).then(resolve, reject);
    }
    return this.#closing.promise;
  }

  async #close(lingerMs: number): Promise<void> {
    for (const connector of this.#connectors.values()) connector.stop(lingerMs);
    const bindings = [...this.#bindings.values()].map((binding) => binding.close(lingerMs));
    if (lingerMs === 0) this.#destroyAll();
    this.#bindings.clear();
    this.#connectors.clear();
    await this.#wiresGone(lingerMs);
    await Promise.all(bindings);
    this.#emit({ type: "end" });
  }

  /** Resolves when no pipe has a wire; after `lingerMs` those that are left are cut. */
  async #wiresGone(lingerMs: number): Promise<void> {
    if (this.#wired.size === 0) return;
    const { clock } = this;
    const stopTimer = Number.isFinite(lingerMs)
      ? clock.schedule(clock.now() + lingerMs, () => this.#destroyAll())
      : undefined;
    this.#unwired = new Deferred();
    await this.#unwired.promise;
    stopTimer?.();
  }

  #destroyAll(): void {
    for (const pipe of this.#wired) pipe.destroy();
  }

  async #listen(asked: string, opener: Opener, signal: AbortSignal | undefined): Promise<string> {
    signal?.throwIfAborted();
    const binding = new Binding(asked, this.#context);
    try {
      const listening = await opener.listen(binding.accept);
      if (this.closed || this.#retired || signal?.aborted === true) {
        await listening.close();
        signal?.throwIfAborted();
        throw new SocketError("SOCKET_CLOSED", `the socket was closed while binding ${asked}`);
      }
      binding.listening(listening);
    } catch (error) {
      await binding.close();
      if (error instanceof Error) this.#emit({ type: "bind:error", address: asked, error });
      throw error;
    }
    this.#bindings.set(binding.address, binding);
    this.#lastEndpoint = binding.address;
    if (isExposed(binding.asked) && this.#security().mechanism.name === "NULL") {
      this.#emit({ type: "bind:insecure", address: binding.address });
    }
    return binding.address;
  }

  #adopt(opening: Opening, source: PipeSource): ManagedPipe {
    this.#pipeCount += 1;
    const pipe = opening.adopt({
      id: this.#pipeCount,
      endpoint: source.endpoint,
      origin: source.origin,
      clock: this.clock,
      flushQueue: this.#flushQueue,
      sendHighWaterMark: this.options.sendHighWaterMark,
      sendHighWaterBytes: this.options.sendHighWaterBytes,
      lingerMs: this.options.lingerMs,
      owner: this.#owner,
      lifecycle: this.#lifecycleOf(source),
    });
    this.#wired.add(pipe);
    return pipe;
  }

  #lifecycleOf(source: PipeSource): PipeLifecycle {
    return {
      opened: (pipe) => {
        this.#pipes.add(pipe);
        source.lifecycle.opened(pipe);
        this.#owner.opened(pipe);
      },
      refused: (pipe, error, retry) => source.lifecycle.refused(pipe, error, retry),
      ended: (pipe, error, retry) => {
        this.#pipes.delete(pipe);
        this.#owner.closed(pipe, error);
        source.lifecycle.ended(pipe, error, retry);
      },
      released: (pipe) => {
        this.#wired.delete(pipe);
        source.lifecycle.released?.(pipe);
        if (this.#wired.size === 0) this.#unwired?.resolve();
      },
    };
  }

  #checkOpen(verb: string): void {
    if (this.closed) throw new UsageError("USAGE_CLOSED", `${verb} after close`);
  }

  #emit(event: SocketEvent): void {
    this.#observer?.(event);
  }
}
