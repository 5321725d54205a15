/**
 * The peers of a publishing socket and what they want, within limits.
 *
 * Spec: RFC 29, "The PUB Socket Type" and "The XPUB Socket Type".
 *
 * @module
 */

import type { SendStrategy } from "./outgoing.ts";
import type { Message, Pipe } from "./pipe.ts";
import { SubscriptionTrie } from "./subscription-trie.ts";

/** What a subscription costs beside its topic, in octets. */
const SUBSCRIPTION_OVERHEAD_BYTES = 64;

const NOTHING = new Uint8Array(0);

/** What changed by a subscription or its cancellation. */
export type SubscriptionChange =
  /** The first subscription to the topic, or the last cancellation. */
  | "topic"
  /** Another one to a topic that is wanted anyway. */
  | "peer"
  /** Nothing: it was there already, or never was. */
  | "none";

/** Sends each message to all who want it. Who has no room misses it. */
export class Subscribers implements SendStrategy {
  readonly #maxBytes: number;
  readonly #trie = new SubscriptionTrie<Pipe>();
  /** Octets of the subscriptions of each peer, with their overhead. */
  readonly #bytes = new Map<Pipe, number>();
  readonly #matching = new Set<Pipe>();

  /** @param maxBytes - octets of subscriptions kept for one peer, with their overhead */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A peer wants a topic, or no longer. A peer that wants too much is closed. */
  change(pipe: Pipe, topic: Uint8Array, wanted: boolean): SubscriptionChange {
    const bytes = topic.length + SUBSCRIPTION_OVERHEAD_BYTES;
    const held = this.#bytes.get(pipe) ?? 0;
    if (!wanted) {
      const removed = this.#trie.remove(topic, pipe);
      if (removed === undefined) return "none";
      this.#bytes.set(pipe, held - bytes);
      return removed === "last" ? "topic" : "peer";
    }
    if (held + bytes > this.#maxBytes) {
      pipe.close();
      return "none";
    }
    const added = this.#trie.add(topic, pipe);
    if (added === undefined) return "none";
    this.#bytes.set(pipe, held + bytes);
    return added === "first" ? "topic" : "peer";
  }

  /**
   * A peer is gone.
   *
   * @param last - called with each topic that nobody wants any more
   */
  remove(pipe: Pipe, last?: (topic: Uint8Array) => void): void {
    if (this.#bytes.delete(pipe)) this.#trie.removeAll(pipe, last);
  }

  offer(message: Message): boolean {
    this.#matching.clear();
    this.#trie.match(message[0] ?? NOTHING, this.#matching);
    for (const pipe of this.#matching) if (!pipe.full) pipe.send(message);
    return true;
  }
}
