/**
 * The dispatcher: from a request to its handler and from what the handler gives to an answer.
 *
 * Handlers run at once while fewer than `poolSize` are running, and wait in a bounded queue
 * otherwise, where peers take turns. What waits too long is never run. A handler runs until its promise has settled or its
 * stream is over, also when its caller has left: `poolSize` bounds the work, not the callers.
 *
 * @module
 */

import { nearestNames } from "../base/nearest.ts";
import { countMismatch, placeNamed } from "./arguments.ts";
import { exchangeContext } from "./context.ts";
import type { Failure } from "./errors.ts";
import { FairQueue, type Place } from "./fair-queue.ts";
import { intercept, type InterceptedCall, type Interceptor } from "./interceptor.ts";
import type { Method } from "./method.ts";
import { isThenable, streamOf } from "./pump.ts";
import { Repeats } from "./repeats.ts";
import type { ReplyLimits } from "./reply-cache.ts";
import type { ServerCall } from "./server-call.ts";
import type { ServerSession } from "./server-session.ts";

/** What a dispatcher needs to know. */
export interface DispatcherSettings extends ReplyLimits {
  /** Finds the method that a call names. */
  readonly find: (call: ServerCall) => Method | undefined;
  /** The names to suggest from when a call names no method. */
  readonly names: (call: ServerCall) => readonly string[];
  /**
   * Why a call may not be made, before anything is done for it. Never rejects.
   *
   * @default every call may
   */
  readonly check?:
    | ((
        call: ServerCall,
        method: Method | undefined,
      ) => Failure | undefined | Promise<Failure | undefined>)
    | undefined;
  readonly interceptors: readonly Interceptor[];
  /** A mistake has kept a call from being answered, later than its request's turn. Must not throw. */
  readonly failed: (call: ServerCall, error: unknown) => void;
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
  readonly #waiting = new FairQueue<ServerSession, Ready>();
  readonly #places = new Map<ServerCall, Place<ServerSession, Ready>>();
  readonly #repeats: Repeats;
  /** Calls that waited for another one to be over, while they are dispatched one by one. */
  #ready: ServerCall[] = [];
  /** Waiting calls are being started: a handler that is over at once starts no further one itself. */
  #starting = false;
  #stopped = false;

  constructor(settings: DispatcherSettings) {
    this.#settings = settings;
    this.#repeats = new Repeats(settings);
  }

  /** Handlers that run. */
  get running(): number {
    return this.#running;
  }

  /** Calls that wait for a handler. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Decides whether a call may be made, and sees to it that its handler runs in its turn. */
  dispatch(call: ServerCall): void {
    const { check, find } = this.#settings;
    if (check === undefined) {
      this.#admit(call);
      return;
    }
    const refusal = check(call, find(call));
    if (isThenable(refusal)) this.#decideLater(call, refusal);
    else if (refusal === undefined) this.#admit(call);
    else call.session.fail(call, refusal);
  }

  #decideLater(call: ServerCall, decision: Promise<Failure | undefined>): void {
    // What the caller streams comes meanwhile.
    if (call.options?.inputIndex !== undefined) call.session.openInput(call);
    const decided = (refusal: Failure | undefined): void => {
      if (call.state !== "open" || call.session.expireIfDue(call)) return;
      if (refusal === undefined) this.#admit(call);
      else call.session.fail(call, refusal);
    };
    decision.then(decided).catch((error: unknown) => this.#settings.failed(call, error));
  }

  /** Finds the method, matches the arguments, and runs the handler or lets the call wait. */
  #admit(call: ServerCall): void {
    if (this.#stopped) return;
    const before = call.options?.after?.call as ServerCall | undefined;
    if (before?.state === "open") {
      (before.followers ??= []).push(call);
      return;
    }
    if (!this.#repeats.isFirst(call)) return;
    const method = this.#settings.find(call);
    if (method === undefined) {
      call.session.fail(call, this.#unknownMethod(call));
      return;
    }
    const args = this.#match(call, method);
    if (args !== undefined) this.#start(call, method, args);
  }

  /** Runs the handler at once or lets the call wait for its turn. */
  #start(call: ServerCall, method: Method, args: readonly unknown[]): void {
    const { poolSize, maxQueuedCalls } = this.#settings;
    if (this.#running < poolSize) this.#run(call, method, args);
    else if (this.#waiting.size < maxQueuedCalls || this.#makeRoom(call.session)) {
      this.#places.set(call, this.#waiting.push(call.session, { call, method, args }));
    } else call.session.fail(call, this.#tooMany());
  }

  /** Refuses a call of the peer that has most of them waiting, if that is not the one that wants room. */
  #makeRoom(session: ServerSession): boolean {
    const rival = this.#waiting.rival(session)?.call;
    rival?.session.fail(rival, this.#tooMany());
    return this.#waiting.size < this.#settings.maxQueuedCalls;
  }

  #tooMany(): Failure {
    const { poolSize, maxQueuedCalls } = this.#settings;
    return {
      status: "resource_exhausted",
      name: "RpcError",
      message:
        `expected at most maxQueuedCalls = ${maxQueuedCalls} calls to wait for one of` +
        ` poolSize = ${poolSize} handlers, got one more`,
      mayHaveRun: false,
    };
  }

  /** Lets a call wait no more, and says whether it did. */
  #withdraw(call: ServerCall): boolean {
    if (this.#places.size === 0) return false;
    const place = this.#places.get(call);
    if (place === undefined) return false;
    this.#places.delete(call);
    this.#waiting.remove(place);
    return true;
  }

  /** Takes note that a call has been answered or given up: it waits no more, nor do its followers. */
  closed(call: ServerCall): void {
    const { followers } = call;
    call.followers = undefined;
    this.#withdraw(call);
    if (followers !== undefined) this.#admitAll(followers);
    this.#leave(call);
  }

  /** Takes a call out of those that wait, and its followers too. */
  forget(call: ServerCall): void {
    call.followers = undefined;
    this.#withdraw(call);
    this.#leave(call);
  }

  #leave(call: ServerCall): void {
    const heirs = this.#repeats.leave(call);
    if (heirs !== undefined) this.#admitAll(heirs);
  }

  /** Starts no handler from now on. Who has calls open that wait has to end them. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#places.clear();
    this.#repeats.clear();
  }

  /**
   * Takes note that a handler is over, which may be long after its caller has left, and starts those
   * that wait.
   */
  finished(call: ServerCall): void {
    if (call.runner === undefined) return;
    call.runner = undefined;
    this.#running--;
    if (this.#waiting.size === 0 || this.#starting) return;
    this.#starting = true;
    try {
      this.#startWaiting();
    } finally {
      this.#starting = false;
    }
  }

  #startWaiting(): void {
    while (this.#running < this.#settings.poolSize) {
      const next = this.#waiting.first;
      if (next === undefined) return;
      const { call: waiting, method, args } = next;
      // Its timer may be late: what kept this process busy also kept the timer.
      if (waiting.session.expireIfDue(waiting)) continue;
      this.#waiting.shift();
      this.#places.delete(waiting);
      this.#run(waiting, method, args);
    }
  }

  /** Sees to calls that waited for another one, those too that wait for one of these. */
  #admitAll(calls: Iterable<ServerCall>): void {
    const nested = this.#ready.length > 0;
    for (const call of calls) this.#ready.push(call);
    // One that is over at once adds its own followers here, however long their row is.
    if (nested) return;
    try {
      for (const call of this.#ready) if (call.state === "open") this.#admit(call);
    } finally {
      this.#ready = [];
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
    const input = call.input ?? call.session.openInput(call);
    return input && args.with(inputIndex, input);
  }

  #run(call: ServerCall, method: Method, args: readonly unknown[]): void {
    call.runner = this;
    this.#running++;
    const outer = exchangeContext(call);
    try {
      const { interceptors } = this.#settings;
      const result =
        interceptors.length === 0
          ? invoke(method, call, args)
          : this.#intercepted(call, method, args);
      if (isThenable(result)) {
        // A native promise comes out of `resolve` as it is; another thenable cannot settle twice.
        Promise.resolve(result).then(
          (value) => this.#answer(call, value),
          (error: unknown) => this.#fail(call, error),
        );
      } else this.#answer(call, result);
    } catch (error) {
      this.#fail(call, error);
    } finally {
      exchangeContext(outer);
    }
  }

  /** Answers with what the handler gave: a value, or a stream of items. */
  #answer(call: ServerCall, result: unknown): void {
    try {
      const source = streamOf(result);
      if (source === undefined) {
        call.session.reply(call, result);
        this.#repeats.settle(call, { type: "result", value: result });
        this.finished(call);
      } else {
        this.#repeats.turnAway(call);
        call.stream(source);
      }
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #fail(call: ServerCall, error: unknown): void {
    try {
      call.session.failWith(call, error);
      // What has not run has no outcome: who sends it again may have more luck.
      if (call.isRefusal(error)) this.#admitAll(this.#repeats.disown(call));
      else this.#repeats.settle(call, { type: "failure", error });
    } catch (mistake) {
      this.#settings.failed(call, mistake);
    }
    this.finished(call);
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
      call.headers = passed.headers;
      const outer = exchangeContext(call);
      try {
        return invoke(method, call, passed.args);
      } finally {
        exchangeContext(outer);
      }
    });
  }

  #unknownMethod(call: ServerCall): Failure {
    const name = call.method;
    const near = nearestNames(name, this.#settings.names(call));
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
