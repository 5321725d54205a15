/**
 * Runs one input and judges it: whether it threw, changed a prototype, took too long or too much.
 *
 * @module
 */

import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import type { Target } from "./target.ts";

/** What is wrong with an input. */
export interface Finding {
  readonly kind: "error" | "slow" | "memory" | "prototype";
  /** The same for inputs that show the same mistake. */
  readonly signature: string;
  readonly details: string;
}

/** An input of `maxInputBytes` takes a few ms; this leaves room for a busy machine. */
const SLOW_MS = 400;
const CHECKS_OF_TIME = 4;
/** What one input may make us allocate, beside this many octets for each octet of it. */
const MEMORY_BYTES = 24 * 1024 * 1024;
const MEMORY_PER_OCTET = 512;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Judges inputs of one target. */
export class Watch {
  readonly #target: Target;
  readonly #prototypes = rememberPrototypes();
  #wasSlow = false;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Runs an input and says what is wrong, if anything. */
  async judge(input: Uint8Array): Promise<Finding | undefined> {
    const before = heldBytes();
    const startedAt = performance.now();
    const failure = await this.#run(input);
    const tookMs = performance.now() - startedAt;
    const grewBytes = heldBytes() - before;
    const same = samePrototypes(this.#prototypes);
    if (failure !== undefined) return failure;
    if (!same) {
      return { kind: "prototype", signature: "prototype", details: "a prototype has changed" };
    }
    if (tookMs > SLOW_MS) return this.#slow(input);
    return grewBytes > allowance(input) ? this.#greedy(input) : undefined;
  }

  async #run(input: Uint8Array): Promise<Finding | undefined> {
    try {
      const done = this.#target.run(input);
      if (done !== undefined) await done;
      return undefined;
    } catch (error) {
      return { kind: "error", signature: signatureOf(error), details: describe(error) };
    }
  }

  /** Slow only if it is so every time: the machine has other work. */
  async #slow(input: Uint8Array): Promise<Finding | undefined> {
    let fastestMs = Infinity;
    // Where one input was slow others will be, and each check costs that time again.
    const checks = this.#wasSlow ? 1 : CHECKS_OF_TIME;
    for (let i = 0; i < checks && fastestMs > SLOW_MS; i++) {
      const startedAt = performance.now();
      await this.#run(input);
      fastestMs = Math.min(fastestMs, performance.now() - startedAt);
    }
    if (fastestMs <= SLOW_MS) return undefined;
    this.#wasSlow = true;
    const details = `took ${Math.round(fastestMs)} ms for ${input.length} octets`;
    return { kind: "slow", signature: "slow", details };
  }

  /** Memory counts if the input alone takes it, without what lay around before. */
  async #greedy(input: Uint8Array): Promise<Finding | undefined> {
    collectGarbage();
    const before = heldBytes();
    await this.#run(input);
    const grewBytes = heldBytes() - before;
    if (grewBytes <= allowance(input)) return undefined;
    const details = `allocated ${Math.round(grewBytes / 1e6)} MB for ${input.length} octets`;
    return { kind: "memory", signature: "memory", details };
  }
}

function allowance(input: Uint8Array): number {
  return MEMORY_BYTES + MEMORY_PER_OCTET * input.length;
}

function heldBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** Class, message without its numbers, and the first place in the library. */
function signatureOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const place = /\(?([^\s(]*fuzz-dist[^\s)]*):\d+\)?$/m.exec(stackOf(error))?.[1] ?? "";
  const file = place.replace(/^.*fuzz-dist\//, "");
  return `${name} ${message.replaceAll(/[\d"'`].*/g, "")} ${file}`.trim();
}

function describe(error: unknown): string {
  return stackOf(error).split("\n").slice(0, 8).join("\n");
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : `thrown: ${String(error)}`;
}

const WATCHED = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Map.prototype,
  Uint8Array.prototype,
  Promise.prototype,
  Error.prototype,
] as const;

type Snapshot = readonly (readonly [object, ReadonlySet<PropertyKey>, object | null])[];

function rememberPrototypes(): Snapshot {
  return WATCHED.map((prototype) => [
    prototype,
    new Set(Reflect.ownKeys(prototype)),
    Object.getPrototypeOf(prototype) as object | null,
  ]);
}

/** Puts everything back as well, so that the next input is judged by itself. */
function samePrototypes(snapshot: Snapshot): boolean {
  let same = true;
  for (const [prototype, known, above] of snapshot) {
    const keys = Reflect.ownKeys(prototype);
    if (keys.length === known.size && Object.getPrototypeOf(prototype) === above) continue;
    same = false;
    for (const key of keys) if (!known.has(key)) Reflect.deleteProperty(prototype, key);
    Object.setPrototypeOf(prototype, above);
  }
  return same;
}
