/**
 * The times of a call that was sent: what the peer is told of them, and which of them have passed.
 *
 * @module
 */

import { type ClientCall, noAnswer } from "./client-call.ts";
import type { RpcError } from "./errors.ts";
import type { RequestOptions } from "./packet.ts";

/** What a request says beside method and arguments, with the time that is left. */
export function requestOptions(call: ClientCall, now: number): RequestOptions {
  const { deadlineAt, startedAt, request } = call;
  const { totalTimeoutMs, options } = request;
  // Literals of one shape each, because this runs for every call.
  if (totalTimeoutMs === Infinity && options === undefined && call.lost === undefined) {
    return deadlineAt === Infinity ? NO_OPTIONS : { timeoutMs: Math.max(1, deadlineAt - now) };
  }
  return {
    ...options,
    ...(deadlineAt !== Infinity && { timeoutMs: Math.max(1, deadlineAt - now) }),
    ...(totalTimeoutMs !== Infinity && {
      totalTimeoutMs: Math.max(1, startedAt + totalTimeoutMs - now),
    }),
    ...(call.lost !== undefined && { outcomeOnly: true }),
  };
}

const NO_OPTIONS: RequestOptions = {};

/** When the first of a call's own times has passed. */
export function dueAt(call: ClientCall): number {
  const { totalTimeoutMs, idleTimeoutMs } = call.request;
  return Math.min(
    call.deadlineAt,
    call.startedAt + totalTimeoutMs,
    call.heardAt + idleTimeoutMs,
    call.resendAt,
  );
}

/** The error of a call whose time is over, in the order in which the times were set. */
export function overdue(call: ClientCall, now: number): RpcError | undefined {
  const { timeoutMs, totalTimeoutMs, idleTimeoutMs } = call.request;
  if (now >= call.deadlineAt) return noAnswer(call, timeoutMs, "waiting for an answer");
  if (now >= call.startedAt + totalTimeoutMs) {
    return noAnswer(call, totalTimeoutMs, "waiting for the end of the stream");
  }
  if (now < call.heardAt + idleTimeoutMs) return undefined;
  if (call.streams && call.queue.waiting > 0) {
    return noAnswer(call, idleTimeoutMs, "waiting for the next item");
  }
  // Nobody waits: it is this side that is slow.
  call.heardAt = now;
  return undefined;
}
