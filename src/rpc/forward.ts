/**
 * Passing a call on: from the handler's side of one conversation to the caller's side of another, as
 * if the two were one.
 *
 * Time, headers and the end of the call go on to the other side. A stream keeps the pace of its
 * consumer: what that has credit for is asked for together, as far as a window of this side has room,
 * and values and errors for a generator's `yield` go step by step. So no generator takes a step that
 * nobody wanted, and nobody who wants much and takes nothing lets items pile up here.
 *
 * @module
 */

import { type CallStarter, inputOf } from "./caller.ts";
import type { CallOutcome, CallRequest, ClientCall } from "./client-call.ts";
import { RpcError } from "./errors.ts";
import type { CallOrigin } from "./packet.ts";
import { AHEAD, type PumpSource } from "./pump.ts";
import { isStream, type RemoteStream } from "./remote-stream.ts";
import type { ServerCall } from "./server-call.ts";

/** A call to pass on. */
export interface ForwardedCall {
  /** The method's name where it goes. */
  readonly method: string;
  readonly args: readonly unknown[];
  /** The call that is served here. */
  readonly context: ServerCall;
  readonly origin: CallOrigin;
  /** Called once, when nothing more can come of the call and its stream, or nothing has. */
  readonly over: () => void;
}

/**
 * Passes a call on.
 *
 * @returns resolves with its value or its stream; rejects as it failed there, or with `RpcError`
 *   `cancelled` when it was over here before
 * @throws {UsageError} `USAGE_CLOSED`
 */
export function forward(to: CallStarter, call: ForwardedCall): Promise<unknown> {
  const { context, over } = call;
  context.passes++;
  return new Promise((resolve, reject) => {
    const started = start(to, call, {
      resolve: (value) => resolve(isStream(value) ? new ForwardedStream(started, value) : value),
      reject: (error) => {
        // What the other side's handlers throw is not taken for it: `toFailure` sees to that.
        if (error instanceof RpcError && !error.mayHaveRun) context.refusal = error;
        reject(error);
      },
    });
    if (started.state === "closed") {
      over();
      return;
    }
    context.onAbandoned = (reason) => to.cancel(started, reason);
    started.release = () => {
      context.onAbandoned = undefined;
      over();
    };
  });
}

function start(to: CallStarter, call: ForwardedCall, outcome: CallOutcome): ClientCall {
  const { abandonReason } = call.context;
  try {
    if (abandonReason !== undefined) throw abandonReason;
    return to.start(requestOf(call), outcome);
  } catch (error) {
    call.over();
    throw error;
  }
}

function requestOf({ method, args, context, origin }: ForwardedCall): CallRequest {
  const input = inputOf(args);
  const { headers, remainingMs = Infinity, options } = context;
  return {
    method,
    args: input === undefined ? args : args.with(input.index, null),
    timeoutMs: remainingMs,
    idleTimeoutMs: Infinity,
    totalTimeoutMs: options?.totalTimeoutMs ?? Infinity,
    idempotent: false,
    options: {
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(input !== undefined && { inputIndex: input.index }),
      origin,
    },
    input: input?.source,
  };
}

/** A stream of the other side, which takes the steps that are taken here. */
class ForwardedStream implements PumpSource, AsyncIterableIterator<unknown, unknown, unknown> {
  readonly #call: ClientCall;
  /** Held for as long as this one is: a stream that nobody holds is closed. */
  readonly #stream: RemoteStream;
  /** Items that were wanted and not taken yet. */
  #wanted = 0;

  constructor(call: ClientCall, stream: RemoteStream) {
    this.#call = call;
    this.#stream = stream;
  }

  [AHEAD](items: number): void {
    this.#wanted += items;
    this.#call.ask(items);
  }

  next(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    const { queue } = this.#call;
    if (value === undefined && this.#wanted > 0) this.#wanted--;
    else if (!queue.ended) this.#call.step(value);
    return queue.next();
  }

  throw(error: unknown): Promise<IteratorResult<unknown, unknown>> {
    const { queue } = this.#call;
    if (queue.ended) return Promise.reject(error);
    this.#call.raise(error);
    return queue.next();
  }

  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#stream.return(value);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
