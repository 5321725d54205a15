/**
 * `npm run bench:compare -- <commit>`: what changed since a commit, both measured in turns.
 *
 * Figures of two runs differ by what the machine did meanwhile; here every round measures both, and
 * what counts are the ratios within the rounds.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildEarlier } from "./earlier.ts";
import { median } from "./figures.ts";
import { ROOT } from "./machine.ts";
import { type Measurement, Pair } from "./pair.ts";
import { WORKLOADS } from "./workload.ts";

const HELP = `usage: npm run bench:compare -- [options] <commit>

Builds a commit in a folder of its own and measures it and what is here in turns.

  --peer <name>        what is measured (default call)
  --workload <name>    only this workload (repeatable): ${Object.keys(WORKLOADS).join(", ")}
  --rounds <n>         rounds of each workload (default 15)
  --ms <n>             length of one measurement (default 400)
`;

interface Plan {
  readonly commit: string;
  readonly peer: string;
  readonly workloads: readonly string[];
  readonly rounds: number;
  readonly ms: number;
}

function planFrom(parameters: string[]): Plan | undefined {
  const { values, positionals } = parseArgs({
    args: parameters,
    allowPositionals: true,
    options: {
      peer: { type: "string", default: "call" },
      workload: { type: "string", multiple: true, default: Object.keys(WORKLOADS) },
      rounds: { type: "string", default: "15" },
      ms: { type: "string", default: "400" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [commit, ...more] = positionals;
  if (commit === undefined || more.length > 0) {
    throw new RangeError(`expected one commit to compare with, got ${positionals.length}`);
  }
  const plan = {
    commit,
    peer: values.peer,
    workloads: values.workload,
    rounds: Number(values.rounds),
    ms: Number(values.ms),
  };
  const unknown = plan.workloads.find((name) => WORKLOADS[name] === undefined);
  if (unknown !== undefined) throw new RangeError(`there is no workload "${unknown}"`);
  if (!(plan.rounds > 0 && plan.ms > 0)) {
    throw new RangeError("expected whole numbers above 0 for --rounds and --ms");
  }
  return plan;
}

/** One round of both. */
interface Round {
  readonly before: Measurement;
  readonly after: Measurement;
}

async function measure(roots: readonly [string, string], plan: Plan, workload: string) {
  const [before, after] = await Promise.all(roots.map((root) => Pair.start(plan.peer, [], root)));
  if (before === undefined || after === undefined) throw new Error("expected two pairs");
  try {
    const rounds: Round[] = [];
    for (let round = 0; round < plan.rounds; round++) {
      console.error(`${workload}, round ${round + 1} of ${plan.rounds}`);
      // Who is first finds the machine as the other left it, so they take turns at that, too.
      const pairs = round % 2 === 0 ? [before, after] : [after, before];
      const measured = new Map<Pair, Measurement>();
      for (const pair of pairs) measured.set(pair, await pair.measure(workload, plan.ms));
      rounds.push({
        before: measured.get(before) as Measurement,
        after: measured.get(after) as Measurement,
      });
    }
    return rounds;
  } finally {
    await before.close();
    await after.close();
  }
}

function cpuOf({ clientMicros, serverMicros }: Measurement): number {
  return clientMicros + serverMicros;
}

/** The middle of some ratios, with their quartiles. */
function spread(ratios: readonly number[]): string {
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share: number): string => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return (value ?? Number.NaN).toFixed(2);
  };
  return `${median(ratios).toFixed(2)} (${at(0.25)}–${at(0.75)})`;
}

function rowOf(workload: string, rounds: readonly Round[]): string {
  const cpu = (of: (round: Round) => Measurement): string =>
    median(rounds.map((round) => cpuOf(of(round)))).toPrecision(3);
  const cells = [
    WORKLOADS[workload]?.title ?? workload,
    cpu(({ before }) => before),
    cpu(({ after }) => after),
    spread(rounds.map(({ before, after }) => cpuOf(after) / cpuOf(before))),
    spread(rounds.map(({ before, after }) => after.perSecond / before.perSecond)),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function compare(plan: Plan): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zerocall-bench-"));
  try {
    const before = buildEarlier(plan.commit, folder);
    if (before === undefined) throw new Error(`${plan.commit} cannot be built`);
    console.log("| workload | CPU µs before | after | after / before | rate, after / before |");
    console.log("| --- | --: | --: | --: | --: |");
    for (const workload of plan.workloads) {
      console.log(rowOf(workload, await measure([before, ROOT], plan, workload)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const plan = planFrom(process.argv.slice(2));
  if (plan === undefined) console.log(HELP);
  else await compare(plan);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
