/**
 * The sending end of a stream: takes items out of an iterator as fast as credit and wire allow.
 *
 * The same on both sides: a server pumps what a handler yields, a client what it gives as an
 * argument. A sync iterator runs in the caller's turn as long as there is credit; an async one costs
 * one promise per item, which is its own.
 *
 * @module
 */

/** Where items go. */
export interface PumpTarget {
  /** The wire is behind; {@link Pump.run} is called again when it has caught up. */
  readonly blocked: boolean;
  item(value: unknown): void;
  end(value: unknown): void;
  fail(error: unknown): void;
}

/** The part of sync and async iterators and generators that a pump uses. */
export interface PumpSource {
  next(value?: unknown): unknown;
  return?(value?: unknown): unknown;
  throw?(error?: unknown): unknown;
}

/** One step of the source that the peer asked for. */
type Step =
  | { readonly type: "next"; readonly value: unknown }
  | { readonly type: "throw"; readonly error: unknown };

/** Pumps one iterator into one target. */
export class Pump {
  readonly #source: PumpSource;
  readonly #target: PumpTarget;
  #credit: number;
  /** Steps with a value or an error; they come before steps of plain credit. */
  #steps: Step[] = [];
  #state: "idle" | "stepping" | "closed" = "idle";

  /** @param free - items that may go before any credit is granted */
  constructor(source: PumpSource, target: PumpTarget, free: number) {
    this.#source = source;
    this.#target = target;
    this.#credit = free;
  }

  /** Adds credit and goes on. */
  grant(items: number): void {
    this.#credit += items;
    this.run();
  }

  /** Takes one step with a value, as `generator.next(value)` does. It brings its own credit. */
  next(value: unknown): void {
    this.#steps.push({ type: "next", value });
    this.run();
  }

  /** Takes one step with an error, as `generator.throw(error)` does. It brings its own credit. */
  throw(error: unknown): void {
    this.#steps.push({ type: "throw", error });
    this.run();
  }

  /** Ends the source early, as `generator.return(value)` does. Nothing more reaches the target. */
  close(value?: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    try {
      const returned = this.#source.return?.(value);
      // The consumer is gone: there is nobody left to tell what a finally block throws.
      if (isThenable(returned)) returned.then(undefined, () => undefined);
    } catch {
      // The same for a sync iterator.
    }
  }

  /** Goes on as far as credit, wire and source allow. */
  run(): void {
    while (this.#state === "idle" && !this.#target.blocked) {
      const step = this.#takeStep();
      if (step === undefined) return;
      this.#state = "stepping";
      let result: unknown;
      try {
        result = this.#advance(step);
      } catch (error) {
        this.#failed(error);
        return;
      }
      if (isThenable(result)) {
        result.then(this.#onResult, this.#onError);
        return;
      }
      this.#settle(result);
    }
  }

  readonly #onResult = (result: unknown): void => {
    this.#settle(result);
    this.run();
  };

  readonly #onError = (error: unknown): void => {
    this.#failed(error);
  };

  #takeStep(): Step | undefined {
    const step = this.#steps.shift();
    if (step !== undefined) return step;
    if (this.#credit <= 0) return undefined;
    this.#credit--;
    return PLAIN_STEP;
  }

  #advance(step: Step): unknown {
    if (step.type === "next") return this.#source.next(step.value);
    if (this.#source.throw === undefined) throw step.error;
    return this.#source.throw(step.error);
  }

  #settle(result: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "idle";
    const { done, value } = result as IteratorResult<unknown, unknown>;
    if (done === true) {
      this.#state = "closed";
      this.#target.end(value);
    } else this.#target.item(value);
  }

  #failed(error: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#target.fail(error);
  }
}

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
