/**
 * Fuzzes what takes octets of strangers.
 *
 *     npm run fuzz -- [target…] [--seconds N] [--executions N] [--seed S] [--fresh]
 *     npm run fuzz -- --list
 *     npm run fuzz -- target --replay file
 *
 * With `--fresh` a run begins with the seeds alone and leaves no trace, so that the same seed and
 * number of executions always do the same.
 *
 * Exits with 1 when there was a finding. What was found is in `build/fuzz-findings`, the inputs that
 * the next run begins with are in `build/fuzz-corpus`, and what all runs together came to in
 * `build/fuzz-totals.json`.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type Found, fuzz, type Outcome } from "./campaign.ts";
import { nameOf } from "./corpus.ts";
import type { Progress } from "./engine.ts";
import { instrumentFolder } from "./instrument.ts";
import type { Target } from "./target.ts";
import { NAMED_TARGETS, TARGETS } from "./targets.ts";

const ROOT = join(import.meta.dirname, "../..");
const TOTALS = join(ROOT, "build/fuzz-totals.json");
const DEFAULT_SECONDS = 60;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string" },
    executions: { type: "string" },
    seed: { type: "string", default: "1" },
    fresh: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    replay: { type: "string" },
  },
});

/** Executions and seconds of all runs on this machine, by target. */
type Totals = Record<string, { executions: number; seconds: number; findings: number }>;

function chosen(): readonly Target[] {
  const unknown = positionals.filter((name) => !NAMED_TARGETS.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`no target ${unknown.join(", ")}; see --list`);
  return positionals.length === 0
    ? TARGETS
    : NAMED_TARGETS.filter(({ name }) => positionals.includes(name));
}

function count(name: "seconds" | "executions" | "seed", fallback: number): number {
  const given = Number(values[name] ?? fallback);
  if (!(given >= 0)) throw new Error(`expected a number for --${name}, got ${values[name]}`);
  return given;
}

function print(target: Target, { executions, seconds, blocks, features, corpus }: Progress): void {
  const rate = Math.round(executions / Math.max(0.001, seconds));
  console.log(
    `${target.name.padEnd(24)} ${executions} executions  ${rate}/s  ` +
      `coverage ${blocks} blocks ${features} features  corpus ${corpus}`,
  );
}

function save(target: Target, { finding, input }: Found): void {
  const folder = join(ROOT, "build/fuzz-findings", target.name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, nameOf(input));
  writeFileSync(file, input);
  console.log(`FOUND in ${target.name}: ${finding.kind}: ${finding.details}`);
  console.log(`  input ${Buffer.from(input.subarray(0, 64)).toString("hex")} (${input.length})`);
  console.log(`  again: npm run fuzz -- ${target.name} --replay ${file}`);
}

function remember(target: Target, { state, findings }: Outcome): void {
  if (values.fresh) return;
  const totals: Totals = existsSync(TOTALS)
    ? (JSON.parse(readFileSync(TOTALS, "utf8")) as Totals)
    : {};
  const before = totals[target.name] ?? { executions: 0, seconds: 0, findings: 0 };
  totals[target.name] = {
    executions: before.executions + state.executions,
    seconds: Math.round(before.seconds + state.seconds),
    findings: before.findings + findings,
  };
  writeFileSync(TOTALS, `${JSON.stringify(totals, undefined, 2)}\n`);
}

async function main(): Promise<void> {
  if (values.list) {
    for (const { name } of TARGETS) console.log(name);
    return;
  }
  if (values.replay !== undefined) {
    const [target] = chosen();
    await target?.run(new Uint8Array(readFileSync(values.replay)));
    console.log("no finding");
    return;
  }
  const library = instrumentFolder(join(ROOT, "dist"), join(ROOT, "build/fuzz-dist"));
  const maxExecutions = count("executions", Infinity);
  const maxSeconds = count("seconds", maxExecutions === Infinity ? DEFAULT_SECONDS : Infinity);
  let findings = 0;
  for (const target of chosen()) {
    const corpusFolder = values.fresh ? undefined : join(ROOT, "build/fuzz-corpus", target.name);
    const plan = { seed: count("seed", 1), maxExecutions, maxSeconds, corpusFolder };
    let shown = performance.now();
    const outcome = await fuzz(target, library, plan, {
      found: (found) => save(target, found),
      progress: (state) => {
        if (performance.now() - shown < 30_000) return;
        shown = performance.now();
        print(target, state);
      },
    });
    print(target, outcome.state);
    remember(target, outcome);
    findings += outcome.findings;
  }
  if (findings > 0) process.exitCode = 1;
}

await main();
