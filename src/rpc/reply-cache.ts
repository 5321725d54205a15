/**
 * What became of requests that may come again: the latest outcomes, and those who wait for one.
 *
 *     first request --enter--> "first"     it runs
 *     the same      --enter--> "joined"    it waits for the first one's outcome
 *                    settle  --> those who joined
 *     the same      --enter--> outcome     it is answered from memory
 *
 * Bounded by the number of outcomes; what still runs is bounded by those who run it.
 *
 * @module
 */

/** How a request's handler ended. */
export type Outcome =
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "failure"; readonly error: unknown };

/** Outcomes by request id. `Caller` is whoever waits for one. */
export class ReplyCache<Caller> {
  readonly #maxReplies: number;
  /** The one that was asked last is the last one. */
  readonly #replies = new Map<string, Outcome>();
  readonly #running = new Map<string, Set<Caller>>();

  /** @param maxReplies - how many outcomes are kept */
  constructor(maxReplies: number) {
    this.#maxReplies = maxReplies;
  }

  /** How many outcomes are kept. */
  get size(): number {
    return this.#replies.size;
  }

  /** How many requests have no outcome yet. */
  get running(): number {
    return this.#running.size;
  }

  /** Takes note of a request, and says whether it is the first of its id, and if not, what then. */
  enter(id: string, caller: Caller): "first" | "joined" | Outcome {
    const outcome = this.#replies.get(id);
    if (outcome !== undefined) {
      this.#replies.delete(id);
      this.#replies.set(id, outcome);
      return outcome;
    }
    const joined = this.#running.get(id);
    if (joined !== undefined) {
      joined.add(caller);
      return "joined";
    }
    this.#running.set(id, new Set());
    return "first";
  }

  /** Keeps the outcome of a request that has run. Returns those who joined it. */
  settle(id: string, outcome: Outcome): Iterable<Caller> {
    const joined = this.forget(id);
    this.#replies.set(id, outcome);
    if (this.#replies.size > this.#maxReplies) {
      for (const oldest of this.#replies.keys()) {
        this.#replies.delete(oldest);
        break;
      }
    }
    return joined;
  }

  /** Forgets a request that will have no outcome. Returns those who joined it. */
  forget(id: string): Iterable<Caller> {
    const joined = this.#running.get(id) ?? [];
    this.#running.delete(id);
    return joined;
  }

  /** One of those who joined waits no more. */
  leave(id: string, caller: Caller): void {
    this.#running.get(id)?.delete(caller);
  }

  /** Forgets everything. */
  clear(): void {
    this.#replies.clear();
    this.#running.clear();
  }
}
