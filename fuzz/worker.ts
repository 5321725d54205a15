/**
 * The thread that fuzzes one target. It only says what it is at; the main thread watches that it
 * does not stay there for ever.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";

import { type Assignment, CURRENT_HEADER_BYTES, type Report } from "./assignment.ts";
import { Corpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { Engine } from "./engine.ts";
import type { Target } from "./target.ts";

const assignment = workerData as Assignment;
const coverage = new Coverage(assignment.blocks);
// Only now: the library looks for its counters when it is loaded.
const { NAMED_TARGETS } = await import("./targets.ts");
const target = NAMED_TARGETS.find(({ name }) => name === assignment.target) as Target;
const header = new Int32Array(assignment.current, 0, 2);
const octets = new Uint8Array(assignment.current, CURRENT_HEADER_BYTES);

function tell(report: Report): void {
  parentPort?.postMessage(report);
}

function literalsOf(sources: readonly string[]): string[] {
  const files = Object.keys(assignment.literals).filter((file) =>
    sources.some((source) => file.startsWith(source)),
  );
  return [...new Set(files.flatMap((file) => assignment.literals[file] ?? []))];
}

const engine = new Engine({
  target,
  seed: assignment.seed,
  maxExecutions: assignment.maxExecutions,
  maxSeconds: assignment.maxSeconds,
  words: literalsOf(target.sources),
  corpus: new Corpus(assignment.corpusFolder),
  coverage,
  starting: (input) => {
    octets.set(input);
    header[1] = input.length;
    Atomics.add(header, 0, 1);
  },
  found: (finding, input) => tell({ type: "finding", finding, input }),
  progress: (state) => tell({ type: "progress", state }),
});
tell({ type: "done", state: await engine.run() });
