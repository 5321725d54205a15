/**
 * `npm run soak -- --calls 1000000`: whether anything is left behind.
 *
 * Calls of all kinds run in windows against a server that lives and one that is killed in the middle
 * of each window and started again at the same endpoint. At the end of each window everything is at
 * rest, garbage is collected, and client and server say what they hold. The first windows warm up;
 * over the rest heap, memory, handles, timers and open calls have to be flat.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { Client } from "zerocall";
import { Load } from "./load.ts";
import { growth, takeSample, type Sample } from "./sample.ts";
import { ServerProcess } from "./server-process.ts";
import type { SoakService } from "./service.ts";

const WARM_UP_WINDOWS = 3;
/** One in so many calls goes to the server that is killed. */
const MORTAL_SHARE = 20;
/** Time for timers that end with their call to run out, in ms. */
const REST_MS = 250;

interface Plan {
  readonly calls: number;
  readonly windows: number;
  readonly lanes: number;
}

function planFrom(parameters: string[]): Plan {
  const { values } = parseArgs({
    args: parameters,
    options: {
      calls: { type: "string", default: "1000000" },
      windows: { type: "string", default: "20" },
      lanes: { type: "string", default: "200" },
    },
  });
  const plan = {
    calls: Number(values.calls),
    windows: Number(values.windows),
    lanes: Number(values.lanes),
  };
  for (const [name, value] of Object.entries(plan)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new RangeError(`expected a positive whole number for --${name}`);
  }
  if (plan.windows <= WARM_UP_WINDOWS + 1) {
    throw new RangeError(`expected more than ${WARM_UP_WINDOWS + 1} windows`);
  }
  return plan;
}

function rest(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, REST_MS);
  });
}

class Soak {
  readonly #plan: Plan;
  readonly #load = new Load();
  readonly #steady: { readonly server: ServerProcess; readonly client: Client<SoakService> };
  #mortal: { server: ServerProcess; readonly client: Client<SoakService> };
  readonly clientSamples: Sample[] = [];
  readonly serverSamples: Sample[] = [];

  private constructor(plan: Plan, steady: ServerProcess, mortal: ServerProcess) {
    this.#plan = plan;
    this.#steady = { server: steady, client: new Client<SoakService>(steady.endpoint) };
    this.#mortal = { server: mortal, client: new Client<SoakService>(mortal.endpoint) };
  }

  static async start(plan: Plan): Promise<Soak> {
    return new Soak(plan, await ServerProcess.start(), await ServerProcess.start());
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#load.counts;
  }

  /** Runs one window and samples both sides at rest. */
  async window(): Promise<void> {
    const { calls, windows, lanes } = this.#plan;
    const all = Math.ceil(calls / windows);
    const mortal = Math.ceil(all / MORTAL_SHARE);
    await Promise.all([
      this.#load.run(this.#steady.client, all - mortal, { lanes, mortal: false }),
      this.#mortalHalf(Math.ceil(mortal / 2), lanes),
    ]);
    await rest();
    const open = this.#steady.client.openCalls + this.#mortal.client.openCalls;
    this.clientSamples.push(takeSample(open));
    this.serverSamples.push(await this.#steady.server.sample());
  }

  /** Calls while a server lives, while it dies, and after another one took its place. */
  async #mortalHalf(calls: number, lanes: number): Promise<void> {
    const { client, server } = this.#mortal;
    const how = { lanes: Math.ceil(lanes / 10), mortal: true };
    const calling = this.#load.run(client, calls, how);
    await server.kill();
    this.#mortal.server = await ServerProcess.start(server.endpoint);
    await calling;
    await this.#load.run(client, calls, how);
  }

  async close(): Promise<void> {
    await this.#steady.client.close();
    await this.#mortal.client.close();
    await this.#steady.server.close();
    await this.#mortal.server.close();
  }
}

function row(window: number, side: string, sample: Sample): string {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2).padStart(9);
  const count = (value: number): string => String(value).padStart(9);
  return [
    String(window).padStart(6),
    side.padEnd(7),
    mebibytes(sample.heapBytes),
    mebibytes(sample.rssBytes),
    count(sample.handles),
    count(sample.timers),
    count(sample.channels),
  ].join(" ");
}

async function main(): Promise<void> {
  const plan = planFrom(process.argv.slice(2));
  const soak = await Soak.start(plan);
  const start = performance.now();
  console.log("window side    heap MiB   RSS MiB   handles    timers     calls");
  for (let window = 1; window <= plan.windows; window++) {
    await soak.window();
    for (const [side, samples] of sidesOf(soak)) {
      const sample = samples.at(-1);
      if (sample) console.log(row(window, side, sample));
    }
  }
  await soak.close();

  const seconds = (performance.now() - start) / 1000;
  const done = [...soak.counts].map(([name, count]) => `${name} ${count}`).join(", ");
  console.log(`\n${plan.calls} calls in ${seconds.toFixed(0)} s: ${done}`);
  const perWindow = plan.calls / plan.windows;
  const grown = [...sidesOf(soak)].flatMap(([side, samples]) =>
    growth(samples.slice(WARM_UP_WINDOWS), perWindow).map((what) => `${side}: ${what}`),
  );
  console.log(grown.length === 0 ? "everything is flat" : grown.join("\n"));
  process.exitCode = grown.length === 0 ? 0 : 1;
}

function sidesOf(soak: Soak): ReadonlyMap<string, readonly Sample[]> {
  return new Map([
    ["client", soak.clientSamples],
    ["server", soak.serverSamples],
  ]);
}

await main();
