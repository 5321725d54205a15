/**
 * What happens to the connections of a socket, as its observers hear it.
 *
 * The names are those of the `zeromq` package. Order of a connecting endpoint:
 *
 *     connect:delay ─▶ connect ─▶ handshake ─▶ disconnect ─▶ connect:retry ─▶ connect:delay ─▶ …
 *           │             └─▶ handshake:error:* ─▶ connect:retry, or connect:stopped
 *           └─▶ connect:retry
 *
 * and of a bound one: `bind`, then per peer `accept`, `handshake` or `handshake:error:*`,
 * `disconnect`, at last `close`. A socket that was closed ends with `end`.
 *
 * Spec: the manual page zmq_socket_monitor(3).
 *
 * @module
 */

import { ZmtpError } from "../zmtp/errors.ts";
import type { PeerInfo } from "./pipe.ts";

/** A failed handshake; the name says why. */
export interface HandshakeFailure<Type extends string> {
  readonly type: Type;
  readonly address: string;
  readonly error: Error;
}

/** A change of one connection, endpoint or of the socket. `address` is the endpoint. */
export type SocketEvent =
  /** The endpoint is bound. ZMQ_EVENT_LISTENING. */
  | { readonly type: "bind"; readonly address: string }
  /** The endpoint could not be bound. ZMQ_EVENT_BIND_FAILED. */
  | { readonly type: "bind:error"; readonly address: string; readonly error: Error }
  /** A peer connected to a bound endpoint. ZMQ_EVENT_ACCEPTED. */
  | { readonly type: "accept"; readonly address: string; readonly peerAddress: string }
  /** A peer was turned away before its handshake. ZMQ_EVENT_ACCEPT_FAILED. */
  | {
      readonly type: "accept:error";
      readonly address: string;
      readonly peerAddress: string;
      readonly error: Error;
    }
  /** The bound endpoint can be reached from other hosts, and everybody there may come in. */
  | { readonly type: "bind:insecure"; readonly address: string }
  /** An attempt to connect has begun. ZMQ_EVENT_CONNECT_DELAYED. */
  | { readonly type: "connect:delay"; readonly address: string }
  /** The attempt succeeded; the handshake begins. ZMQ_EVENT_CONNECTED. */
  | { readonly type: "connect"; readonly address: string }
  /** The next attempt comes after `interval` ms. ZMQ_EVENT_CONNECT_RETRIED. */
  | {
      readonly type: "connect:retry";
      readonly address: string;
      readonly interval: number;
      readonly error?: Error;
    }
  /** No attempt will follow: another one would end in the same way, or retries are off. */
  | { readonly type: "connect:stopped"; readonly address: string; readonly error?: Error }
  /** The peer is ready for messages. ZMQ_EVENT_HANDSHAKE_SUCCEEDED. */
  | { readonly type: "handshake"; readonly address: string; readonly peer: PeerInfo }
  /**
   * The handshake failed: the peer broke the protocol or does not fit
   * (ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL), one side refused the other (…_AUTH), or it went away or took too long
   * (…_NO_DETAIL).
   */
  | HandshakeFailure<"handshake:error:protocol">
  | HandshakeFailure<"handshake:error:auth">
  | HandshakeFailure<"handshake:error:other">
  /** A peer is gone after its handshake. ZMQ_EVENT_DISCONNECTED. */
  | { readonly type: "disconnect"; readonly address: string; readonly error?: Error }
  /** The endpoint is no longer bound. ZMQ_EVENT_CLOSED. */
  | { readonly type: "close"; readonly address: string }
  /**
   * A listener has thrown at an event of the type `at`. Nothing follows from that, and from what one
   * throws at this event not even another one.
   */
  | { readonly type: "listener:error"; readonly at: string; readonly error: unknown }
  /** The socket is closed; nothing follows. ZMQ_EVENT_MONITOR_STOPPED. */
  | { readonly type: "end" };

/** The names of all events. */
export type SocketEventType = SocketEvent["type"];

/** Hears the events of a socket in order. It MUST NOT throw. */
export type SocketObserver = (event: SocketEvent) => void;

/** The event of a failed handshake. */
export function handshakeFailure(address: string, error: Error): SocketEvent {
  if (!(error instanceof ZmtpError) || error.code === "ZMTP_HANDSHAKE_TIMEOUT") {
    return { type: "handshake:error:other", address, error };
  }
  return error.code === "ZMTP_PEER_ERROR" || error.code === "ZMTP_REFUSED"
    ? { type: "handshake:error:auth", address, error }
    : { type: "handshake:error:protocol", address, error };
}
