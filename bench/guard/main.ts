/**
 * `npm run bench:guard`: whether the machines of a call cost more than the committed baseline.
 *
 * Costs are in units of reference work that runs in turns with them in the same process, so neither
 * the machine nor what else it does decides. What looks like a loss is measured again, in a process
 * of its own each time, before it is believed.
 *
 *     npm run bench:guard
 *     npm run bench:guard -- --allowed 100
 *     npm run bench:guard -- --update
 *
 * @module
 */

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { markdownTable } from "../markdown.ts";
import { CASES } from "./cases.ts";

const HELP = `usage: npm run bench:guard -- [options]
  --case <name>      measure only this case (repeatable): ${Object.keys(CASES).join(", ")}
  --allowed <n>      how many per cent more than the baseline is no loss (default 15)
  --processes <n>    how many processes may try to hold a case; the best one counts (default 5)
  --update           records what was measured as the baseline
`;

const BASELINE = fileURLToPath(new URL("../../../bench/guard/baseline.json", import.meta.url));
const MEASURE = fileURLToPath(new URL("./measure.js", import.meta.url));
/** Compilers differ between major versions, and so do costs. */
const NODE_MAJOR = `node-${process.versions.node.split(".", 1)[0] ?? ""}`;

const run = promisify(execFile);

/** Cost of each case by name, for each major version of Node. */
type Baseline = Record<string, Readonly<Record<string, number>>>;

interface Plan {
  readonly cases: readonly string[];
  readonly allowed: number;
  readonly processes: number;
  readonly update: boolean;
}

function planFrom(parameters: string[]): Plan | undefined {
  const { values } = parseArgs({
    args: parameters,
    options: {
      case: { type: "string", multiple: true, default: Object.keys(CASES) },
      allowed: { type: "string", default: "15" },
      processes: { type: "string", default: "5" },
      update: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const plan = {
    cases: values.case,
    allowed: Number(values.allowed),
    processes: Number(values.processes),
    update: values.update,
  };
  if (plan.allowed > 0 && plan.processes > 0) return plan;
  throw new RangeError("expected positive numbers for --allowed and --processes");
}

/** What one unit of a case costs in a process of its own, in units of reference work. */
async function measure(name: string): Promise<number> {
  const { stdout } = await run(process.execPath, ["--single-threaded", MEASURE, name]);
  return Number(stdout);
}

interface Verdict {
  readonly name: string;
  readonly baseline: number | undefined;
  readonly cost: number;
  /** More than the baseline, in per cent. */
  readonly more: number | undefined;
  readonly lost: boolean;
}

/** The best of all processes counts, so the first that is good enough is the last. */
async function judge(name: string, baseline: number | undefined, plan: Plan): Promise<Verdict> {
  const limit = baseline === undefined ? Infinity : baseline * (1 + plan.allowed / 100);
  let cost = Infinity;
  for (let n = 0; n < plan.processes; n++) {
    cost = Math.min(cost, await measure(name));
    if (cost <= limit && !plan.update) break;
  }
  const more = baseline === undefined ? undefined : (cost / baseline - 1) * 100;
  return { name, baseline, cost, more, lost: cost > limit };
}

function verdictRow({ name, baseline, cost, more, lost }: Verdict): readonly string[] {
  return [
    `${name}, per ${CASES[name]?.unit ?? "unit"}`,
    baseline?.toFixed(2) ?? "–",
    cost.toFixed(2),
    more === undefined ? "–" : `${more >= 0 ? "+" : ""}${more.toFixed(1)} %`,
    lost ? "lost" : "held",
  ];
}

async function main(): Promise<void> {
  const plan = planFrom(process.argv.slice(2));
  if (plan === undefined) {
    console.log(HELP);
    return;
  }
  const baselines = JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline;
  const known = baselines[NODE_MAJOR] ?? {};
  const verdicts: Verdict[] = [];
  for (const name of plan.cases) verdicts.push(await judge(name, known[name], plan));
  const head = ["cost in units of reference work", "baseline", "now", "change", ""];
  console.log(markdownTable([head, ...verdicts.map(verdictRow)]));
  if (plan.update) {
    const costs = verdicts.map(({ name, cost }) => [name, Number(cost.toFixed(3))] as const);
    baselines[NODE_MAJOR] = { ...known, ...Object.fromEntries(costs) };
    writeFileSync(BASELINE, `${JSON.stringify(baselines, undefined, 2)}\n`);
    console.log(`\nrecorded as the baseline of ${NODE_MAJOR}`);
    return;
  }
  if (Object.keys(known).length === 0) {
    console.log(`\nthere is no baseline for ${NODE_MAJOR}; --update records one`);
  }
  const lost = verdicts.filter((verdict) => verdict.lost).map(({ name }) => name);
  if (lost.length === 0) return;
  console.log(
    `\nmore than ${plan.allowed} % lost in each of ${plan.processes} processes: ${lost.join(", ")}`,
  );
  process.exitCode = 1;
}

await main();
