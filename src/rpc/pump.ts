/**
 * The sending end of a stream: takes items out of an iterator as fast as credit and wire allow.
 *
 * The same on both sides: a server pumps what a handler yields, a client what it gives as an
 * argument. A sync iterator runs in the caller's turn as long as there is credit; an async one costs
 * one promise per item, which is its own.
 *
 *     waiting --open--> idle <--> stepping
 *        any --end, error, close--> closed
 *
 * @module
 */

import { type CallContext, exchangeContext } from "./context.ts";

/** Where items go. */
export interface PumpTarget {
  /** The wire is behind; {@link Pump.run} is called again when it has caught up. */
  readonly blocked: boolean;
  item(value: unknown): void;
  end(value: unknown): void;
  fail(error: unknown): void;
  /** The source is done with: it has ended, failed, or finished its cleaning up. Called once. */
  over(): void;
}

/** Under which a source hears of steps ahead. No name: iterators are of the user, who may have any. */
export const AHEAD: unique symbol = Symbol("ahead");

/** The part of sync and async iterators and generators that a pump uses. */
export interface PumpSource {
  next(value?: unknown): unknown;
  return?(value?: unknown): unknown;
  throw?(error?: unknown): unknown;
  /**
   * So many steps without a value are certain to come next, unless the consumer leaves: a source that
   * is far away can ask for them together.
   */
  [AHEAD]?(items: number): void;
}

/** One step of the source that the peer asked for. */
type Step =
  | { readonly type: "next"; readonly value: unknown }
  | { readonly type: "throw"; readonly error: unknown };

/** What the peer asked for behind a step that still waits. */
type Waiting = Step | { readonly type: "credit"; items: number };

/**
 * How many steps with a value or an error, and grants between them, may wait for a source. A
 * peer that sends more gets `resource_exhausted`.
 */
export const MAX_WAITING_STEPS = 1024;

/** Pumps one iterator into one target. */
export class Pump {
  readonly #target: PumpTarget;
  readonly #context: CallContext | undefined;
  #source: PumpSource | undefined;
  #credit: number;
  /** Steps with a value or an error, and the credit that came between them; all behind `#credit`. */
  #waiting: Waiting[] = [];
  #state: "waiting" | "idle" | "stepping" | "closed" = "waiting";
  /** The source's own code is running in this turn, so it cannot be closed before it returns. */
  #inside = false;
  #returnValue: unknown = undefined;

  /**
   * @param free - items that may go before any credit is granted
   * @param context - what `callContext()` gives inside of the source
   */
  constructor(target: PumpTarget, free: number, context?: CallContext) {
    this.#target = target;
    this.#credit = free;
    this.#context = context;
  }

  /** Gives the source and starts. What was granted and asked for before is not lost. */
  open(source: PumpSource): void {
    this.#source = source;
    if (this.#state === "closed") {
      // The consumer left while the source was being prepared.
      this.#returnSource();
      return;
    }
    this.#state = "idle";
    this.#announce(this.#credit);
    this.run();
  }

  /** Adds credit and goes on. */
  grant(items: number): void {
    const last = this.#waiting.at(-1);
    if (last === undefined) {
      this.#credit += items;
      this.#announce(items);
    } else if (last.type === "credit") last.items += items;
    else this.#waiting.push({ type: "credit", items });
    this.run();
  }

  /**
   * Takes one step with a value, as `generator.next(value)` does. It brings its own credit.
   *
   * @returns `false` when {@link MAX_WAITING_STEPS} wait already
   */
  next(value: unknown): boolean {
    return this.#step({ type: "next", value });
  }

  /** Takes one step with an error, as `generator.throw(error)` does. Otherwise like `next`. */
  throw(error: unknown): boolean {
    return this.#step({ type: "throw", error });
  }

  /** Ends the source early, as `generator.return(value)` does. Nothing more reaches the target. */
  close(value?: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#waiting = [];
    this.#returnValue = value;
    if (this.#source !== undefined && !this.#inside) this.#returnSource();
  }

  /** Lets the source go as it is, for another pump. Nothing more reaches the target. */
  release(): void {
    this.#state = "closed";
    this.#waiting = [];
    this.#source = undefined;
  }

  /** Goes on as far as credit, wire and source allow. */
  run(): void {
    while (this.#state === "idle" && !this.#target.blocked) {
      const step = this.#takeStep();
      if (step === undefined) return;
      this.#state = "stepping";
      try {
        const result = this.#advance(step);
        if (isThenable(result)) {
          // A native promise comes out of `resolve` as it is; another thenable cannot settle twice.
          Promise.resolve(result).then(this.#onResult, this.#onError);
          return;
        }
        this.#settle(result);
      } catch (error) {
        this.#failed(error);
        return;
      }
    }
  }

  readonly #onResult = (result: unknown): void => {
    try {
      this.#settle(result);
    } catch (error) {
      this.#failed(error);
    }
    this.run();
  };

  readonly #onError = (error: unknown): void => {
    this.#failed(error);
  };

  #step(step: Step): boolean {
    if (this.#waiting.length >= MAX_WAITING_STEPS) return false;
    if (this.#state !== "closed") this.#waiting.push(step);
    this.run();
    return true;
  }

  #takeStep(): Step | undefined {
    // Without credit, in protocols that have none, every step with a value goes first.
    if (this.#credit <= 0 || this.#credit === Infinity) {
      const waiting = this.#waiting.shift();
      if (waiting?.type === "credit") {
        this.#credit += waiting.items;
        this.#announce(waiting.items);
      } else if (waiting !== undefined) return waiting;
    }
    if (this.#credit <= 0) return undefined;
    this.#credit--;
    return PLAIN_STEP;
  }

  /** Lets the source know of steps that nothing can come in front of. */
  #announce(items: number): void {
    if (this.#state === "closed" || items === 0 || this.#credit === Infinity) return;
    this.#source?.[AHEAD]?.(items);
  }

  /** Lets the source take one step, and closes it if that was asked for from inside. */
  #advance(step: Step): unknown {
    const source = this.#source as PumpSource;
    const outer = this.#context === undefined ? undefined : exchangeContext(this.#context);
    this.#inside = true;
    try {
      if (step.type === "next") return source.next(step.value);
      if (source.throw === undefined) {
        void this.#quietlyReturn();
        throw step.error;
      }
      return source.throw(step.error);
    } finally {
      this.#inside = false;
      if (this.#context !== undefined) exchangeContext(outer);
      if (this.#closed()) this.#returnSource();
    }
  }

  #closed(): boolean {
    return this.#state === "closed";
  }

  #settle(result: unknown): void {
    if (this.#state === "closed") return;
    if (typeof result !== "object" || result === null) {
      throw new TypeError(`expected an iterator's result to be an object, got ${typeof result}`);
    }
    const { done, value } = result as IteratorResult<unknown, unknown>;
    if (done === true) {
      this.#state = "closed";
      this.#target.end(value);
      this.#target.over();
    } else {
      this.#target.item(value);
      // Only now: a link that has room again has this run while it takes the item.
      if (!this.#closed()) this.#state = "idle";
    }
  }

  #failed(error: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#target.fail(error);
    this.#target.over();
  }

  /** Lets the source clean up. There is nobody left to tell what its `finally` blocks throw. */
  #returnSource(): void {
    const returned = this.#quietlyReturn();
    const over = (): void => this.#target.over();
    if (returned === undefined) over();
    else returned.then(over, over);
  }

  #quietlyReturn(): Promise<unknown> | undefined {
    try {
      const returned = this.#source?.return?.(this.#returnValue);
      return isThenable(returned) ? Promise.resolve(returned) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Closes a stream that nobody is going to read. */
export function discard(source: PumpSource): void {
  const pump = new Pump(NOWHERE, 0);
  pump.close();
  pump.open(source);
}

const NOWHERE: PumpTarget = {
  blocked: true,
  item: () => undefined,
  end: () => undefined,
  fail: () => undefined,
  over: () => undefined,
};

const PLAIN_STEP: Step = { type: "next", value: undefined };

/** Whether `value` has to be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/**
 * The iterator behind a value that is a stream: async iterables, and iterators themselves, such as
 * what a generator function returns. Arrays, maps, sets and text are values, not streams.
 */
export function streamOf(value: unknown): PumpSource | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Symbol.asyncIterator in value) {
    return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  }
  if (Symbol.iterator in value && "next" in value && typeof value.next === "function") {
    return value as unknown as PumpSource;
  }
  return undefined;
}
