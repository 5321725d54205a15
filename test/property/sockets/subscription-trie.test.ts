import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SubscriptionTrie } from "../../../src/sockets/subscription-trie.ts";

// Few octets, so that topics share their starts.
const topic = fc.uint8Array({ max: 2, maxLength: 6 });
const who = fc.integer({ min: 0, max: 3 });
type Step = readonly ["add" | "remove", Uint8Array, number] | readonly ["leave", number];
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom("add" as const, "remove" as const), topic, who),
    fc.tuple(fc.constant("leave" as const), who),
  ),
  { maxLength: 60 },
);

const keyOf = (octets: Uint8Array): string => octets.join(",");
const startsWith = (octets: Uint8Array, start: readonly number[]): boolean =>
  start.every((octet, index) => octets[index] === octet);

/** What the trie means, as slow and as plain as it can be written. */
class Model {
  readonly #wants = new Map<string, Set<number>>();

  add(octets: Uint8Array, subscriber: number): "first" | "another" | undefined {
    const all = this.#wants.get(keyOf(octets)) ?? new Set();
    this.#wants.set(keyOf(octets), all);
    if (all.has(subscriber)) return undefined;
    all.add(subscriber);
    return all.size === 1 ? "first" : "another";
  }

  remove(octets: Uint8Array, subscriber: number): "last" | "another" | undefined {
    const all = this.#wants.get(keyOf(octets));
    if (all?.delete(subscriber) !== true) return undefined;
    return all.size === 0 ? "last" : "another";
  }

  removeAll(subscriber: number): string[] {
    const gone: string[] = [];
    for (const [key, all] of this.#wants) {
      if (all.delete(subscriber) && all.size === 0) gone.push(key);
    }
    return gone;
  }

  match(message: Uint8Array): Set<number> {
    const found = new Set<number>();
    for (const [key, all] of this.#wants) {
      const start = key === "" ? [] : key.split(",").map(Number);
      if (startsWith(message, start)) for (const subscriber of all) found.add(subscriber);
    }
    return found;
  }
}

test("finds whoever a list of all subscriptions finds", () => {
  fc.assert(
    fc.property(steps, fc.array(topic, { maxLength: 10 }), (operations, messages) => {
      const trie = new SubscriptionTrie<number>();
      const model = new Model();
      for (const operation of operations) {
        if (operation[0] === "leave") {
          const gone: string[] = [];
          trie.removeAll(operation[1], (octets) => gone.push(keyOf(octets)));
          expect(gone.toSorted()).toEqual(model.removeAll(operation[1]).toSorted());
        } else {
          const [verb, octets, subscriber] = operation;
          expect(trie[verb](octets, subscriber)).toBe(model[verb](octets, subscriber));
        }
      }
      for (const message of messages) {
        const found = new Set<number>();
        trie.match(message, found);
        expect(found).toEqual(model.match(message));
        expect(trie.matches(message)).toBe(found.size > 0);
      }
    }),
    { numRuns: 500 },
  );
});
