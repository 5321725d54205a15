/**
 * Errors of the platform, as {@link TransportError}, and of what a bundler has left behind.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { TransportCode } from "../sockets/errors.ts";
import { TransportError } from "../sockets/errors.ts";

/** What each system error means for a wire. */
const MEANINGS: Readonly<Record<string, readonly [TransportCode, string]>> = {
  ECONNREFUSED: ["TRANSPORT_REFUSED", "nobody listens at"],
  // A socket file that is not there is a server that is not there.
  ENOENT: ["TRANSPORT_REFUSED", "nobody listens at"],
  ECONNRESET: ["TRANSPORT_RESET", "connection reset by the peer at"],
  EPIPE: ["TRANSPORT_RESET", "connection reset by the peer at"],
  ECONNABORTED: ["TRANSPORT_RESET", "connection aborted at"],
  ETIMEDOUT: ["TRANSPORT_TIMEOUT", "no answer in time from"],
  ENOTFOUND: ["TRANSPORT_HOST_UNKNOWN", "unknown host in"],
  EAI_AGAIN: ["TRANSPORT_HOST_UNKNOWN", "no name service for the host in"],
  ENETUNREACH: ["TRANSPORT_UNREACHABLE", "no way to"],
  EHOSTUNREACH: ["TRANSPORT_UNREACHABLE", "no way to"],
  EADDRINUSE: ["TRANSPORT_ADDRESS_IN_USE", "address already in use:"],
  EADDRNOTAVAIL: ["TRANSPORT_ADDRESS_NOT_AVAILABLE", "not an address of this machine:"],
  EACCES: ["TRANSPORT_PERMISSION", "not permitted:"],
  EPERM: ["TRANSPORT_PERMISSION", "not permitted:"],
  ABORT_ERR: ["TRANSPORT_ABORTED", "given up:"],
};

/** Wraps whatever the platform reports about a wire or a listening socket. */
export function toTransportError(reason: unknown, endpoint: string): TransportError {
  if (reason instanceof TransportError) return reason;
  const cause = firstOf(reason);
  const name = systemCode(cause);
  const [code, text] = (name === undefined ? undefined : MEANINGS[name]) ?? [
    "TRANSPORT_FAILED",
    `${cause instanceof Error ? cause.message : String(cause)}:`,
  ];
  return new TransportError(code, `${text} ${endpoint}`, { endpoint, cause });
}

/**
 * Something that is found by its place beside this code is not there: programs of threads, and packages
 * that are loaded with the first need of them. Bundlers do not see either.
 */
export function leftBehind(what: string, cause: unknown): UsageError {
  const message = `cannot find ${what}; in a bundle, leave zerocall out of it, as an external package`;
  return new UsageError("USAGE_STATE", message, { cause });
}

/** A name with several addresses fails with the failures of all of them; the first one speaks. */
function firstOf(reason: unknown): unknown {
  return reason instanceof AggregateError && reason.errors.length > 0
    ? (reason.errors[0] as unknown)
    : reason;
}

function systemCode(reason: unknown): string | undefined {
  if (typeof reason !== "object" || reason === null || !("code" in reason)) return undefined;
  return typeof reason.code === "string" ? reason.code : undefined;
}
