/**
 * A remote stream that a blocking caller reads, in the thread of connections.
 *
 * What has come already goes to the caller in one answer, up to {@link MAX_TAKEN_ITEMS}: crossing
 * threads costs more than an item.
 *
 * @module
 */

import type { RemoteStream } from "../../rpc/remote-stream.ts";
import { carryError, reviveError } from "./carried-error.ts";
import type { StreamCommand, Taken } from "./commands.ts";

/** How many items the caller's thread may hold before it asks again. */
export const MAX_TAKEN_ITEMS = 64;

type Result = IteratorResult<unknown, unknown>;

const NOT_YET = Symbol("not yet");

/** One stream and what was asked of it beyond what the caller has taken. */
export class HostedStream {
  /** The client whose call it is. */
  readonly client: number;
  readonly #stream: RemoteStream;
  readonly #controller: AbortController;
  /** An item that was asked for and has not come before the last answer. */
  #asked: Promise<Result> | undefined = undefined;

  constructor(stream: RemoteStream, client: number, controller: AbortController) {
    this.#stream = stream;
    this.client = client;
    this.#controller = controller;
  }

  /** Performs one step. Never rejects: a failure is the stream's end. */
  async perform(command: StreamCommand): Promise<Taken> {
    try {
      switch (command.type) {
        case "take":
          return await this.#take(command.waitMs);
        case "next":
          return takenOf(await this.#within(this.#stream.next(command.value), command.waitMs));
        case "throw": {
          const error = reviveError(command.error);
          return takenOf(await this.#within(this.#stream.throw(error), command.waitMs));
        }
        case "return":
          return takenOf(await this.#stream.return(command.value));
      }
    } catch (error) {
      return { items: [], end: { type: "error", error: carryError(error) } };
    }
  }

  async #take(waitMs: number): Promise<Taken> {
    const iterator = this.#stream[Symbol.asyncIterator]();
    const first = await this.#within(this.#asked ?? iterator.next(), waitMs);
    this.#asked = undefined;
    if (first.done === true) return takenOf(first);
    const items = [first.value];
    while (items.length < MAX_TAKEN_ITEMS) {
      const asked = iterator.next();
      let next: Result | typeof NOT_YET;
      try {
        next = await Promise.race([asked, Promise.resolve(NOT_YET)]);
      } catch (error) {
        return { items, end: { type: "error", error: carryError(error) } };
      }
      if (next === NOT_YET) {
        this.#asked = asked;
        // Who asks next hears of a failure.
        asked.catch(() => undefined);
        break;
      }
      if (next.done === true) return { items, end: { type: "value", value: next.value } };
      items.push(next.value);
    }
    return { items };
  }

  /** Ends the call when the caller has waited long enough. */
  async #within(step: Promise<Result>, waitMs: number): Promise<Result> {
    const timer = setTimeout(() => {
      const message = `the stream gave no item within ${waitMs} ms`;
      this.#controller.abort(new DOMException(message, "TimeoutError"));
    }, waitMs);
    try {
      return await step;
    } finally {
      clearTimeout(timer);
    }
  }
}

function takenOf(result: Result): Taken {
  return result.done === true
    ? { items: [], end: { type: "value", value: result.value } }
    : { items: [result.value] };
}
