/**
 * The errors of calls whose peer failed them.
 *
 * @module
 */

import { ProtocolError } from "../base/errors.ts";
import type { ClientCall } from "./client-call.ts";
import { RpcError } from "./errors.ts";

/** The peer's connection was lost. `left` says whether the request was handed to the wire. */
export function peerGone(
  call: ClientCall,
  endpoint: string,
  left: boolean,
  cause: Error | undefined,
): RpcError {
  const { method } = call.request;
  // A rule that the peer broke, such as a limit, is what the caller can do something about.
  const why = cause instanceof ProtocolError ? `: ${cause.message}` : "";
  const how = (left ? "the call may have run" : "the call was not sent") + why;
  return new RpcError("unavailable", `the peer at ${endpoint} is gone; ${how}`, {
    method,
    mayHaveRun: left,
    ...(cause !== undefined && { cause }),
  });
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
