/**
 * Sends each message to the next peer that has room.
 *
 * Spec: RFC 28 (REQ, DEALER) and RFC 30 (PUSH), "round-robin".
 *
 * @module
 */

import type { SendStrategy } from "./outgoing.ts";
import type { Message, Pipe } from "./pipe.ts";

/** Peers in turn. */
export class RoundRobin implements SendStrategy {
  /** Those with room; the one at `#turn` is next. */
  readonly #ready: Pipe[] = [];
  #turn = 0;

  /** A peer has come, or has room again. */
  add(pipe: Pipe): void {
    if (!this.#ready.includes(pipe)) this.#ready.push(pipe);
  }

  /** A peer is gone. */
  remove(pipe: Pipe): void {
    const index = this.#ready.indexOf(pipe);
    if (index < 0) return;
    this.#ready.splice(index, 1);
    if (index < this.#turn) this.#turn -= 1;
  }

  /** Whose turn it is; the turn passes on. `undefined` when nobody has room. */
  next(): Pipe | undefined {
    while (this.#ready.length > 0) {
      if (this.#turn >= this.#ready.length) this.#turn = 0;
      const pipe = this.#ready[this.#turn];
      if (pipe !== undefined && !pipe.full) {
        this.#turn += 1;
        return pipe;
      }
      // It comes back when it has drained.
      this.#ready.splice(this.#turn, 1);
    }
    return undefined;
  }

  offer(message: Message): boolean {
    const pipe = this.next();
    if (pipe === undefined) return false;
    pipe.send(message);
    return true;
  }
}
