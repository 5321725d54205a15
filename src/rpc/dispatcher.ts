/**
 * The dispatcher: from a request to its handler and from what the handler gives to an answer.
 *
 * Handlers run at once while fewer than `poolSize` are running, and wait in a bounded queue
 * otherwise. What waits too long is never run.
 *
 * @module
 */

import { nearestNames } from "../base/nearest.ts";
import { countMismatch, placeNamed } from "./arguments.ts";
import { exchangeContext } from "./context.ts";
import type { Failure } from "./errors.ts";
import { intercept, type InterceptedCall, type Interceptor } from "./interceptor.ts";
import type { Method } from "./method.ts";
import { isThenable, Pump, streamOf } from "./pump.ts";
import type { ServerCall } from "./server-call.ts";

/** What a dispatcher needs to know. */
export interface DispatcherSettings {
  /** Finds the method that a call names. */
  readonly find: (call: ServerCall) => Method | undefined;
  /** The names to suggest from when a method is not found. */
  readonly names: () => readonly string[];
  readonly interceptors: readonly Interceptor[];
  /** How many handlers may run at once. */
  readonly poolSize: number;
  /** How many calls may wait for a handler. */
  readonly maxQueuedCalls: number;
}

/** A call whose handler may run. */
interface Ready {
  readonly call: ServerCall;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** Runs handlers. */
export class Dispatcher {
  readonly #settings: DispatcherSettings;
  #running = 0;
  #waiting: Ready[] = [];

  constructor(settings: DispatcherSettings) {
    this.#settings = settings;
  }

  /** Handlers that run. */
  get running(): number {
    return this.#running;
  }

  /** Calls that wait for a handler. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Finds the method, matches the arguments, and runs the handler or lets the call wait. */
  dispatch(call: ServerCall): void {
    const before = call.options?.after?.call as ServerCall | undefined;
    if (before?.state === "open") {
      (before.followers ??= []).push(call);
      return;
    }
    const method = this.#settings.find(call);
    if (method === undefined) {
      call.session.fail(call, this.#unknownMethod(call.method));
      return;
    }
    const args = this.#match(call, method);
    if (args === undefined) return;
    const { poolSize, maxQueuedCalls } = this.#settings;
    if (this.#running < poolSize) this.#run(call, method, args);
    else if (this.#waiting.length < maxQueuedCalls) this.#waiting.push({ call, method, args });
    else {
      call.session.fail(call, {
        status: "resource_exhausted",
        name: "RpcError",
        message:
          `expected at most maxQueuedCalls = ${maxQueuedCalls} calls to wait for one of` +
          ` poolSize = ${poolSize} handlers, got one more`,
        mayHaveRun: false,
      });
    }
  }

  /** Takes note that a call which was running is over, and starts one that waits. */
  finished(call: ServerCall): void {
    for (const follower of call.followers ?? []) {
      if (follower.state === "open") this.dispatch(follower);
    }
    if (!call.running) return;
    call.running = false;
    this.#running--;
    while (this.#running < this.#settings.poolSize) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      // Whoever asked may have given up while it waited.
      if (next.call.state === "open") this.#run(next.call, next.method, next.args);
    }
  }

  #match(call: ServerCall, method: Method): readonly unknown[] | undefined {
    const { named, inputIndex } = call.options ?? NO_OPTIONS;
    let { args } = call;
    if (named !== undefined) {
      const placed = placeNamed(method, args, named);
      if (placed.type === "mismatch") {
        call.session.fail(call, placed.failure);
        return undefined;
      }
      args = placed.args;
    }
    const mismatch = countMismatch(method, args.length);
    if (mismatch !== undefined) {
      call.session.fail(call, mismatch);
      return undefined;
    }
    if (inputIndex === undefined || inputIndex < 0 || inputIndex >= args.length) return args;
    return args.with(inputIndex, call.session.openInput(call));
  }

  #run(call: ServerCall, method: Method, args: readonly unknown[]): void {
    call.running = true;
    this.#running++;
    const outer = exchangeContext(call);
    try {
      const { interceptors } = this.#settings;
      const result =
        interceptors.length === 0
          ? invoke(method, call, args)
          : this.#intercepted(call, method, args);
      if (isThenable(result)) settleLater(call, result);
      else settle(call, result);
    } catch (error) {
      call.session.failWith(call, error);
    } finally {
      exchangeContext(outer);
    }
  }

  #intercepted(call: ServerCall, method: Method, args: readonly unknown[]): Promise<unknown> {
    const seen: InterceptedCall = {
      side: "server",
      method: call.method,
      args,
      headers: call.headers,
      context: call,
    };
    return intercept(this.#settings.interceptors, seen, (passed) => {
      const outer = exchangeContext(call);
      try {
        return invoke(method, call, passed.args);
      } finally {
        exchangeContext(outer);
      }
    });
  }

  #unknownMethod(name: string): Failure {
    const near = nearestNames(name, this.#settings.names());
    const hint =
      near.length === 0 ? "" : `; did you mean ${near.map((n) => `"${n}"`).join(" or ")}?`;
    return {
      status: "unimplemented",
      name: "NameError",
      message: `the service has no method "${name}"${hint}`,
      unknownMethod: name,
      mayHaveRun: false,
    };
  }
}

const NO_OPTIONS: NonNullable<ServerCall["options"]> = {};

function invoke(method: Method, call: ServerCall, args: readonly unknown[]): unknown {
  return method.invoke(method.wantsContext ? [call, ...args] : args);
}

function settleLater(call: ServerCall, result: PromiseLike<unknown>): void {
  result.then(
    (value) => settle(call, value),
    (error: unknown) => call.session.failWith(call, error),
  );
}

/** Answers a call with what its handler gave: a value, or a stream of items. */
function settle(call: ServerCall, result: unknown): void {
  const source = streamOf(result);
  if (source === undefined) {
    call.session.reply(call, result);
    return;
  }
  const pump = new Pump(source, call, call.credit);
  if (!call.session.beginStream(call)) {
    // The caller left while the handler was preparing its stream, or cannot read one.
    pump.close();
    return;
  }
  call.pump = pump;
  pump.run();
}
