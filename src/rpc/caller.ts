/**
 * From what a user asks for to a call: options, signals, the call that a handler is serving, and
 * interceptors.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { Call, makeCall } from "./call.ts";
import type { ClientCall, CallOutcome, CallRequest } from "./client-call.ts";
import type { ClientCore } from "./client.ts";
import { type CallContext, currentContext } from "./context.ts";
import { RpcError, toFailure } from "./errors.ts";
import { intercept, type InterceptedCall, type Interceptor } from "./interceptor.ts";
import type { Headers, RequestOptions } from "./packet.ts";
import { type PumpSource, streamOf } from "./pump.ts";

/** Options of one call. */
export interface CallOptions {
  /**
   * How long to wait for the answer, or for the first item of a stream, in ms; 0 or `Infinity`
   * waits for ever. The peer is told, and does not run what came too late.
   *
   * @default that of the client, 30_000
   */
  readonly timeoutMs?: number;
  /**
   * How long to wait for each further item of a stream, in ms; 0 or `Infinity` waits for ever.
   *
   * @default that of the client, 0
   */
  readonly idleTimeoutMs?: number;
  /**
   * How long a stream may take as a whole, in ms; 0 or `Infinity` is no limit.
   *
   * @default that of the client, 0
   */
  readonly totalTimeoutMs?: number;
  /** Cancels the call: the caller gets an `RpcError` at once, the handler's signal aborts. */
  readonly signal?: AbortSignal;
  /** Arguments by name, behind the positional ones. Not on the wire of every dialect. */
  readonly named?: Readonly<Record<string, unknown>>;
  /** Headers for the handler, beside those of the client. */
  readonly headers?: Headers;
  /**
   * The call that a handler is serving while it makes this one: its deadline and its end are this
   * call's too. Inside a handler and before its first `await` it is known without being named.
   */
  readonly parent?: CallContext;
  /**
   * The method may run twice: if the peer dies before it has answered, another one is asked.
   *
   * @default false
   */
  readonly idempotent?: boolean;
}

/** What a caller needs to know. */
export interface CallerSettings {
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly headers: Headers | undefined;
  readonly interceptors: readonly Interceptor[];
}

/** Arguments: positional ones in an array, named ones in a plain object. */
export type CallArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Makes the calls of one client. */
export class Caller {
  readonly #core: ClientCore;
  readonly #settings: CallerSettings;

  constructor(core: ClientCore, settings: CallerSettings) {
    this.#core = core;
    this.#settings = settings;
  }

  /** Makes a call. @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`, `USAGE_OPTION` */
  call(method: string, args: CallArguments, options: CallOptions = NO_OPTIONS): Call {
    if (this.#settings.interceptors.length > 0) return this.#intercepted(method, args, options);
    return this.#perform(this.#request(method, args, options), options);
  }

  /**
   * Makes a call that nobody answers.
   *
   * @returns resolves when a peer has been given the request; rejects if none took it in time
   */
  notify(method: string, args: CallArguments, options: CallOptions = NO_OPTIONS): Promise<void> {
    const request = this.#request(method, args, options);
    const oneWay = { ...request, options: { ...request.options, oneWay: true } };
    return this.#perform(oneWay, options) as Promise<void>;
  }

  #intercepted(method: string, args: CallArguments, options: CallOptions): Call {
    const { call, outcome } = makeCall();
    const named = isPositional(args) ? undefined : args;
    const seen: InterceptedCall = {
      side: "client",
      method,
      args: isPositional(args) ? args : [],
      headers: { ...this.#settings.headers, ...options.headers },
      ...(named !== undefined && { named }),
    };
    const answer = intercept(this.#settings.interceptors, seen, (passed) => {
      const { headers } = passed;
      const request = this.#request(passed.method, passed.named ?? passed.args, {
        ...options,
        headers,
      });
      return this.#perform(request, options);
    });
    answer.then(outcome.resolve, outcome.reject);
    Call.attach(call, {
      get stream() {
        return answer.then(asGenerator);
      },
    });
    return call;
  }

  #perform(request: CallRequest, options: CallOptions): Call {
    const { call, outcome } = makeCall();
    const { signal } = options;
    if (signal?.aborted === true) {
      const error = abortedError(request.method, signal, false);
      outcome.reject(error);
      Call.attach(call, { stream: failedStream(error) });
      return call;
    }
    const started = this.#start(request, options, outcome);
    Call.attach(call, started);
    return call;
  }

  #start(request: CallRequest, options: CallOptions, outcome: CallOutcome): ClientCall {
    const started = this.#core.start(request, outcome);
    const parent = options.parent ?? currentContext();
    if (started.state === "closed") return started;
    if (options.signal !== undefined) this.#follow(started, options.signal);
    if (parent !== undefined) this.#follow(started, parent.signal);
    return started;
  }

  /** Cancels a call when a signal aborts, and forgets the signal when the call is over. */
  #follow(call: ClientCall, signal: AbortSignal): void {
    const cancel = (): void => {
      this.#core.cancel(call, abortedError(call.request.method, signal, true));
    };
    signal.addEventListener("abort", cancel, { once: true });
    const { release } = call;
    call.release = () => {
      signal.removeEventListener("abort", cancel);
      release?.();
    };
  }

  #request(method: string, args: CallArguments, options: CallOptions): CallRequest {
    const { settings, parent } = {
      settings: this.#settings,
      parent: options.parent ?? currentContext(),
    };
    const remainingMs = parent?.remainingMs ?? Infinity;
    const positional = isPositional(args) ? args : NO_ARGS;
    const input = inputOf(positional);
    return {
      method,
      args: input === undefined ? positional : positional.with(input.index, null),
      timeoutMs: Math.min(
        duration("timeoutMs", options.timeoutMs, settings.timeoutMs),
        remainingMs,
      ),
      idleTimeoutMs: duration("idleTimeoutMs", options.idleTimeoutMs, settings.idleTimeoutMs),
      totalTimeoutMs: Math.min(
        duration("totalTimeoutMs", options.totalTimeoutMs, settings.totalTimeoutMs),
        remainingMs,
      ),
      idempotent: options.idempotent === true,
      input: input?.source,
      options: wireOptions(
        options.headers === undefined
          ? settings.headers
          : { ...settings.headers, ...options.headers },
        args === positional ? options.named : (args as Readonly<Record<string, unknown>>),
        input?.index,
      ),
    };
  }
}

const NO_OPTIONS: CallOptions = {};
const NO_ARGS: readonly unknown[] = [];

function isPositional(args: CallArguments): args is readonly unknown[] {
  return Array.isArray(args);
}

/**
 * Checks a duration in ms and resolves it to its default; 0 and `Infinity` are none.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function duration(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  if (typeof given !== "number" || !(given >= 0)) {
    throw new UsageError("USAGE_OPTION", `expected ${name} in ms, 0 or more, got ${String(given)}`);
  }
  return given === 0 ? Infinity : given;
}

function wireOptions(
  headers: Headers | undefined,
  named: Readonly<Record<string, unknown>> | undefined,
  inputIndex: number | undefined,
): RequestOptions | undefined {
  if (headers === undefined && named === undefined && inputIndex === undefined) return undefined;
  return {
    ...(headers !== undefined && { headers }),
    ...(named !== undefined && { named }),
    ...(inputIndex !== undefined && { inputIndex }),
  };
}

/** The argument that is a stream, if any. */
function inputOf(
  args: readonly unknown[],
): { readonly index: number; readonly source: PumpSource } | undefined {
  let found: { readonly index: number; readonly source: PumpSource } | undefined;
  for (let index = 0; index < args.length; index++) {
    const source = streamOf(args[index]);
    if (source === undefined) continue;
    if (found !== undefined) {
      throw new UsageError(
        "USAGE_ARGUMENTS",
        `expected at most one stream among the arguments, got them at ${found.index} and ${index}`,
      );
    }
    found = { index, source };
  }
  return found;
}

function abortedError(method: string, signal: AbortSignal, mayHaveRun: boolean): RpcError {
  const reason: unknown = signal.reason;
  const { status, message } = toFailure(reason, false);
  return new RpcError(status === "unknown" ? "cancelled" : status, message || "cancelled", {
    method,
    mayHaveRun,
    cause: reason,
  });
}

/** What an interceptor answered, for who iterates: a value is the end of an empty stream. */
function asGenerator(answer: unknown): AsyncGenerator<unknown, unknown, unknown> {
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    const iterable = answer as AsyncIterable<unknown>;
    return "next" in iterable
      ? (iterable as AsyncGenerator<unknown, unknown, unknown>)
      : iterate(iterable);
  }
  return endWith(answer);
}

async function* iterate(items: AsyncIterable<unknown>): AsyncGenerator<unknown, unknown, unknown> {
  return yield* items;
}

// A generator without items is the point.
// oxlint-disable-next-line require-yield
async function* endWith(value: unknown): AsyncGenerator<unknown, unknown, unknown> {
  return value;
}

// oxlint-disable-next-line require-yield
async function* failedStream(error: RpcError): AsyncGenerator<unknown, unknown, unknown> {
  throw error;
}
