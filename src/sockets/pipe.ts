/**
 * A pipe: one live peer as a socket sees it, after the handshake and until the connection is gone.
 *
 * Knows nothing of octets, of what a socket type does with messages, or of who dials.
 *
 * @module
 */

import type { Octets } from "../base/octets.ts";
import type { Flushable } from "./flush-queue.ts";

/** One or more frames, whole or nothing. */
export type Message = readonly Uint8Array[];

/** A message as it is sent: a frame may lie in several pieces, of which large ones are not copied. */
export type OutgoingMessage = readonly Octets[];

/** What the handshake told about a peer. */
export interface PeerInfo {
  /** The peer's socket type in capitals, as it announced it. */
  readonly socketType: string;
  /** The routing id that the peer announced; empty if none. */
  readonly routingId: Uint8Array;
  /** All properties of the peer's READY by lower-case name, `socket-type` and `identity` included. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /** The ZMTP version both sides speak, such as `"3.1"`; `"inproc"` inside one process. */
  readonly version: string;
  /** Address of the other end as the platform prints it; empty where there is none. */
  readonly address: string;
  /** The security mechanism, such as `"CURVE"`; absent inside one process. */
  readonly mechanism?: string;
  /**
   * Who the mechanism found the peer to be: a user name, a public key in Z85, or what the
   * authenticator called it. Absent where nobody has verified it.
   */
  readonly identity?: string;
}

/** One live peer. */
export interface Pipe {
  /** Number of the pipe, unique in its socket, never used again. */
  readonly id: number;
  /** The endpoint that was bound or connected, as `formatEndpoint` writes it. */
  readonly endpoint: string;
  /** How the pipe came about. */
  readonly origin: "bound" | "connected";
  readonly peer: PeerInfo;
  /** Messages taken by {@link Pipe.send} that the wire has not accepted yet. */
  readonly queuedMessages: number;
  /**
   * How many messages {@link Pipe.send} took since the pipe exists that were handed to the wire.
   * The rest certainly never reached the peer. Messages leave in order, so the n-th message taken
   * has left if and only if `sentMessages >= n`.
   */
  readonly sentMessages: number;
  /**
   * Octets taken by {@link Pipe.send} that the platform has not taken yet. While the peer reads it
   * falls, also within a large message. @default 0
   */
  readonly unsentBytes?: number;
  /**
   * What is queued has reached the send high-water mark, in messages or in octets, and has not yet
   * fallen to half of it.
   */
  readonly full: boolean;
  /** When the last octet of the peer came, in ms on the clock of the socket. */
  readonly lastHeardAt?: number;
  /** The peer was asked for a sign of life, by a PING, and has given none since. @default false */
  readonly silent?: boolean;
  /**
   * Takes a message for the peer, in order, also when the pipe is full: who respects the
   * high-water mark asks {@link Pipe.full} first. Frames below a few KiB are copied before this
   * returns and may be reused by the caller; larger ones are kept as views and MUST NOT be changed
   * afterwards. After the pipe was closed the message is dropped.
   */
  send(message: OutgoingMessage): void;
  /**
   * Has `gathering` flushed once, before what was sent in this turn leaves. Only of pipes whose
   * messages wait for the end of the turn.
   */
  beforeLeaving?(gathering: Flushable): void;
  /** Writes what was sent in this turn now, and not at its end, unless the wire wants no more. */
  writeNow?(): void;
  /** Stops reading from the peer, so that the peer's own high-water mark stops it. */
  pause(): void;
  /** Reads again after {@link Pipe.pause}. */
  resume(): void;
  /**
   * Ends the connection after what {@link Pipe.send} took was written, for which it has as long as the
   * option `linger` says; a connecting endpoint dials again. The owner hears `closed` before this
   * returns. Idempotent.
   */
  close(): void;
  /**
   * Tells a PUB or XPUB peer that messages starting with `topic` are wanted (`true`) or no longer
   * wanted (`false`). Only pipes of SUB and XSUB sockets have it.
   */
  subscribe?(topic: Uint8Array, wanted: boolean): void;
}

/** What a pipe's owner hears. No method of it may throw. */
export interface PipeOwner {
  /** A peer has finished its handshake. */
  opened(pipe: Pipe): void;
  /**
   * Messages of the peer in order, all that one chunk of octets held. The frames are views into
   * received chunks that nobody changes afterwards; copying a small frame out releases its chunk.
   */
  received(pipe: Pipe, messages: readonly Message[]): void;
  /** A subscription (`true`) or its cancellation (`false`) of a SUB or XSUB peer. */
  subscribed?(pipe: Pipe, topic: Uint8Array, wanted: boolean): void;
  /**
   * A full pipe has fallen to half of its high-water mark. Never told inside of the `send` that would have
   * filled it: an owner that offers what waits would offer the same message again.
   */
  drained(pipe: Pipe): void;
  /** The peer is gone. Nothing of this pipe follows. */
  closed(pipe: Pipe, error: Error | undefined): void;
}
