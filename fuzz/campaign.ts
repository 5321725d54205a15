/**
 * Fuzzes targets one after the other, each in a thread of its own that is ended when it hangs.
 *
 * @module
 */

import { Worker } from "node:worker_threads";

import { type Assignment, CURRENT_HEADER_BYTES, type Report } from "./assignment.ts";
import type { Progress } from "./engine.ts";
import type { Instrumented } from "./instrument.ts";
import type { Target } from "./target.ts";
import type { Finding } from "./watch.ts";

/** How long one target is fuzzed. */
export interface Plan {
  readonly seed: number;
  readonly maxExecutions: number;
  readonly maxSeconds: number;
  readonly corpusFolder: string | undefined;
}

/** Something that is wrong with an input. */
export interface Found {
  readonly finding: Finding | { readonly kind: "hang"; readonly details: string };
  readonly input: Uint8Array;
}

/** What came of one target. */
export interface Outcome {
  readonly state: Progress;
  readonly findings: number;
}

/** Time of the processor, so that a busy machine makes no findings. */
const HANG_CPU_MS = 5000;
/** No input waits for anything, so this long without the processor is a promise that is never kept. */
const HANG_MS = 60_000;
const CHECK_MS = 500;
const NOTHING: Progress = { executions: 0, seconds: 0, blocks: 0, features: 0, corpus: 0 };

/** After so many a target is left alone: they all cost their time again. */
const MAX_HANGS = 3;

/** Fuzzes one target; after a hang it goes on with another seed, for the time that is left. */
export async function fuzz(
  target: Target,
  library: Instrumented,
  plan: Plan,
  hear: { found: (found: Found) => void; progress: (state: Progress) => void },
): Promise<Outcome> {
  let findings = 0;
  let sum = NOTHING;
  const found = (one: Found): void => {
    findings++;
    hear.found(one);
  };
  for (let seed = plan.seed, hangs = 1; ; seed++, hangs++) {
    const maxExecutions = plan.maxExecutions - sum.executions;
    const maxSeconds = plan.maxSeconds - sum.seconds;
    const thread = new FuzzingThread(target, library, { ...plan, seed, maxExecutions, maxSeconds });
    const { state, hung } = await thread.run({ found, progress: hear.progress });
    const { executions, seconds } = sum;
    sum = {
      ...state,
      executions: executions + state.executions,
      seconds: seconds + state.seconds,
    };
    const over = sum.executions >= plan.maxExecutions || sum.seconds >= plan.maxSeconds;
    if (!hung || over || hangs === MAX_HANGS) return { state: sum, findings };
  }
}

class FuzzingThread {
  readonly #current: SharedArrayBuffer;
  readonly #worker: Worker;
  #state = NOTHING;

  constructor(target: Target, { blocks, literals }: Instrumented, plan: Plan) {
    this.#current = new SharedArrayBuffer(CURRENT_HEADER_BYTES + target.maxInputBytes);
    const assignment: Assignment = {
      target: target.name,
      blocks,
      literals,
      current: this.#current,
      ...plan,
    };
    this.#worker = new Worker(new URL("worker.js", import.meta.url), {
      workerData: assignment,
      execArgv: ["--conditions", "fuzz"],
    });
  }

  /** Resolves when the thread has come to its end, by itself or not. */
  run(hear: {
    found: (found: Found) => void;
    progress: (state: Progress) => void;
  }): Promise<{ state: Progress; hung: boolean }> {
    return new Promise((resolve, reject) => {
      const stop = this.#watch((details) => {
        const [, length = 0] = new Int32Array(this.#current, 0, 2);
        const input = new Uint8Array(this.#current, CURRENT_HEADER_BYTES, length).slice();
        void this.#worker.terminate().then(() => {
          hear.found({ finding: { kind: "hang", details }, input });
          const [executions = 0] = new Int32Array(this.#current, 0, 1);
          resolve({ state: { ...this.#state, executions }, hung: true });
        });
      });
      this.#worker.on("message", (report: Report) => {
        if (report.type === "finding") hear.found(report);
        else {
          this.#state = report.state;
          hear.progress(report.state);
        }
        if (report.type !== "done") return;
        stop();
        void this.#worker.terminate();
        resolve({ state: report.state, hung: false });
      });
      this.#worker.on("error", (error) => {
        stop();
        reject(error);
      });
    });
  }

  /** Looks whether the thread moves on. Returns how to stop looking. */
  #watch(hangs: (details: string) => void): () => void {
    const header = new Int32Array(this.#current, 0, 2);
    let last = -1;
    let since = performance.now();
    let cpu = process.cpuUsage();
    const timer = setInterval(() => {
      const started = Atomics.load(header, 0);
      if (started !== last || started === 0) {
        last = started;
        since = performance.now();
        cpu = process.cpuUsage();
        return;
      }
      const { user, system } = process.cpuUsage(cpu);
      const usedMs = (user + system) / 1000;
      const waitedMs = performance.now() - since;
      if (usedMs < HANG_CPU_MS && waitedMs < HANG_MS) return;
      clearInterval(timer);
      hangs(`not done after ${Math.round(usedMs)} ms of the processor`);
    }, CHECK_MS);
    return () => {
      clearInterval(timer);
    };
  }
}
