/**
 * The last step of reading a pickle: dicts become objects where all keys are text, and the limits
 * are checked against the value as it would be without sharing.
 *
 * @module
 */

import { badKey, type CodecLimits, tooDeep, tooManyElements } from "./errors.ts";

/** What is known of a container that was seen before. */
interface Seen {
  readonly value: unknown;
  /** Entries of it and of all that it holds. */
  readonly entries: number;
  /** Levels of containers, its own included. */
  readonly height: number;
}

/**
 * Settles a value.
 *
 * @param shares - a container may be used more than once
 * @throws {CodecError} `CODEC_DEPTH`, also for a value that contains itself; `CODEC_ELEMENTS`,
 *   `CODEC_KEY`
 */
export function settleDicts(value: unknown, limits: CodecLimits, shares: boolean): unknown {
  return new Settling(limits, shares).value(value, 0);
}

class Settling {
  readonly #limits: CodecLimits;
  readonly #seen: Map<object, Seen> | undefined;
  /** The containers around what is settled. */
  readonly #around = new Set<object>();
  #entries = 0;
  /** Height of what was settled last. */
  #height = 0;

  constructor(limits: CodecLimits, shares: boolean) {
    this.#limits = limits;
    this.#seen = shares ? new Map() : undefined;
  }

  value(value: unknown, depth: number): unknown {
    this.#height = 0;
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (depth >= this.#limits.maxDepth) throw tooDeep(this.#limits.maxDepth);
    const seen = this.#seen?.get(value);
    if (seen !== undefined) return this.#again(seen, depth);
    // A value that contains itself has no end.
    if (this.#around.has(value)) throw tooDeep(this.#limits.maxDepth);
    const before = this.#entries;
    if (this.#seen !== undefined) this.#around.add(value);
    const settled = this.#container(value, depth);
    this.#around.delete(value);
    const entries = this.#entries - before;
    this.#seen?.set(value, { value: settled, entries, height: this.#height });
    return settled;
  }

  #again(seen: Seen, depth: number): unknown {
    if (depth + seen.height > this.#limits.maxDepth) throw tooDeep(this.#limits.maxDepth);
    this.#count(seen.entries);
    this.#height = seen.height;
    return seen.value;
  }

  #container(value: object, depth: number): unknown {
    let height = 0;
    const inside = (child: unknown): unknown => {
      const settled = this.value(child, depth + 1);
      height = Math.max(height, this.#height);
      return settled;
    };
    let settled: unknown = value;
    if (Array.isArray(value)) {
      this.#count(value.length);
      for (let i = 0; i < value.length; i++) value[i] = inside(value[i]);
    } else if (value instanceof Set) {
      this.#count(value.size);
      // Entries keep their identity: a dict, the one that would not, is none.
      for (const entry of value) inside(entry);
    } else settled = this.#dict(value as Map<unknown, unknown>, inside);
    this.#height = height + 1;
    return settled;
  }

  #dict(dict: Map<unknown, unknown>, inside: (child: unknown) => unknown): unknown {
    this.#count(dict.size);
    let text = true;
    for (const [key, value] of dict) {
      text &&= typeof key === "string";
      inside(key);
      dict.set(key, inside(value));
    }
    if (!text) return dict;
    if (dict.has("__proto__")) throw badKey("__proto__", 0);
    return Object.fromEntries(dict);
  }

  #count(entries: number): void {
    this.#entries += entries;
    const { maxElements } = this.#limits;
    if (this.#entries > maxElements) throw tooManyElements(maxElements, this.#entries);
  }
}
