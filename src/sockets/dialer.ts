/**
 * Who opens wires and who accepts them, one pair of functions per scheme (`tcp`, `ipc`).
 *
 * A wire is an ordered stream of octets both ways. The edge (`node/tcp.ts`, `node/ipc.ts`)
 * implements these contracts; `testing` has one in memory.
 *
 * @module
 */

import type { Endpoint } from "./endpoint.ts";

/** What the user of a wire hears. No method of it may throw. */
export interface WireHandler {
  /** Octets of the peer. The chunk belongs to the handler from now on. */
  received(chunk: Uint8Array): void;
  /**
   * Where the wire may put what comes next, in place of memory of its own: `received` is given the
   * beginning of it. Asked for behind each `received`; holds until the next.
   *
   * @returns `undefined` when the wire has to use its own
   */
  readonly room?: Uint8Array | undefined;
  /** The wire accepts output again after {@link Wire.write} returned `false`. */
  drained(): void;
  /** The wire is gone, after `error` or properly. Nothing follows. */
  closed(error: Error | undefined): void;
}

/** An ordered stream of octets both ways. */
export interface Wire {
  /** Address of the other end as the platform prints it; empty where there is none. */
  readonly address: string;
  /**
   * Octets given to {@link Wire.write} that the platform has not taken yet. It falls while the peer
   * reads, also within a large chunk.
   */
  readonly unsentBytes: number;
  /**
   * What the platform has taken it has copied: when nothing is unsent, all that was written may be
   * overwritten.
   *
   * @default false
   */
  readonly copies?: boolean;
  /** Has to be called once, before anything is received. */
  attach(handler: WireHandler): void;
  /**
   * Writes chunks in order, as one system call where the platform can.
   *
   * @returns `false` when the wire wants no more until `drained`
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Stops and continues receiving. */
  pause(): void;
  resume(): void;
  /**
   * Sends what was written, then ends. `closed` follows when the peer has ended as well, or within
   * a bound of the transport after everything was sent. What the peer sends meanwhile is dropped.
   */
  end(): void;
  /** Ends at once and drops what was not sent; `closed` follows. Idempotent. */
  destroy(): void;
}

/** What a transport may be told about its wires. A transport ignores what it does not have. */
export interface WireOptions {
  /**
   * Silence after which the platform probes whether the peer's host is still there, in ms;
   * `undefined` never probes.
   */
  readonly keepAliveIdleMs?: number | undefined;
  /** Wires that wait to be accepted. */
  readonly backlog?: number;
  /** Whether `*` and names are bound as IPv6 (with IPv4 where the platform joins both). */
  readonly ipv6?: boolean;
}

/** A listening endpoint. */
export interface Listening {
  /** The endpoint with its real port, in the form that a peer can connect to or that was bound. */
  readonly endpoint: string;
  /** Stops accepting; wires that were accepted live on. */
  close(): Promise<void>;
}

/** Opens and accepts wires of one scheme. */
export interface WireTransport {
  /**
   * Looks at an endpoint before anything is done with it.
   *
   * @throws {UsageError} `USAGE_ENDPOINT` when it can never be dialled or listened at
   */
  check?(endpoint: Endpoint): void;
  /**
   * Opens a wire.
   *
   * Rejects with `TransportError`. `signal` ends the attempt.
   */
  dial(endpoint: Endpoint, signal: AbortSignal, options?: WireOptions): Promise<Wire>;
  /**
   * Accepts wires until closed.
   *
   * Rejects with `TransportError`, for instance when the port is in use.
   */
  listen(
    endpoint: Endpoint,
    accept: (wire: Wire) => void,
    options?: WireOptions,
  ): Promise<Listening>;
}
