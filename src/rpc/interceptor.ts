/**
 * Interceptors: one shape around every call, on both sides.
 *
 * An interceptor sees a call before it happens, decides whether and how it happens by calling
 * `next`, and sees its outcome: the value, the stream, or what was thrown. It may change each.
 *
 * | zerorpc hook | here |
 * |---|---|
 * | `client_before_request`, `server_before_exec` | code before `next(call)` |
 * | `client_after_request`, `server_after_exec` | code after `await next(call)` |
 * | `client_handle_remote_error`, `server_inspect_exception` | `catch` around `next(call)` |
 * | `get_task_context`, `load_task_context` | `call.headers` on the client, on the server |
 * | `resolve_endpoint` | option `resolveEndpoint` |
 *
 * A stream passes through as the value of `next(call)`: an async iterable that may be wrapped.
 *
 * @module
 */

import type { CallContext } from "./context.ts";
import type { Headers } from "./packet.ts";

/** A call on its way, to be passed on as it is or with changes: `next({ ...call, headers })`. */
export interface InterceptedCall {
  readonly side: "client" | "server";
  /** Full name of the method. */
  readonly method: string;
  /** Positional arguments. Empty on the client when they go by name. */
  readonly args: readonly unknown[];
  /** Arguments by name. Client side only: a server has placed them already. */
  readonly named?: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** The handler's view of the call. Server side only. */
  readonly context?: CallContext;
}

/** Passes a call on. Resolves with its value or its stream, rejects with what failed. */
export type Next = (call: InterceptedCall) => Promise<unknown>;

/** Wraps calls. What it returns or throws is the outcome of the call. */
export type Interceptor = (call: InterceptedCall, next: Next) => unknown;

/** Runs `call` through the interceptors, the first one outermost, and then `last`. */
export function intercept(
  interceptors: readonly Interceptor[],
  call: InterceptedCall,
  last: (call: InterceptedCall) => unknown,
): Promise<unknown> {
  const from =
    (index: number): Next =>
    async (passed) => {
      const interceptor = interceptors[index];
      return interceptor === undefined ? last(passed) : interceptor(passed, from(index + 1));
    };
  return from(0)(call);
}
