/**
 * The inputs that reached something new, in memory and in a folder.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Random } from "./random.ts";

/** Inputs worth changing. */
export class Corpus {
  readonly #folder: string | undefined;
  readonly #inputs: Uint8Array[] = [];

  /** @param folder - where inputs are kept from run to run; `undefined` keeps none */
  constructor(folder: string | undefined) {
    this.#folder = folder;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  get size(): number {
    return this.#inputs.length;
  }

  /** The inputs of earlier runs, short ones first, which from now on are kept by `add` alone. */
  takeStored(): Uint8Array[] {
    const folder = this.#folder;
    if (folder === undefined) return [];
    const files = readdirSync(folder).toSorted();
    const inputs = files.map((file) => new Uint8Array(readFileSync(join(folder, file))));
    for (const file of files) rmSync(join(folder, file));
    return inputs.toSorted((a, b) => a.length - b.length);
  }

  add(input: Uint8Array): void {
    const kept = input.slice();
    this.#inputs.push(kept);
    if (this.#folder !== undefined) writeFileSync(join(this.#folder, nameOf(kept)), kept);
  }

  /** One of the inputs, a late one more often: it reached what is new. Empty when there is none. */
  pick(random: Random): Uint8Array {
    const count = this.#inputs.length;
    if (count === 0) return new Uint8Array(0);
    const late = random.below(2) === 0;
    const at = late
      ? count - 1 - random.below(Math.min(count, 1 + (count >> 3)))
      : random.below(count);
    return this.#inputs[at] as Uint8Array;
  }
}

/** A name for an input that tells it from all others. */
export function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16);
}
