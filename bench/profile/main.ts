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

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { markdownTable } from "../markdown.ts";
import { median } from "../figures.ts";
import { Pair, type Sampled } from "../pair.ts";
import { WORKLOADS } from "../workload.ts";
import { isOutside, layerOf, LAYERS, shortPath } from "./layers.ts";
import type { FunctionShare, SampleKind } from "./sampler.ts";

const HELP = `usage: npm run bench:profile -- [options]
  --peer <name>        what is profiled (default call)
  --workload <name>    one of ${Object.keys(WORKLOADS).join(", ")} (default in-flight-100)
  --ms <n>             how long each sampling lasts (default 3000)
  --rounds <n>         how often it is repeated; figures are medians (default 3)
  --functions <n>      also lists the n most expensive functions of each side (default 0)
  --json <file>        also writes the figures there
`;

interface Plan {
  readonly peer: string;
  readonly workload: string;
  readonly ms: number;
  readonly rounds: number;
  readonly functions: number;
  readonly json: string | undefined;
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
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { peer, workload, json } = values;
  const plan = {
    peer,
    workload,
    ms: Number(values.ms),
    rounds: Number(values.rounds),
    functions: Number(values.functions),
    json,
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
  /** Octets with inlining, where only their sum means something. */
  readonly inlined: Sides;
}

function cell(value: number | undefined): string {
  return value === undefined || value < 0.5 ? "–" : Math.round(value).toLocaleString("en");
}

function formatLayers({ time, space, inlined }: Profile, unit: string): string {
  const head = [`layer, per ${unit}`, "client ns", "server ns", "client octets", "server octets"];
  const rows = LAYERS.map((layer) => [
    layer,
    ...[time.client, time.server, space.client, space.server].map(({ layers }) =>
      cell(layers.get(layer)),
    ),
  ]).filter(([, ...cells]) => cells.some((text) => text !== "–"));
  const sums = [time.client, time.server, space.client, space.server].map(({ all }) => cell(all));
  const left = ["with inlining", "", "", cell(inlined.client.all), cell(inlined.server.all)];
  return markdownTable([head, ...rows, ["**in all**", ...sums], left]);
}

function formatFunctions(title: string, side: SideCost, count: number): string {
  const lines = [...side.functions]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, amount]) => `${amount.toFixed(0).padStart(8)}  ${name}`);
  return [title, ...lines].join("\n");
}

function plain({ layers, all }: SideCost): object {
  return { all, layers: Object.fromEntries(layers) };
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
  console.log(`${plan.peer}, ${workload.title}\n`);
  console.log(formatLayers(profile, workload.unit.slice(0, -1)));
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
  if (plan.json === undefined) return;
  const { time, space, inlined } = profile;
  const sides = (both: Sides): object => ({
    client: plain(both.client),
    server: plain(both.server),
  });
  const figures = { ...plan, time: sides(time), space: sides(space), inlined: sides(inlined) };
  writeFileSync(plan.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

await main();
