/**
 * What became of requests that may come again: the latest outcomes, and those who wait for one.
 *
 *     first request --enter--> "first"     it runs
 *     the same      --enter--> "joined"    it waits for the first one's outcome
 *                    settle  --> those who joined
 *     the same      --enter--> outcome     it is answered from memory
 *     its outcome   --ask----> "joined", the outcome, or nothing is known of it
 *
 * Bounded by the number of outcomes and by what they hold; what still runs is bounded by those who run
 * it.
 *
 * @module
 */

/** How a request's handler ended. */
export type Outcome =
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "failure"; readonly error: unknown };

/** What is kept. */
export interface ReplyLimits {
  /** How many outcomes. */
  readonly rememberedReplies: number;
  /** How many octets of answers in all. The latest outcome is kept whatever its size. */
  readonly rememberedBytes: number;
}

interface Running<Caller> {
  readonly joined: Set<Caller>;
  readonly fingerprint: number | undefined;
}

/** An outcome as it is kept. */
export interface Reply {
  readonly outcome: Outcome;
  /** Octets of the answer. */
  readonly bytes: number;
}

interface KeptReply extends Reply {
  readonly fingerprint: number | undefined;
}

/** Outcomes by request id. `Caller` is whoever waits for one. */
export class ReplyCache<Caller> {
  readonly #limits: ReplyLimits;
  /** The one that was asked last is the last one. */
  readonly #replies = new Map<string, KeptReply>();
  readonly #running = new Map<string, Running<Caller>>();
  #bytes = 0;

  constructor(limits: ReplyLimits) {
    this.#limits = limits;
  }

  /** How many outcomes are kept. */
  get size(): number {
    return this.#replies.size;
  }

  /** Octets of the answers that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many requests have no outcome yet. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Takes note of a request, and says whether it is the first of its id, and if not, what then.
   *
   * @param fingerprint - what it asks for; with another one than the first had it is `"another"` request
   */
  enter(
    id: string,
    caller: Caller,
    fingerprint?: number,
  ): "first" | "joined" | "another" | Outcome {
    const first = this.#replies.get(id) ?? this.#running.get(id);
    if (first !== undefined && first.fingerprint !== fingerprint) return "another";
    const known = this.ask(id, caller);
    if (known !== undefined) return known;
    this.#running.set(id, { joined: new Set(), fingerprint });
    return "first";
  }

  /** Looks for the outcome of a request, or joins it; `undefined` when nothing is known of it. */
  ask(id: string, caller: Caller): "joined" | Outcome | undefined {
    const reply = this.#replies.get(id);
    if (reply !== undefined) {
      this.#replies.delete(id);
      this.#replies.set(id, reply);
      return reply.outcome;
    }
    const running = this.#running.get(id);
    if (running === undefined) return undefined;
    running.joined.add(caller);
    return "joined";
  }

  /**
   * Keeps the outcome of a request that has run.
   *
   * @returns those who joined it
   */
  settle(id: string, { outcome, bytes }: Reply): Iterable<Caller> {
    const fingerprint = this.#running.get(id)?.fingerprint;
    const joined = this.forget(id);
    this.#drop(id);
    this.#replies.set(id, { outcome, bytes, fingerprint });
    this.#bytes += bytes;
    const { rememberedReplies, rememberedBytes } = this.#limits;
    for (const oldest of this.#replies.keys()) {
      const { size } = this.#replies;
      if (size <= rememberedReplies && (this.#bytes <= rememberedBytes || size === 1)) break;
      this.#drop(oldest);
    }
    return joined;
  }

  #drop(id: string): void {
    this.#bytes -= this.#replies.get(id)?.bytes ?? 0;
    this.#replies.delete(id);
  }

  /** Forgets a request that will have no outcome. Returns those who joined it. */
  forget(id: string): Iterable<Caller> {
    const joined = this.#running.get(id)?.joined ?? [];
    this.#running.delete(id);
    return joined;
  }

  /** One of those who joined waits no more. */
  leave(id: string, caller: Caller): void {
    this.#running.get(id)?.joined.delete(caller);
  }

  /** Forgets everything. */
  clear(): void {
    this.#replies.clear();
    this.#running.clear();
    this.#bytes = 0;
  }
}
