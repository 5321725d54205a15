/**
 * The client half of every peer whose calls give promises.
 *
 * @module
 */

import type { Load, LoadEvents } from "./contract.ts";

/** A peer's client as calls see it. */
export interface Calls {
  /** Adds two numbers on the server. */
  add(a: number, b: number): PromiseLike<unknown>;
  /** Gives back what it was given. */
  echo(body: Uint8Array): PromiseLike<Uint8Array>;
  /** Streams the numbers below `to`; resolves with how many came. Absent where there are no streams. */
  count?(to: number): Promise<number>;
  close(): Promise<void>;
}

const SUM = 42;

/** Makes calls and tells of their answers. */
export class PromiseLoad implements Load {
  readonly stream?: (count: number) => Promise<number>;
  readonly #calls: Calls;
  readonly #answered: () => void;
  readonly #failed: (error: unknown) => void;

  constructor(calls: Calls, events: LoadEvents) {
    this.#calls = calls;
    this.#answered = () => events.answered();
    this.#failed = (error) => events.failed(error);
    const count = calls.count?.bind(calls);
    if (count !== undefined) this.stream = count;
  }

  call(): void {
    this.#calls.add(20, 22).then(this.#answered, this.#failed);
  }

  echo(body: Uint8Array): void {
    this.#calls.echo(body).then(this.#answered, this.#failed);
  }

  async check(): Promise<void> {
    const sum = await this.#calls.add(20, SUM - 20);
    if (sum !== SUM) throw new Error(`expected 20 + 22 to be ${SUM}, got ${String(sum)}`);
    const body = new Uint8Array([0, 1, 127, 128, 255]);
    const echo = await this.#calls.echo(body);
    if (Buffer.compare(body, echo) !== 0) throw new Error("expected an echo, got other octets");
  }

  close(): Promise<void> {
    return this.#calls.close();
  }
}

/** Counts what a stream gives. */
export async function countItems(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}
