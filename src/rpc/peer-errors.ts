/**
 * The errors of calls that one of both sides failed.
 *
 * @module
 */

import { ProtocolError } from "../base/errors.ts";
import type { ClientCall } from "./client-call.ts";
import type { DialectTraits } from "./dialect.ts";
import { type Failure, fromFailure, RpcError } from "./errors.ts";
import type { Status } from "./status.ts";

/**
 * What becomes of a call whose connection was lost: it is given to a peer again, its outcome is asked
 * for, or it fails.
 *
 * @param left - whether its request was handed to the wire
 */
export function fateOf(
  { lost, request }: ClientCall,
  left: boolean,
  traits: DialectTraits,
): "repeat" | "ask" | "fail" {
  if (lost !== undefined) return "ask";
  if (!left || request.idempotent || traits.resends !== undefined) return "repeat";
  return request.options?.requestId === undefined ? "fail" : "ask";
}

/** The peer's connection was lost. */
export function peerGone(call: ClientCall, endpoint: string, cause: Error | undefined): RpcError {
  const { method } = call.request;
  const left = call.mayHaveRun;
  // A rule that the peer broke, such as a limit, is what the caller can do something about; so is
  // what is known of the end of a thread.
  const told = cause instanceof ProtocolError || cause instanceof RpcError;
  const why = told ? `: ${cause.message}` : "";
  const how = (left ? "the call may have run" : "the call was not sent") + why;
  return new RpcError("unavailable", `the peer at ${endpoint} is gone; ${how}`, {
    method,
    mayHaveRun: left,
    ...(cause !== undefined && { cause }),
  });
}

/**
 * No peer took the call.
 *
 * @param tried - the endpoints, each with why it could not be reached
 * @param final - its status if no peer can come any more; otherwise its time was over
 */
export function nobodyTook(
  call: ClientCall,
  tried: readonly (readonly [endpoint: string, error: Error | undefined])[],
  final: Status | undefined,
): RpcError {
  const { timeoutMs, totalTimeoutMs, method } = call.request;
  const waitedMs = Math.round(Math.min(timeoutMs, totalTimeoutMs));
  const shown = tried.map(([endpoint, error]) =>
    error === undefined ? endpoint : `${endpoint} (${error.message})`,
  );
  const where = shown.join(", ") || "no endpoint was connected or bound";
  const cause = tried[0]?.[1];
  return new RpcError(
    final ?? "unavailable",
    final === undefined
      ? `no peer took the call of "${method}" within ${waitedMs} ms: ${where}`
      : `no peer will take the call of "${method}": ${where}`,
    { method, mayHaveRun: call.mayHaveRun, ...(cause !== undefined && { cause }) },
  );
}

/** The peer says how the call ended. What it knows nothing of may have run at another one. */
export function peerFailed({ request, mayHaveRun }: ClientCall, failure: Failure): RpcError {
  return fromFailure(mayHaveRun ? { ...failure, mayHaveRun } : failure, request.method);
}

/** The peer has not been heard for too long. */
export function lostRemote(call: ClientCall, toleranceMs: number): RpcError {
  const message = `lost remote after ${toleranceMs / 1000} s without a heartbeat`;
  return new RpcError("unavailable", message, { method: call.request.method, name: "LostRemote" });
}

/** The peer's protocol has no word for what the caller wants. */
export function unsupported(call: ClientCall, what: string): RpcError {
  const message = `the peer's protocol knows no ${what}`;
  return new RpcError("unimplemented", message, { method: call.request.method });
}

/** The peer keeps no limit. */
export function overrun(call: ClientCall): RpcError {
  const message = "the peer streamed more items than it had credit for";
  return new RpcError("resource_exhausted", message, { method: call.request.method });
}

/** A mistake of this process has kept a call from ending as it should. */
export function metMistake(call: ClientCall, cause: unknown): RpcError {
  const { method } = call.request;
  const message = `the call of "${method}" has met a mistake in zerocall`;
  return new RpcError("internal", message, { method, cause });
}

/** The call was cut short by its own client. */
export function clientClosed(call: ClientCall, mayHaveRun: boolean): RpcError {
  const { method } = call.request;
  const message = "the client was closed before the call was over";
  return new RpcError("cancelled", message, { method, mayHaveRun });
}
