/**
 * What a client's method returns: a promise of the result that is also the stream of its items.
 *
 * Only the answer tells whether a remote method streams, so one object is both: `await` it for a
 * value, iterate over it for items. Awaiting a call whose method streams gives the stream.
 *
 * @module
 */

import type { CallOutcome } from "./client-call.ts";

/** A stream of items, or the promise of one. */
export type StreamSource =
  | AsyncGenerator<unknown, unknown, unknown>
  | Promise<AsyncGenerator<unknown, unknown, unknown>>;

type Settle = (value: unknown) => void;

let takenResolve: Settle | undefined;
let takenReject: Settle | undefined;

/** One executor for all calls: a promise runs it before its constructor returns. */
function take(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  takenResolve = resolve as Settle;
  takenReject = reject;
}

/** A call that was made. */
export class Call<T = unknown> extends Promise<T> implements AsyncGenerator<unknown, T, unknown> {
  #source: { readonly stream: StreamSource } | undefined = undefined;
  /** Kept, as its call lets go of it. */
  #stream: StreamSource | undefined = undefined;

  constructor() {
    super(take);
  }

  /** Says where the items come from. Used by who performs the call, once. */
  static attach(call: Call, source: { readonly stream: StreamSource }): void {
    call.#source = source;
  }

  /** Takes the next item; see `RemoteStream.next`. */
  next(value?: unknown): Promise<IteratorResult<unknown, T>> {
    return this.#use((stream) => stream.next(value));
  }

  /** Throws at the handler's `yield`; see `RemoteStream.throw`. */
  throw(error: unknown): Promise<IteratorResult<unknown, T>> {
    return this.#use((stream) => stream.throw(error));
  }

  /** Ends the handler's generator; see `RemoteStream.return`. */
  return(value?: unknown): Promise<IteratorResult<unknown, T>> {
    return this.#use((stream) => stream.return(value));
  }

  /** Reads with the peer running ahead; see `RemoteStream`. */
  [Symbol.asyncIterator](): AsyncGenerator<unknown, T, unknown> {
    const stream = this.#open();
    const iterator =
      stream instanceof Promise ? iterateLater(stream) : stream[Symbol.asyncIterator]();
    return iterator as AsyncGenerator<unknown, T, unknown>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #use(
    step: (
      stream: AsyncGenerator<unknown, unknown, unknown>,
    ) => Promise<IteratorResult<unknown, unknown>>,
  ): Promise<IteratorResult<unknown, T>> {
    const stream = this.#open();
    const result = stream instanceof Promise ? stream.then(step) : step(stream);
    return result as Promise<IteratorResult<unknown, T>>;
  }

  /** Who iterates hears of a failure there, so the promise must not count as unhandled. */
  #open(): StreamSource {
    this.then(undefined, () => undefined);
    if (this.#source === undefined) throw new TypeError("the call was never attached");
    return (this.#stream ??= this.#source.stream);
  }
}

// What `then` makes of a call is a plain promise, and `await` takes a call without wrapping it.
void Object.defineProperty(Call.prototype, "constructor", { value: Promise });

/** Makes a call, and the outcome that settles it. */
export function makeCall(): { readonly call: Call; readonly outcome: CallOutcome } {
  const call = new Call();
  const outcome = { resolve: takenResolve as Settle, reject: takenReject as Settle };
  takenResolve = undefined;
  takenReject = undefined;
  return { call, outcome };
}

async function* iterateLater(
  stream: Promise<AsyncGenerator<unknown, unknown, unknown>>,
): AsyncGenerator<unknown, unknown, unknown> {
  return yield* await stream;
}
