/**
 * `npm run bench:profile`: what one call costs in each layer, in time and in octets on the heap.
 *
 * The real thing is sampled: two processes, one connection, calls in flight. V8 says in which
 * function each sample fell, and the function's file says the layer. Times are shares of the CPU time
 * that a call takes without the sampler. Octets are sampled where the compiler inlines nothing, since
 * V8 counts what an inlined function allocates for its caller; the last line has what is left of them
 * with inlining.
 *
 *     npm run bench:profile
 *     npm run bench:profile -- --workload stream --functions 20 --json before.json
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replaceSection } from "../document.ts";
import { median } from "../figures.ts";
import { Pair, type Sampled } from "../pair.ts";
import { WORKLOADS } from "../workload.ts";
import { isOutside, layerOf, shortPath } from "./layers.ts";
import type { FunctionShare, SampleKind } from "./sampler.ts";
import {
  formatProfile,
  type ProfileFigures,
  type SideFigures,
  type SidesFigures,
} from "./table.ts";

const HELP = `usage: npm run bench:profile -- [options]
  --peer <name>        what is profiled (default call)
  --workload <name>    one of ${Object.keys(WORKLOADS).join(", ")} (default in-flight-100)
  --ms <n>             how long each sampling lasts (default 3000)
  --rounds <n>         how often it is repeated; figures are medians (default 3)
  --functions <n>      also lists the n most expensive functions of each side (default 0)
  --json <file>        also writes the figures there
  --before <file>      shows the figures of that file beside those of this run
  --write              writes the table to docs/
`;

interface Plan {
  readonly peer: string;
  readonly workload: string;
  readonly ms: number;
  readonly rounds: number;
  readonly functions: number;
  readonly json: string | undefined;
  readonly before: string | undefined;
  readonly write: boolean;
}

function planFrom(parameters: string[]): Plan | undefined {
  const { values } = parseArgs({
    args: parameters,
    options: {
      peer: { type: "string", default: "call" },
      workload: { type: "string", default: "in-flight-100" },
      ms: { type: "string", default: "3000" },
      rounds: { type: "string", default: "3" },
      functions: { type: "string", default: "0" },
      json: { type: "string" },
      before: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { peer, workload, json, before, write } = values;
  const plan = {
    peer,
    workload,
    ms: Number(values.ms),
    rounds: Number(values.rounds),
    functions: Number(values.functions),
    json,
    before,
    write,
  };
  if (plan.ms > 0 && plan.rounds > 0 && plan.functions >= 0) return plan;
  throw new RangeError("expected whole numbers for --ms, --rounds and --functions");
}

/** What one side took in each layer, and in each function, per call. */
interface SideCost {
  readonly layers: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
  readonly all: number;
}

/**
 * Sums shares per layer.
 *
 * @param perCall - what all of them together come to per call
 */
function costOf(
  shares: readonly FunctionShare[],
  perCall: number | undefined,
  count: number,
): SideCost {
  const inside = shares.filter((share) => !isOutside(share));
  const sum = inside.reduce((total, { amount }) => total + amount, 0);
  const scale = perCall === undefined ? 1 / count : perCall / sum;
  const layers = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const share of inside) {
    add(layers, layerOf(share), share.amount * scale);
    add(functions, `${share.name || "(anonymous)"} ${shortPath(share.url)}`, share.amount * scale);
  }
  return { layers, functions, all: sum * scale };
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

/** The median of each layer and each function over the rounds. */
function medianCost(rounds: readonly SideCost[]): SideCost {
  const middle = (part: "layers" | "functions"): Map<string, number> => {
    const keys = new Set(rounds.flatMap((round) => [...round[part].keys()]));
    return new Map(
      [...keys].map((key) => [key, median(rounds.map((each) => each[part].get(key) ?? 0))]),
    );
  };
  return {
    layers: middle("layers"),
    functions: middle("functions"),
    all: median(rounds.map(({ all }) => all)),
  };
}

/** What was sampled, side by side. */
interface Sides {
  readonly client: SideCost;
  readonly server: SideCost;
}

async function sampleSides(plan: Plan, kind: SampleKind, flags: readonly string[]): Promise<Sides> {
  const pair = await Pair.start(plan.peer, flags);
  try {
    const rounds: Sides[] = [];
    for (let round = 0; round < plan.rounds; round++) {
      const { clientMicros, serverMicros } = await pair.measure(plan.workload, plan.ms);
      const sampled = await pair.sample(plan.workload, plan.ms, kind);
      rounds.push(sidesOf(sampled, kind, { clientMicros, serverMicros }));
    }
    return {
      client: medianCost(rounds.map(({ client }) => client)),
      server: medianCost(rounds.map(({ server }) => server)),
    };
  } finally {
    await pair.close();
  }
}

function sidesOf(
  { client, server, count }: Sampled,
  kind: SampleKind,
  cpu: { readonly clientMicros: number; readonly serverMicros: number },
): Sides {
  const time = kind === "time";
  return {
    client: costOf(client, time ? cpu.clientMicros * 1000 : undefined, count),
    server: costOf(server, time ? cpu.serverMicros * 1000 : undefined, count),
  };
}

interface Profile {
  readonly time: Sides;
  readonly space: Sides;
  readonly inlined: Sides;
}

function figuresOf({ time, space, inlined }: Profile): ProfileFigures {
  const side = ({ all, layers }: SideCost): SideFigures => ({
    all,
    layers: Object.fromEntries(layers),
  });
  const both = ({ client, server }: Sides): SidesFigures => ({
    client: side(client),
    server: side(server),
  });
  return { time: both(time), space: both(space), inlined: both(inlined) };
}

function formatFunctions(title: string, side: SideCost, count: number): string {
  const lines = [...side.functions]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, amount]) => `${amount.toFixed(0).padStart(8)}  ${name}`);
  return [title, ...lines].join("\n");
}

function readBefore(file: string | undefined): ProfileFigures | undefined {
  return file === undefined
    ? undefined
    : (JSON.parse(readFileSync(file, "utf8")) as ProfileFigures);
}

async function main(): Promise<void> {
  const plan = planFrom(process.argv.slice(2));
  if (plan === undefined) {
    console.log(HELP);
    return;
  }
  const workload = WORKLOADS[plan.workload];
  if (workload === undefined) throw new RangeError(`there is no workload "${plan.workload}"`);
  const profile: Profile = {
    time: await sampleSides(plan, "time", []),
    space: await sampleSides(plan, "space", ["--no-turbo-inlining"]),
    inlined: await sampleSides(plan, "space", []),
  };
  const figures = figuresOf(profile);
  const title = `${plan.peer}, ${workload.title}`;
  const table = formatProfile(figures, workload.unit.slice(0, -1), readBefore(plan.before));
  console.log(`${title}\n\n${table}`);
  if (plan.functions > 0) {
    for (const [kind, unit] of [
      ["time", "ns"],
      ["space", "octets"],
    ] as const) {
      for (const side of ["client", "server"] as const) {
        console.log(
          `\n${formatFunctions(`${side}, ${unit}`, profile[kind][side], plan.functions)}`,
        );
      }
    }
  }
  if (plan.json !== undefined)
    writeFileSync(plan.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (plan.write) replaceSection("docs/benchmarks.md", "profile", table);
}

await main();
