/**
 * The topics that a subscribing socket wants.
 *
 * @module
 */

import type { Message } from "./pipe.ts";
import { SubscriptionTrie } from "./subscription-trie.ts";

const NOTHING = new Uint8Array(0);

interface Topic {
  readonly octets: Uint8Array;
  count: number;
}

/** Topics, each with how often it was asked for. */
export class TopicList {
  /** By their octets as text, one character each. */
  readonly #topics = new Map<string, Topic>();
  readonly #trie = new SubscriptionTrie<TopicList>();

  /** All topics, each once. */
  *all(): Iterable<Uint8Array> {
    for (const { octets } of this.#topics.values()) yield octets;
  }

  /** Asks for a topic, whose octets are copied. Says whether it is new. */
  add(topic: Uint8Array): boolean {
    const key = keyOf(topic);
    const known = this.#topics.get(key);
    if (known !== undefined) {
      known.count += 1;
      return false;
    }
    this.#topics.set(key, { octets: topic.slice(), count: 1 });
    this.#trie.add(topic, this);
    return true;
  }

  /** Asks for a topic once less. Says whether nobody asks for it any more. */
  remove(topic: Uint8Array): boolean {
    const key = keyOf(topic);
    const known = this.#topics.get(key);
    if (known === undefined) return false;
    known.count -= 1;
    if (known.count > 0) return false;
    this.#topics.delete(key);
    this.#trie.remove(topic, this);
    return true;
  }

  /** Whether the first frame of a message starts with one of the topics. */
  matches(message: Message): boolean {
    return this.#trie.matches(message[0] ?? NOTHING);
  }
}

function keyOf(topic: Uint8Array): string {
  let key = "";
  for (const octet of topic) key += String.fromCharCode(octet);
  return key;
}
