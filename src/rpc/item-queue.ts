/**
 * The receiving end of a stream: items that came and nobody has taken yet, as an async iterator.
 *
 * Unbounded by itself: what bounds it is the credit that its owner grants when items are taken.
 *
 * @module
 */

import { BoundedQueue } from "../base/bounded-queue.ts";

/** What the owner of a queue does for its consumer. */
export interface ItemSource {
  /** An item is about to be taken; `unread` more wait. Time to grant credit. */
  consumed(unread: number): void;
  /** The consumer wants no more. */
  abandoned(): void;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<unknown, unknown>) => void;
  readonly reject: (reason: unknown) => void;
}

type Ending =
  | { readonly type: "end"; readonly value: unknown }
  | { readonly type: "error"; readonly error: unknown };

/** Items in order, then one end or one error. */
export class ItemQueue implements AsyncIterableIterator<unknown, unknown, undefined> {
  readonly #source: ItemSource;
  readonly #items = new BoundedQueue<unknown>(Infinity);
  #waiters: Waiter[] = [];
  #ending: Ending | undefined;

  constructor(source: ItemSource) {
    this.#source = source;
  }

  /** Items that wait. */
  get unread(): number {
    return this.#items.length;
  }

  /** Consumers that wait for an item. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Nothing will follow what is already here. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** Adds an item. After the end it is dropped. */
  push(value: unknown): void {
    if (this.#ending !== undefined) return;
    const waiter = this.#waiters.length === 0 ? undefined : this.#waiters.shift();
    if (waiter === undefined) this.#items.push(value);
    else {
      this.#source.consumed(0);
      waiter.resolve({ value, done: false });
    }
  }

  /** Ends the stream behind what waits. Only the first end or error counts. */
  end(value: unknown): void {
    this.#finish({ type: "end", value });
  }

  /** Ends the stream with an error behind what waits. */
  fail(error: unknown): void {
    this.#finish({ type: "error", error });
  }

  /** Ends the stream with an error at once: what waits is dropped. */
  abort(error: unknown): void {
    if (this.#ending !== undefined) return;
    this.#items.clear();
    this.#finish({ type: "error", error });
  }

  next(): Promise<IteratorResult<unknown, unknown>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      this.#source.consumed(this.unread);
      return Promise.resolve({ value, done: false });
    }
    if (this.#ending !== undefined) return this.#takeEnding(this.#ending);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#source.consumed(0);
    });
  }

  /** Drops what waits and tells the owner that no more is wanted. */
  return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    this.#items.clear();
    if (this.#ending === undefined) {
      this.#finish({ type: "end", value: undefined });
      this.#source.abandoned();
    }
    this.#ending = { type: "end", value: undefined };
    return Promise.resolve({ value, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeEnding(ending: Ending): Promise<IteratorResult<unknown, unknown>> {
    // As with a generator, only one reader sees how it ended; later ones see that it did.
    this.#ending = { type: "end", value: undefined };
    return ending.type === "end"
      ? Promise.resolve({ value: ending.value, done: true })
      : Promise.reject(ending.error);
  }

  #finish(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    const [first, ...others] = this.#waiters;
    this.#waiters = [];
    if (first === undefined) return;
    this.#ending = { type: "end", value: undefined };
    if (ending.type === "end") first.resolve({ value: ending.value, done: true });
    else first.reject(ending.error);
    for (const waiter of others) waiter.resolve({ value: undefined, done: true });
  }
}
