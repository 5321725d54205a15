/**
 * What a handler can know of the call it is serving.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Headers } from "./packet.ts";
import type { NotifyArguments } from "./remote-peer.ts";

/** Who is calling. */
export interface CallPeer {
  /** Number of the peer's connection, unique in its server. */
  readonly id: number;
  /** The peer's address as the platform prints it; empty where there is none. */
  readonly address: string;
  /** The endpoint of ours that the peer uses. */
  readonly endpoint: string;
  /**
   * Who the peer was found to be when it connected: with CURVE its public key in Z85, with PLAIN its
   * user name, or what the authenticator called it. `undefined` where nobody has verified it.
   */
  readonly identity: string | undefined;
  /** Aborts when the peer is gone; until then it can be notified. Its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /** It has not read what it was sent; what is sent now waits. */
  readonly busy: boolean;
}

/** The call that a handler is serving. */
export interface CallContext {
  /** Full name of the method. */
  readonly method: string;
  readonly peer: CallPeer;
  /** The headers that the caller sent; empty if none. */
  readonly headers: Headers;
  /**
   * Aborts when the caller cancels, gives up or is gone, when the deadline passes, and when the
   * server closes. Its reason is an `RpcError`.
   */
  readonly signal: AbortSignal;
  /** Time left until the caller gives up, in ms, never negative; `undefined` if it never does. */
  readonly remainingMs: number | undefined;
  /**
   * Tells the caller's client something beside all answers; also when the call is over, for as long
   * as the peer is there. Clients hear it through `client.notifications`.
   *
   * @param args - positional in an array, named in a plain object. @default none
   * @returns resolves once there is room for the next one, at once unless the peer is slow, so that
   *   who awaits it goes at the pace of the reader: `true`, or `false` when the peer is gone
   * @throws {RpcError} `unimplemented` when the peer's protocol has no notifications,
   *   `resource_exhausted` when too many were sent to a slow peer without waiting
   * @throws {CodecError} when an argument cannot be written
   */
  notify(method: string, args?: NotifyArguments): Promise<boolean>;
  /** Whether the caller's protocol and socket have notifications to it. */
  readonly notifiable: boolean;
}

let current: CallContext | undefined;

/**
 * The call being served, inside a handler and before its first `await`.
 *
 * Following a call across `await` costs every promise of the process on Node 20, so it is not done:
 * take the context once at the top of the handler, or declare it with {@link withContext}.
 *
 * @throws {UsageError} `USAGE_STATE` anywhere else
 */
export function callContext(): CallContext {
  if (current === undefined) {
    throw new UsageError(
      "USAGE_STATE",
      "callContext() was used outside of a handler or after its first await; keep what it returns" +
        " before the first await, or declare the handler with withContext()",
    );
  }
  return current;
}

/** The call being served, if this is the synchronous part of a handler. */
export function currentContext(): CallContext | undefined {
  return current;
}

/** Sets the call being served and returns the one before, for callers that restore it themselves. */
export function exchangeContext(context: CallContext | undefined): CallContext | undefined {
  const outer = current;
  current = context;
  return outer;
}

const WANTS_CONTEXT: unique symbol = Symbol.for("zerocall.wantsContext") as never;

/** A handler that gets the call in front of its arguments. */
export type ContextHandler<Args extends readonly unknown[], Result> = ((
  context: CallContext,
  ...args: Args
) => Result) & { readonly [WANTS_CONTEXT]: true };

/**
 * Declares that a handler wants its {@link CallContext} in front of its arguments. Clients typed
 * from the service do not see that parameter.
 *
 * ```ts
 * const service = {
 *   search: withContext(async (call, words: string) => find(words, { signal: call.signal })),
 * };
 * ```
 */
export function withContext<Args extends readonly unknown[], Result>(
  handler: (context: CallContext, ...args: Args) => Result,
): ContextHandler<Args, Result> {
  return Object.assign(handler, { [WANTS_CONTEXT]: true as const });
}

/** Whether a handler was declared by {@link withContext}. */
export function wantsContext(handler: object): boolean {
  return WANTS_CONTEXT in handler;
}
