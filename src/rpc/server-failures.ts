/**
 * How a server ends calls by itself, in words.
 *
 * @module
 */

import type { Failure } from "./errors.ts";
import { MAX_WAITING_STEPS } from "./pump.ts";

/**
 * The server takes no new calls of this connection, or of any.
 *
 * @param open - it takes those of others
 */
export function leavingFailure(open: boolean): Failure {
  return {
    status: "unavailable",
    name: "RpcError",
    message: open
      ? "the server closes this connection, on which nothing happened: call again"
      : "the server is closing and takes no new calls",
    mayHaveRun: false,
  };
}

/** The caller steps a generator faster than it goes. */
export function stepsFailure(): Failure {
  return {
    status: "resource_exhausted",
    name: "RpcError",
    message: `expected at most ${MAX_WAITING_STEPS} steps of a generator to wait, got one more`,
  };
}

/** The caller keeps no limit. */
export function overrunFailure(): Failure {
  return {
    status: "resource_exhausted",
    name: "RpcError",
    message: "the caller streamed more items than it had credit for",
  };
}

/** The server was closed in the middle of a call. */
export function closedFailure(): Failure {
  return {
    status: "unavailable",
    name: "RpcError",
    message: "the server was closed before the call was over",
  };
}
