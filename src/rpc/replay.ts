/**
 * A stream whose beginning can be taken twice: what a caller streams in, until the peer has asked for
 * more of it. A request that was refused is sent again with all of its stream.
 *
 * @module
 */

import type { PumpSource } from "./pump.ts";

/** Keeps what was taken from a source until it is told that nobody will need it again. */
export class ReplaySource implements PumpSource {
  readonly #source: PumpSource;
  /** What the steps so far came to, each to be had again. */
  #taken: (() => unknown)[] = [];
  #at = 0;
  #keeps = true;

  constructor(source: PumpSource) {
    this.#source = source;
  }

  /** Whether the stream can still be taken from its beginning. */
  get whole(): boolean {
    return this.#keeps;
  }

  next(value?: unknown): unknown {
    const taken = this.#taken[this.#at];
    if (taken !== undefined) {
      this.#at++;
      if (!this.#keeps && this.#at === this.#taken.length) this.#taken = [];
      return taken();
    }
    if (!this.#keeps) return this.#source.next(value);
    const step = this.#step(value);
    this.#taken.push(step);
    this.#at = this.#taken.length;
    return step();
  }

  return(value?: unknown): unknown {
    return this.#source.return?.(value);
  }

  throw(error?: unknown): unknown {
    if (this.#source.throw !== undefined) return this.#source.throw(error);
    void this.#source.return?.();
    throw error;
  }

  /** Starts from the beginning. */
  rewind(): void {
    if (this.#keeps) this.#at = 0;
  }

  /** Keeps nothing more: the stream goes on from where it is. */
  forget(): void {
    this.#keeps = false;
    if (this.#at >= this.#taken.length) this.#taken = [];
  }

  #step(value: unknown): () => unknown {
    try {
      const result = this.#source.next(value);
      return () => result;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }
}
