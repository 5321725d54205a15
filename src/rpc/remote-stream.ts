/**
 * The stream that a remote method answers with, as an async generator.
 *
 * It can be read in two ways, which differ in who sets the pace. `for await` lets the peer run ahead
 * within a window of credit. Calling `next(value)`, `throw` and `return` goes step by step, so that
 * each of them arrives at the handler's `yield` as it would in one process.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { ItemQueue } from "./item-queue.ts";

/** What a stream asks of its call. */
export interface StreamControl {
  readonly queue: ItemQueue;
  /** The first item comes without being asked for. */
  readonly firstItemIsFree: boolean;
  /** The peer runs ahead of nobody: every item is a step. */
  readonly lockstep: boolean;
  /** Lets the peer run ahead from now on. */
  prefetch(): void;
  /** Asks the peer for one more item, giving `value` to its `yield`. */
  step(value: unknown): void;
  /** Throws `error` at the peer's `yield`. */
  raise(error: unknown): void;
  /** Ends the peer's generator; `value` is what it returns. */
  finish(value: unknown): void;
}

/** A remote generator. */
export class RemoteStream implements AsyncGenerator<unknown, unknown, unknown> {
  readonly #control: StreamControl;
  #pace: "undecided" | "prefetch" | "step" = "undecided";

  constructor(control: StreamControl) {
    this.#control = control;
  }

  /**
   * Takes the next item.
   *
   * Rejects with the `RpcError` that ended the stream, once.
   *
   * @param value - what the handler's `yield` gives; that of the first call goes nowhere, as with
   *   any generator
   */
  next(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    const { queue } = this.#control;
    if (this.#pace === "prefetch") {
      if (value !== undefined) return Promise.reject(paceError());
      return queue.next();
    }
    const first = this.#pace === "undecided";
    this.#pace = "step";
    if (!(first && this.#control.firstItemIsFree) && !queue.ended) this.#control.step(value);
    return queue.next();
  }

  /**
   * Throws `error` at the handler's `yield` and takes what the handler makes of it.
   *
   * A stream that has not started, or whose peer runs ahead, has no `yield` to throw at: it ends, its
   * handler's generator with it, and the error comes back, as from a generator that catches nothing.
   */
  throw(error: unknown): Promise<IteratorResult<unknown, unknown>> {
    const { queue } = this.#control;
    if (queue.ended) return Promise.reject(error);
    if (this.#pace === "step") {
      this.#control.raise(error);
      return queue.next();
    }
    return this.return().then(() => {
      throw error;
    });
  }

  /**
   * Ends the handler's generator, so that its `finally` blocks run there, and this stream at once.
   * What is still on its way is dropped.
   */
  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    if (!this.#control.queue.ended) this.#control.finish(value);
    return this.#control.queue.return(value);
  }

  /** Reads with the peer running ahead, where its protocol lets it. */
  [Symbol.asyncIterator](): this {
    if (this.#pace === "undecided" && !this.#control.lockstep) {
      this.#pace = "prefetch";
      this.#control.prefetch();
    }
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Whether what a call resolved with is a stream. */
export function isStream(value: unknown): value is RemoteStream {
  return value instanceof RemoteStream;
}

function paceError(): UsageError {
  return new UsageError(
    "USAGE_STATE",
    "next(value) cannot reach a handler that runs ahead of for await; read the stream with next() alone",
  );
}
