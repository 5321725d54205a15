/**
 * From what a user asks for to a call: options, signals, the call that a handler is serving, and
 * interceptors.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { onAbort } from "./abort-watch.ts";
import { Call, makeCall } from "./call.ts";
import type { ClientCall, CallRequest } from "./client-call.ts";
import type { ClientCore } from "./client.ts";
import { type CallContext, currentContext } from "./context.ts";
import { RpcError, toFailure } from "./errors.ts";
import { intercept, type InterceptedCall, type Interceptor } from "./interceptor.ts";
import { checkOptions, duration, MAX_REQUEST_ID } from "./limits.ts";
import type { Headers, RequestOptions } from "./packet.ts";
import { discard, type PumpSource, streamOf } from "./pump.ts";

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
   * The method may run twice: if the peer is lost before it has answered, the call is sent again, to
   * another peer or to the same one. A server that still has it runs it once.
   *
   * @default false
   */
  readonly idempotent?: boolean;
  /**
   * Names the request, 1 to 256 characters: if the connection is lost before the answer came, the
   * server's process is asked for the outcome when it is there again, and nothing runs twice. A later
   * call of the same method with the same id gets the same outcome as long as the server remembers
   * it. So there is one id for each thing to do. In the zerorpc dialect alone.
   *
   * @default none; calls that are `idempotent` get one of their own
   */
  readonly requestId?: string;
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

/** What a caller gives its calls to: a client, or a batch. */
export type CallStarter = Pick<ClientCore, "start" | "cancel">;

/** Makes the calls of one client. */
export class Caller {
  readonly #core: CallStarter;
  readonly #settings: CallerSettings;

  constructor(core: CallStarter, settings: CallerSettings) {
    this.#core = core;
    this.#settings = settings;
  }

  /** Makes a call. @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`, `USAGE_OPTION` */
  call(method: string, args: CallArguments, options: CallOptions = NO_OPTIONS): Call {
    return this.#call(method, args, options, false);
  }

  /**
   * Makes a call that nobody answers. It need not be awaited: a failure that nobody waits for is no
   * unhandled rejection.
   *
   * @returns resolves when a peer has been given the request; rejects if none took it in time
   */
  notify(method: string, args: CallArguments, options: CallOptions = NO_OPTIONS): Promise<void> {
    const call = this.#call(method, args, options, true);
    call.then(undefined, () => undefined);
    return call as Promise<void>;
  }

  #call(method: string, args: CallArguments, options: CallOptions, oneWay: boolean): Call {
    checkArguments(method, args);
    if (options !== NO_OPTIONS) {
      checkOptions("call option", options, CALL_OPTIONS);
      checkSignal(options.signal);
      checkRequestId(options.requestId);
    }
    const { headers } = this.#settings;
    const merged = options.headers === undefined ? headers : { ...headers, ...options.headers };
    if (this.#settings.interceptors.length === 0) {
      return this.#perform(this.#request(method, args, options, merged), options, oneWay);
    }
    const named = isPositional(args) ? options.named : args;
    const seen: InterceptedCall = {
      side: "client",
      method,
      args: isPositional(args) ? args : NO_ARGS,
      headers: merged ?? {},
      ...(named !== undefined && { named }),
    };
    return this.#intercepted(seen, options, oneWay);
  }

  #intercepted(seen: InterceptedCall, options: CallOptions, oneWay: boolean): Call {
    // Known here and not behind the first await of an interceptor.
    const parent = options.parent ?? currentContext();
    const answer = intercept(this.#settings.interceptors, seen, (passed) => {
      const { method, args, headers, named } = passed;
      const given: CallOptions = {
        ...options,
        ...(parent !== undefined && { parent }),
        ...(named !== undefined && { named }),
      };
      return this.#perform(this.#request(method, args, given, headers), given, oneWay);
    });
    const { call, outcome } = makeCall();
    answer.then(outcome.resolve, outcome.reject);
    let stream: Promise<AsyncGenerator<unknown, unknown, unknown>> | undefined;
    Call.attach(call, {
      get stream() {
        if (stream === undefined) {
          stream = answer.then(asGenerator);
          // Who iterates hears of it by iterating.
          stream.then(undefined, () => undefined);
        }
        return stream;
      },
    });
    return call;
  }

  #perform(request: CallRequest, options: CallOptions, oneWay: boolean): Call {
    const { call, outcome } = makeCall();
    const parent = options.parent ?? currentContext();
    const error = endedBefore(request.method, options.signal, parent);
    if (error !== undefined) {
      if (request.input !== undefined) discard(request.input);
      outcome.reject(error);
      Call.attach(call, { stream: failedStream(error) });
      return call;
    }
    const asked = oneWay ? { ...request, options: { ...request.options, oneWay } } : request;
    const started = this.#core.start(asked, outcome);
    Call.attach(call, started);
    if (started.state === "closed") return call;
    if (options.signal !== undefined) this.#follow(started, options.signal);
    if (parent !== undefined) this.#follow(started, parent.signal);
    return call;
  }

  /** Cancels a call when a signal aborts, and forgets the signal when the call is over. */
  #follow(call: ClientCall, signal: AbortSignal): void {
    const cancel = (): void => {
      const mayHaveRun = call.state !== "waiting" || call.mayHaveRun;
      this.#core.cancel(call, abortedError(call.request.method, signal, mayHaveRun));
    };
    const forget = onAbort(signal, cancel);
    const { release } = call;
    call.release = () => {
      forget();
      release?.();
    };
  }

  #request(
    method: string,
    args: CallArguments,
    options: CallOptions,
    headers: Headers | undefined,
  ): CallRequest {
    const settings = this.#settings;
    const parent = options.parent ?? currentContext();
    const remainingMs = parent?.remainingMs ?? Infinity;
    const positional = isPositional(args) ? args : NO_ARGS;
    const timeoutMs = callDuration("timeoutMs", options.timeoutMs, settings.timeoutMs);
    const idleTimeoutMs = callDuration(
      "idleTimeoutMs",
      options.idleTimeoutMs,
      settings.idleTimeoutMs,
    );
    const totalMs = callDuration("totalTimeoutMs", options.totalTimeoutMs, settings.totalTimeoutMs);
    const input = inputOf(positional);
    return {
      method,
      args: input === undefined ? positional : positional.with(input.index, null),
      timeoutMs: Math.min(timeoutMs, remainingMs),
      idleTimeoutMs,
      totalTimeoutMs: Math.min(totalMs, remainingMs),
      idempotent: options.idempotent === true,
      input: input?.source,
      options: wireOptions(
        headers,
        args === positional ? options.named : (args as Readonly<Record<string, unknown>>),
        input?.index,
        options.requestId,
      ),
    };
  }
}

const NO_OPTIONS: CallOptions = {};
const NO_ARGS: readonly unknown[] = [];

/** The names of {@link CallOptions}. */
const CALL_OPTIONS: Readonly<Record<keyof CallOptions, true>> = {
  timeoutMs: true,
  idleTimeoutMs: true,
  totalTimeoutMs: true,
  signal: true,
  named: true,
  headers: true,
  parent: true,
  idempotent: true,
  requestId: true,
};

function checkArguments(method: unknown, args: unknown): void {
  if (typeof method !== "string") {
    const got = typeof method;
    throw new UsageError("USAGE_ARGUMENTS", `expected the name of a method, got ${got}`);
  }
  if (typeof args === "object" && args !== null) return;
  throw new UsageError(
    "USAGE_ARGUMENTS",
    `expected arguments in an array, or by name in an object, got ${args === null ? "null" : typeof args}`,
  );
}

/** Checked before anything is sent: a call that nobody can cancel would go on alone. */
function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  if (typeof signal === "object" && signal !== null && "aborted" in signal) return;
  throw new UsageError(
    "USAGE_OPTION",
    "expected signal to be an AbortSignal, such as the signal of an AbortController",
  );
}

function checkRequestId(requestId: unknown): void {
  if (requestId === undefined) return;
  const length = typeof requestId === "string" ? requestId.length : 0;
  if (length > 0 && length <= MAX_REQUEST_ID) return;
  const got = typeof requestId === "string" ? `one of ${length}` : typeof requestId;
  throw new UsageError(
    "USAGE_OPTION",
    `expected requestId as text of 1 to ${MAX_REQUEST_ID} characters, got ${got}`,
  );
}

/** Why a call ends before it begins, if it does. */
function endedBefore(
  method: string,
  signal: AbortSignal | undefined,
  parent: CallContext | undefined,
): RpcError | undefined {
  if (signal?.aborted === true) return abortedError(method, signal, false);
  if (parent === undefined) return undefined;
  if (parent.signal.aborted) return abortedError(method, parent.signal, false);
  if (parent.remainingMs !== 0) return undefined;
  return new RpcError("deadline_exceeded", `no time is left for the call of "${method}"`, {
    method,
    mayHaveRun: false,
  });
}

function isPositional(args: CallArguments): args is readonly unknown[] {
  return Array.isArray(args);
}

/**
 * Checks a duration in ms and resolves it to its default; 0 and `Infinity` are none.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function callDuration(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  return duration(name, given) || Infinity;
}

function wireOptions(
  headers: Headers | undefined,
  named: Readonly<Record<string, unknown>> | undefined,
  inputIndex: number | undefined,
  requestId: string | undefined,
): RequestOptions | undefined {
  if (
    headers === undefined &&
    named === undefined &&
    inputIndex === undefined &&
    requestId === undefined
  ) {
    return undefined;
  }
  return {
    ...(headers !== undefined && { headers }),
    ...(named !== undefined && { named }),
    ...(inputIndex !== undefined && { inputIndex }),
    ...(requestId !== undefined && { requestId }),
  };
}

/**
 * The argument that is a stream, if any.
 *
 * @throws {UsageError} `USAGE_ARGUMENTS` when there are several
 */
export function inputOf(
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
