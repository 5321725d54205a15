/**
 * A remote stream as a generator that blocks.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import { carryError } from "./carried-error.ts";
import type { StreamCommand, Taken } from "./commands.ts";
import type { SyncConnection } from "./sync-connection.ts";
import type { SyncStream } from "./sync-client-of.ts";

type Result = IteratorResult<unknown, unknown>;

/** The stream that a blocking call gives. */
export class SyncRemoteStream implements SyncStream<unknown> {
  readonly #connection: SyncConnection;
  readonly #id: number;
  readonly #idleMs: number;
  #pace: "undecided" | "ahead" | "step" = "undecided";
  /** Items that have come and were not read, and what ends the stream behind them. */
  #items: unknown[] = [];
  #end: Taken["end"];
  #over = false;

  constructor(connection: SyncConnection, id: number, idleMs: number) {
    this.#connection = connection;
    this.#id = id;
    this.#idleMs = idleMs;
  }

  /**
   * Takes the next item.
   *
   * @param value - what the handler's `yield` gives; that of the first call goes nowhere
   * @throws {RpcError} what has ended the stream, once; `deadline_exceeded` after `idleTimeoutMs`
   */
  next(value?: unknown): Result {
    const waitMs = this.#idleMs;
    if (this.#pace !== "ahead") {
      this.#pace = "step";
      return this.#step({ type: "next", value, waitMs });
    }
    if (value !== undefined) {
      const message = "next(value) cannot reach a handler that runs ahead of a for loop";
      throw new UsageError("USAGE_STATE", `${message}; read the stream with next() alone`);
    }
    return this.#step({ type: "take", waitMs });
  }

  /**
   * Throws at the handler's `yield`, and takes what the handler makes of it. A stream that has not
   * started, or whose peer runs ahead, ends, and the error comes back.
   */
  throw(error: unknown): Result {
    if (this.#over || this.#pace !== "step") {
      this.return();
      throw error;
    }
    return this.#step({ type: "throw", error: carryError(error), waitMs: this.#idleMs });
  }

  /** Ends the handler's generator, so that its `finally` blocks run there, and this stream. */
  return(value?: unknown): Result {
    this.#items = [];
    if (!this.#over && this.#end === undefined) {
      this.#connection.step(this.#id, { type: "return", value });
    }
    this.#over = true;
    return { done: true, value };
  }

  /** Lets the peer run ahead, within the window, unless steps have been taken. */
  [Symbol.iterator](): this {
    if (this.#pace === "undecided") this.#pace = "ahead";
    return this;
  }

  [Symbol.dispose](): void {
    this.return();
  }

  #step(command: StreamCommand): Result {
    if (this.#over) return { done: true, value: undefined };
    if (this.#items.length === 0 && this.#end === undefined) {
      const { items, end } = this.#connection.step(this.#id, command);
      this.#items = items.toReversed();
      this.#end = end;
    }
    if (this.#items.length > 0) return { done: false, value: this.#items.pop() };
    this.#over = true;
    const end = this.#end;
    if (end?.type === "error") throw this.#connection.revive(end.error);
    return { done: true, value: end?.value };
  }
}

// So that the platform's own `map`, `take` and the like are there where iterators have them.
const arrayIterator: unknown = Object.getPrototypeOf([][Symbol.iterator]());
Object.setPrototypeOf(SyncRemoteStream.prototype, Object.getPrototypeOf(arrayIterator) as object);
