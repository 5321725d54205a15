/**
 * The open calls of a session: a set whose members know their place.
 *
 * No `Set`, because calls come and go by the hundred thousand: when V8 replaces the table of a set
 * or a map, the old table keeps what it held and the new one reachable until the next full
 * collection, so that each short-lived call would be moved and kept as if it were long-lived. That
 * took a third of the time of a call.
 *
 * @module
 */

/** What can be a member. */
export interface OpenCall {
  /** The member's place; -1 while it is in no set. */
  openIndex: number;
}

/** Members in no particular order. */
export class OpenCalls<Call extends OpenCall> implements Iterable<Call> {
  readonly #calls: Call[] = [];

  /** How many there are. */
  get size(): number {
    return this.#calls.length;
  }

  has(call: Call): boolean {
    return call.openIndex >= 0;
  }

  /** Adds a call that is in no set. */
  add(call: Call): void {
    call.openIndex = this.#calls.push(call) - 1;
  }

  /** Takes a call out, and says whether it was in. */
  delete(call: Call): boolean {
    const index = call.openIndex;
    if (index < 0) return false;
    call.openIndex = -1;
    const last = this.#calls.pop() as Call;
    if (last !== call) {
      last.openIndex = index;
      this.#calls[index] = last;
    }
    return true;
  }

  /** Iterates over those that are in now, whatever happens to them meanwhile. */
  [Symbol.iterator](): IterableIterator<Call> {
    return [...this.#calls].values();
  }
}
