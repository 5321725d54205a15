/**
 * Measures one case of the guard in a process of its own and prints its cost in units of reference
 * work:
 *
 *     node --single-threaded measure.js <case>
 *
 * One thread, so that compiler and garbage collector do their work in turn with everything else, and
 * not whenever the machine has time for theirs.
 *
 * Slices of reference work and of the case take turns, and the fastest slice of each counts: what
 * else runs on the machine can make a slice slower, never faster. Slices are short, so that some of
 * them are left alone also on a busy machine. It ends when both have stopped becoming faster, which
 * they do as long as the compiler is at work.
 *
 * @module
 */

import { CASES } from "./cases.ts";
import { referenceWork } from "./reference.ts";

const SLICE_MS = 2;
/** So many slices in a row that are no faster than one before end the measurement. */
const STEADY_SLICES = 200;
/** A slice that is faster by less is not faster. */
const FASTER = 0.995;
/** Where nothing ever becomes steady. */
const MAX_MS = 10_000;
const FIRST_UNITS = 128;

type Work = (units: number) => Promise<void> | void;

/** The fastest slice of one kind of work. */
class Fastest {
  readonly #work: Work;
  #units = FIRST_UNITS;
  /** Slices since it became faster. */
  steadySlices = 0;
  /** The least that one unit took, in ms. */
  ms = Infinity;

  constructor(work: Work) {
    this.#work = work;
  }

  async slice(): Promise<void> {
    const start = performance.now();
    await this.#work(this.#units);
    const ms = (performance.now() - start) / this.#units;
    this.steadySlices = ms < this.ms * FASTER ? 0 : this.steadySlices + 1;
    this.ms = Math.min(this.ms, ms);
    this.#units = Math.max(FIRST_UNITS, Math.round(SLICE_MS / this.ms));
  }
}

/** What one unit of `work` costs, in units of reference work. */
async function cost(work: Work): Promise<number> {
  let sum = 0;
  const reference = new Fastest((units) => {
    sum += referenceWork(units);
  });
  const measured = new Fastest(work);
  const endAt = performance.now() + MAX_MS;
  while (Math.min(reference.steadySlices, measured.steadySlices) < STEADY_SLICES) {
    await reference.slice();
    await measured.slice();
    if (performance.now() > endAt) break;
  }
  if (!Number.isFinite(sum)) throw new Error("expected the reference work to be done");
  return measured.ms / reference.ms;
}

const [name = ""] = process.argv.slice(2);
const known = CASES[name];
if (known === undefined) {
  throw new RangeError(`expected one of ${Object.keys(CASES).join(", ")}, got "${name}"`);
}
console.log(String(await cost(known.prepare())));
// Open clients have timers.
process.exit();
