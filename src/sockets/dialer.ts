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
  /** The wire accepts output again after {@link Wire.write} returned `false`. */
  drained(): void;
  /** The wire is gone, after `error` or properly. Nothing follows. */
  closed(error: Error | undefined): void;
}

/** An ordered stream of octets both ways. */
export interface Wire {
  /** Address of the other end as the platform prints it; empty where there is none. */
  readonly address: string;
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
  /** Sends what was written, then ends. */
  end(): void;
  /** Ends at once and drops what was not sent. Idempotent. */
  destroy(): void;
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
   * Opens a wire.
   *
   * Rejects with `TransportError`. `signal` ends the attempt.
   */
  dial(endpoint: Endpoint, signal: AbortSignal): Promise<Wire>;
  /**
   * Accepts wires until closed.
   *
   * Rejects with `TransportError`, for instance when the port is in use.
   */
  listen(endpoint: Endpoint, accept: (wire: Wire) => void): Promise<Listening>;
}
