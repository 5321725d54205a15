/**
 * What users of every socket type have in their hands: bind, connect, events, close.
 *
 * A socket type adds a way to send and a way to receive; see `dealer.ts` for the plainest one.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { PipeOwner } from "./pipe.ts";
import { SocketCore } from "./socket-core.ts";
import type { SocketPlatform } from "./socket-core.ts";
import { SocketEvents } from "./socket-events.ts";
import type { SocketOptions } from "./socket-options.ts";

/** The parts of a socket that its type decides. */
export interface SocketParts {
  /** Hears of pipes and messages. */
  readonly owner: PipeOwner;
  readonly incoming?: Pick<Incoming<unknown>, "stop">;
  readonly outgoing?: Pick<Outgoing, "stop">;
}

/** A socket of any type. */
export abstract class Socket {
  /** What happens to the connections of this socket. */
  readonly events: SocketEvents = new SocketEvents();
  protected readonly core: SocketCore;
  /** Set by the socket type before anything can happen: nothing is bound or connected before. */
  protected abstract readonly parts: SocketParts;
  #closing: Promise<void> | undefined;

  /** @throws {UsageError} `USAGE_OPTION` */
  protected constructor(type: SocketType, options: SocketOptions, platform: SocketPlatform) {
    this.core = new SocketCore({
      ...options,
      ...platform,
      socketType: type,
      observer: (event) => this.events.emit(event),
      owner: {
        opened: (pipe) => this.parts.owner.opened(pipe),
        received: (pipe, messages) => this.parts.owner.received(pipe, messages),
        subscribed: (pipe, topic, wanted) => this.parts.owner.subscribed?.(pipe, topic, wanted),
        drained: (pipe) => this.parts.owner.drained(pipe),
        closed: (pipe, error) => this.parts.owner.closed(pipe, error),
      },
    });
  }

  /** The type in capitals, as peers are told. ZMQ_TYPE. */
  get type(): SocketType {
    return this.core.socketType;
  }

  /** Whether {@link Socket.close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The real endpoints that are bound. */
  get endpoints(): readonly string[] {
    return this.core.endpoints;
  }

  /** The endpoint that was bound or connected last, or `null`. ZMQ_LAST_ENDPOINT. */
  get lastEndpoint(): string | null {
    return this.core.lastEndpoint ?? null;
  }

  /** Peers that are there at the moment. */
  get peerCount(): number {
    return this.core.pipes.size;
  }

  /**
   * Accepts peers at an endpoint, such as `tcp://127.0.0.1:5555`, `tcp://*:0`, `ipc:///run/a.sock`
   * or `inproc://name`.
   *
   * @returns the real endpoint, with the port that the platform chose
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`; rejects with `TransportError`, for
   *   instance `TRANSPORT_ADDRESS_IN_USE`, `SocketError` `SOCKET_CLOSED` when the socket is closed
   *   meanwhile, or the reason of the signal
   */
  bind(endpoint: string, options?: { readonly signal?: AbortSignal }): Promise<string> {
    this.#checkOpen("bind");
    return this.core.bind(endpoint, options?.signal);
  }

  /**
   * Accepts no more peers at an endpoint and closes the connections that came through it.
   *
   * @throws {UsageError} `USAGE_ENDPOINT` when it is not bound, `USAGE_CLOSED`
   */
  unbind(endpoint: string): Promise<void> {
    this.#checkOpen("unbind");
    return this.core.unbind(endpoint);
  }

  /**
   * Connects to an endpoint, now or as soon as somebody is there, and again whenever the connection
   * is lost. Connecting to an endpoint that is connected already does nothing.
   *
   * @throws {UsageError} `USAGE_ENDPOINT`, `USAGE_CLOSED`
   */
  connect(endpoint: string): void {
    this.#checkOpen("connect");
    this.core.connect(endpoint);
  }

  /**
   * Ends the connection to an endpoint and does not connect again.
   *
   * @throws {UsageError} `USAGE_ENDPOINT` when it is not connected, `USAGE_CLOSED`
   */
  disconnect(endpoint: string): void {
    this.#checkOpen("disconnect");
    this.core.disconnect(endpoint);
  }

  /**
   * Ends everything. Waits of `send` and `receive` end with `SOCKET_CLOSED`, iterations end.
   *
   * @param lingerMs - how long what was sent may take to leave; 0 drops it, -1 waits for ever.
   *   Without it the option `linger` holds
   * @returns resolves when every connection is gone; the same promise when called again
   */
  close(lingerMs: number = this.core.options.lingerMs): Promise<void> {
    this.#closing ??= this.#close(lingerMs < 0 ? Number.POSITIVE_INFINITY : lingerMs);
    return this.#closing;
  }

  /** The same as {@link Socket.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The core is open for longer, as long as messages wait for a peer. */
  #checkOpen(verb: string): void {
    if (this.closed) throw new UsageError("USAGE_CLOSED", `${verb} after close`);
  }

  async #close(lingerMs: number): Promise<void> {
    const { incoming, outgoing } = this.parts;
    const startedAt = this.core.clock.now();
    incoming?.stop();
    await outgoing?.stop(lingerMs);
    const elapsedMs = this.core.clock.now() - startedAt;
    await this.core.close(Math.max(0, lingerMs - elapsedMs));
  }
}
