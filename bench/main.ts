/**
 * `npm run bench`: what a call costs, beside what the wire itself costs and what others do, in one run.
 *
 * Rounds go over all peers before they start again, so that a busy moment of the machine meets
 * everyone alike.
 *
 *     npm run bench
 *     npm run bench -- --quick
 *     npm run bench -- call nats --workload stream --rounds 3
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatChart } from "./chart.ts";
import { replaceSection } from "./document.ts";
import type { Run } from "./figures.ts";
import { formatVersions, ROOT, thisMachine } from "./machine.ts";
import { Pair, type Measurement } from "./pair.ts";
import { loadPeer, PEER_NAMES, RIVALS } from "./peers.ts";
import { formatReport, toJson } from "./report.ts";
import { prepareRivals } from "./rivals.ts";
import { WORKLOADS } from "./workload.ts";

const USUAL = Object.keys(WORKLOADS).filter((name) => WORKLOADS[name]?.usual === true);

const HELP = `usage: npm run bench -- [options] [peer...]

Measures all peers, or those that are named: ${PEER_NAMES.join(", ")}

  --workload <name>   run only this workload (repeatable): ${Object.keys(WORKLOADS).join(", ")}
  --rounds <n>        rounds over all peers (default 5)
  --ms <n>            length of one measurement (default 1000)
  --quick             2 rounds of 300 ms
  --json <file>       also writes everything that was measured there
  --svg <file>        also draws the chart there
  --write             writes report, figures and chart to docs/
`;

interface Plan {
  readonly peers: readonly string[];
  readonly workloads: readonly string[];
  readonly rounds: number;
  readonly ms: number;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly write: boolean;
}

function chosen(what: string, known: readonly string[], wanted: readonly string[]): string[] {
  for (const name of wanted) {
    if (!known.includes(name)) {
      throw new RangeError(`expected one of ${known.join(", ")} as ${what}, got "${name}"`);
    }
  }
  return known.filter((name) => wanted.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`expected a positive whole number for --${option}, got "${text}"`);
}

function planFrom(parameters: string[]): Plan | undefined {
  const { values, positionals } = parseArgs({
    args: parameters,
    allowPositionals: true,
    options: {
      workload: { type: "string", multiple: true, default: USUAL },
      rounds: { type: "string" },
      ms: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      svg: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { json, svg, write, quick } = values;
  return {
    peers: chosen("peer", PEER_NAMES, positionals.length === 0 ? PEER_NAMES : positionals),
    workloads: chosen("workload", Object.keys(WORKLOADS), values.workload),
    rounds: positive("rounds", values.rounds ?? (quick ? "2" : "5")),
    ms: positive("ms", values.ms ?? (quick ? "300" : "1000")),
    json,
    svg,
    write,
  };
}

/** Measures by a plan. */
class Session {
  readonly #plan: Plan;
  readonly #pairs = new Map<string, Pair>();
  readonly #titles = new Map<string, string>();
  readonly #missing = new Map<string, string>();
  readonly #failures = new Set<string>();
  readonly #results = new Map<string, Map<string, (Measurement | undefined)[]>>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  async run(): Promise<Run> {
    const { rounds, ms } = this.#plan;
    await this.#start();
    console.error("warming up");
    for (const workload of this.#plan.workloads) await this.#round(workload, ms / 2, false);
    for (let round = 1; round <= rounds; round++) {
      console.error(`round ${round} of ${rounds}`);
      for (const workload of this.#plan.workloads) await this.#round(workload, ms, true);
    }
    return {
      rounds,
      ms,
      titles: this.#titles,
      missing: this.#missing,
      failures: [...this.#failures],
      results: this.#results,
    };
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs.values()) await pair.close();
  }

  async #start(): Promise<void> {
    const { peers, workloads } = this.#plan;
    for (const workload of workloads) this.#results.set(workload, new Map());
    const withRivals = peers.some((peer) => RIVALS.includes(peer));
    const unprepared = withRivals ? prepareRivals() : undefined;
    for (const peer of peers) {
      const reason = RIVALS.includes(peer) ? unprepared : undefined;
      await this.#open(peer, reason);
    }
  }

  async #open(name: string, unprepared: string | undefined): Promise<void> {
    try {
      const peer = unprepared === undefined ? await loadPeer(name) : undefined;
      const reason = peer === undefined ? unprepared : peer.missing?.();
      if (peer === undefined || reason !== undefined) {
        this.#missing.set(name, reason ?? "unknown");
        return;
      }
      this.#pairs.set(name, await Pair.start(name));
      this.#titles.set(name, peer.title);
      for (const rounds of this.#results.values()) rounds.set(name, []);
    } catch (error) {
      this.#missing.set(name, `it did not start: ${String(error)}`);
    }
  }

  /** Measures every peer once. What does not count lets the compiler do its work. */
  async #round(workload: string, ms: number, counts: boolean): Promise<void> {
    for (const [name, pair] of this.#pairs) {
      const measurements = counts ? this.#results.get(workload)?.get(name) : undefined;
      if (workload === "stream" && !pair.streams) continue;
      try {
        const measured = await pair.measure(workload, ms);
        measurements?.push(measured);
      } catch (error) {
        measurements?.push(undefined);
        this.#failures.add(`${name} failed in "${workload}": ${String(error)}`);
        // A pair of which one call failed may be in any state.
        await pair.close();
        this.#pairs.set(name, await Pair.start(name));
      }
    }
  }
}

async function main(): Promise<void> {
  const plan = planFrom(process.argv.slice(2));
  if (plan === undefined) {
    console.log(HELP);
    return;
  }
  const session = new Session(plan);
  try {
    const run = await session.run();
    const machine = thisMachine();
    const report = formatReport(run, machine);
    const json = toJson(run, machine);
    console.log(report);
    if (plan.json !== undefined) writeFileSync(plan.json, json);
    if (plan.svg !== undefined) writeFileSync(plan.svg, formatChart(run));
    if (plan.write) {
      writeFileSync(join(ROOT, "docs", "benchmarks.json"), json);
      writeFileSync(join(ROOT, "docs", "benchmarks.svg"), formatChart(run));
      replaceSection(
        "docs/benchmarks.md",
        "figures",
        `${report}\n\nVersions: ${formatVersions(machine)}.`,
      );
    }
  } finally {
    await session.close();
  }
}

try {
  await main();
} catch (error) {
  const unknownOption = error instanceof TypeError && "code" in error;
  if (!unknownOption && !(error instanceof RangeError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
