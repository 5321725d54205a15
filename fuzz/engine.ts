/**
 * The loop: take an input, change it, run it, keep it if it reached something new.
 *
 * @module
 */

import type { Corpus } from "./corpus.ts";
import type { Coverage } from "./coverage.ts";
import { mutate } from "./mutation.ts";
import { Random } from "./random.ts";
import { type Target, utf8 } from "./target.ts";
import { type Finding, Watch } from "./watch.ts";

/** How a run goes. */
export interface EngineOptions {
  readonly target: Target;
  readonly seed: number;
  /** Ends the run; whichever comes first. */
  readonly maxExecutions: number;
  readonly maxSeconds: number;
  /** Words beside the target's own. */
  readonly words: readonly string[];
  readonly corpus: Corpus;
  readonly coverage: Coverage;
  /** Hears of every input in front of its run, so that somebody else can tell which one hangs. */
  readonly starting: (input: Uint8Array) => void;
  readonly found: (finding: Finding, input: Uint8Array) => void;
  /** Hears how far the run is, every few seconds. */
  readonly progress: (state: Progress) => void;
}

/** How far a run is. */
export interface Progress {
  readonly executions: number;
  readonly seconds: number;
  readonly blocks: number;
  readonly features: number;
  readonly corpus: number;
}

const PROGRESS_SECONDS = 5;
/** How many runs, and how long, making a finding smaller may take. */
const MAX_SHRINKING = 2000;
const MAX_SHRINKING_MS = 10_000;

/** Fuzzes one target. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #random: Random;
  readonly #watch: Watch;
  readonly #words: readonly Uint8Array[];
  readonly #known = new Set<string>();
  readonly #startedAt = performance.now();
  #executions = 0;
  #toldAt = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#watch = new Watch(options.target);
    this.#words = [...options.target.words, ...options.words].map((word) =>
      typeof word === "string" ? utf8(word) : word,
    );
  }

  /** Runs to the end and says how far it came. */
  async run(): Promise<Progress> {
    const { target, corpus, maxExecutions, maxSeconds } = this.#options;
    const seeds = [new Uint8Array(0), ...corpus.takeStored(), ...target.seeds()];
    for (const seed of seeds) await this.#try(seed.subarray(0, target.maxInputBytes));
    const material = {
      words: this.#words,
      other: () => corpus.pick(this.#random),
      maxBytes: target.maxInputBytes,
    };
    while (this.#executions < maxExecutions && this.#seconds < maxSeconds) {
      await this.#try(mutate(corpus.pick(this.#random), this.#random, material));
    }
    return this.#state;
  }

  get #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  get #state(): Progress {
    const { coverage, corpus } = this.#options;
    return {
      executions: this.#executions,
      seconds: this.#seconds,
      blocks: coverage.blocks,
      features: coverage.features,
      corpus: corpus.size,
    };
  }

  async #try(input: Uint8Array): Promise<void> {
    const { coverage, corpus, found } = this.#options;
    coverage.clear();
    const finding = await this.#judge(input);
    if (finding === undefined) {
      if (coverage.collect() > 0) corpus.add(input);
    } else if (!this.#known.has(finding.signature)) {
      this.#known.add(finding.signature);
      found(finding, await this.#shrink(input, finding));
    }
    const seconds = this.#seconds;
    if (seconds - this.#toldAt < PROGRESS_SECONDS) return;
    this.#toldAt = seconds;
    this.#options.progress(this.#state);
    // Otherwise no timer and no message of this thread would ever have its turn.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  #judge(input: Uint8Array): Promise<Finding | undefined> {
    this.#executions++;
    this.#options.starting(input);
    return this.#watch.judge(input);
  }

  /** The shortest input with the same finding that taking pieces away leads to. */
  async #shrink(input: Uint8Array, { signature }: Finding): Promise<Uint8Array> {
    let small = input;
    let left = MAX_SHRINKING;
    const end = performance.now() + MAX_SHRINKING_MS;
    for (let size = small.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < small.length && left > 0 && performance.now() < end; left--) {
        const shorter = new Uint8Array(small.length - Math.min(size, small.length - at));
        shorter.set(small.subarray(0, at));
        shorter.set(small.subarray(at + size), at);
        const same = (await this.#judge(shorter))?.signature === signature;
        if (same) small = shorter;
        else at += size;
      }
    }
    return small;
  }
}
