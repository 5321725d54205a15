/**
 * `npm run bench`: what a call costs, beside what the wire itself costs, in one run.
 *
 * Rounds go over all peers before they start again, so that a busy moment of the machine meets
 * everyone alike; figures are medians over the rounds.
 *
 *     npm run bench -- --quick
 *     npm run bench -- --peer net --peer zeromq --workload stream --rounds 3
 *
 * @module
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { formatGoals } from "./goals.ts";
import { Pair, type Measurement } from "./pair.ts";
import { CEILING, PEER_NAMES } from "./peers.ts";
import { formatTable } from "./report.ts";
import { WORKLOADS } from "./workload.ts";

const HELP = `usage: npm run bench -- [options]
  --peer <name>       measure only this peer (repeatable): ${PEER_NAMES.join(", ")}
  --workload <name>   run only this workload (repeatable): ${Object.keys(WORKLOADS).join(", ")}
  --rounds <n>        rounds over all peers (default 5)
  --ms <n>            length of one measurement (default 1000)
  --quick             2 rounds of 300 ms
`;

interface Plan {
  readonly peers: readonly string[];
  readonly workloads: readonly string[];
  readonly rounds: number;
  readonly ms: number;
}

function chosen(what: string, known: readonly string[], wanted: readonly string[]): string[] {
  for (const name of wanted) {
    if (!known.includes(name)) {
      throw new RangeError(`expected one of ${known.join(", ")} as ${what}, got "${name}"`);
    }
  }
  return known.filter((name) => wanted.length === 0 || wanted.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`expected a positive whole number for --${option}, got "${text}"`);
}

function planFrom(parameters: string[]): Plan | undefined {
  const { values } = parseArgs({
    args: parameters,
    options: {
      peer: { type: "string", multiple: true, default: [] },
      workload: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      ms: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    peers: chosen("peer", PEER_NAMES, values.peer),
    workloads: chosen("workload", Object.keys(WORKLOADS), values.workload),
    rounds: positive("rounds", values.rounds ?? (values.quick ? "2" : "5")),
    ms: positive("ms", values.ms ?? (values.quick ? "300" : "1000")),
  };
}

type Results = Map<string, Map<string, Measurement[]>>;

async function measure(plan: Plan, pairs: ReadonlyMap<string, Pair>): Promise<Results> {
  const results: Results = new Map();
  for (const workload of plan.workloads) {
    results.set(workload, new Map(plan.peers.map((peer) => [peer, []])));
  }
  for (let round = 1; round <= plan.rounds; round++) {
    console.error(`round ${round} of ${plan.rounds}`);
    for (const workload of plan.workloads) {
      for (const [peer, pair] of pairs) {
        results
          .get(workload)
          ?.get(peer)
          ?.push(await pair.measure(workload, plan.ms));
      }
    }
  }
  return results;
}

async function main(): Promise<void> {
  const plan = planFrom(process.argv.slice(2));
  if (plan === undefined) {
    console.log(HELP);
    return;
  }
  const pairs = new Map<string, Pair>();
  try {
    for (const peer of plan.peers) pairs.set(peer, await Pair.start(peer));
    const results = await measure(plan, pairs);
    const cores = cpus();
    console.log(`Node ${process.version}, ${cores.length} × ${cores[0]?.model ?? "unknown CPU"}`);
    console.log(`${plan.rounds} rounds of ${plan.ms} ms; medians; CPU in µs per call or item\n`);
    const titles = new Map([...pairs].map(([peer, pair]) => [peer, pair.title]));
    for (const [name, rounds] of results) {
      const workload = WORKLOADS[name];
      if (workload) console.log(`${formatTable(workload, rounds, { titles, ceiling: CEILING })}\n`);
    }
    console.log(formatGoals(results));
  } finally {
    for (const pair of pairs.values()) await pair.close();
  }
}

await main();
