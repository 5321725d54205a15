/**
 * Errors of sockets and of the wires below them.
 *
 * @module
 */

import { ZerocallError } from "../base/errors.ts";
import type { ErrorInit } from "../base/errors.ts";

/** The codes of {@link SocketError}. */
export type SocketCode =
  /** The socket was closed while something waited for it. */
  | "SOCKET_CLOSED"
  /** No room to send, or nothing received, within the timeout. */
  | "SOCKET_TIMEOUT"
  /** A mandatory ROUTER has no peer with this routing id. */
  | "SOCKET_UNROUTABLE"
  /** The peer that would have answered is gone. */
  | "SOCKET_PEER_GONE"
  /** Too many accepted peers have not finished their handshake. */
  | "SOCKET_HANDSHAKES"
  /** Too many peers are accepted. */
  | "SOCKET_CONNECTIONS";

/** A socket could not do what it was asked to; the name of the code says why. */
export class SocketError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "SocketError";
  declare readonly code: SocketCode;

  constructor(code: SocketCode, message: string, init?: ErrorInit) {
    super(code, message, init);
  }
}

/** The codes of {@link TransportError}. */
export type TransportCode =
  /** Nobody listens at the endpoint. */
  | "TRANSPORT_REFUSED"
  /** The peer, or something between, cut the connection. */
  | "TRANSPORT_RESET"
  /** No connection, or no sign of life, in time. */
  | "TRANSPORT_TIMEOUT"
  /** The name of the host is unknown. */
  | "TRANSPORT_HOST_UNKNOWN"
  /** There is no way to the host or its network. */
  | "TRANSPORT_UNREACHABLE"
  /** Another socket is bound to the address. */
  | "TRANSPORT_ADDRESS_IN_USE"
  /** The address is not one of this machine. */
  | "TRANSPORT_ADDRESS_NOT_AVAILABLE"
  /** The platform forbids it. */
  | "TRANSPORT_PERMISSION"
  /** The attempt was given up by its owner. */
  | "TRANSPORT_ABORTED"
  /** Anything else the platform reports; `cause` says what. */
  | "TRANSPORT_FAILED";

/** A wire could not be opened, accepted or kept. */
export class TransportError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "TransportError";
  declare readonly code: TransportCode;
  /** The endpoint concerned. */
  readonly endpoint: string;

  constructor(
    code: TransportCode,
    message: string,
    init: ErrorInit & { readonly endpoint: string },
  ) {
    super(code, message, init);
    this.endpoint = init.endpoint;
  }
}
