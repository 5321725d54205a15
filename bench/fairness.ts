/**
 * `npm run bench:fair`: what one greedy peer costs another one.
 *
 * Three processes: a server, a modest client that makes one call at a time and looks at the clock, and
 * a greedy one that keeps thousands in flight. The modest one measures alone, then beside the greedy one.
 *
 * @module
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client, Server, type ServerOptions } from "zerocall";

/** A server and what the greedy client does to it. */
interface Scenario {
  readonly name: string;
  readonly server: ServerOptions;
  /** `instant` answers at once, `slow` after some ms. */
  readonly method: "instant" | "slow";
  /** Calls that the greedy client keeps in flight. */
  readonly inFlight: number;
  /** The greedy client waits for no answers; `inFlight` says how many it sends in one go. */
  readonly oneWay: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "handlers that answer at once, 10,000 in flight",
    server: {},
    method: "instant",
    inFlight: 10_000,
    oneWay: false,
  },
  {
    name: "a pool of 16 handlers of 1 ms, 10,000 in flight",
    server: { poolSize: 16 },
    method: "slow",
    inFlight: 10_000,
    oneWay: false,
  },
  {
    name: "one-way calls, sent as fast as the wire takes them",
    server: {},
    method: "instant",
    inFlight: 1000,
    oneWay: true,
  },
];

const SLOW_MS = 1;

/** What the modest client saw, in ms, and what the server held at most, in MiB. */
interface Seen {
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function service(): object {
  return {
    instant: (n: number) => n,
    slow: (n: number) => sleep(SLOW_MS, n),
    held: () => Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

async function serve(options: ServerOptions): Promise<void> {
  const server = new Server(service(), options);
  process.send?.(await server.bind("tcp://127.0.0.1:0"));
}

async function beGreedy(endpoint: string, scenario: Scenario): Promise<void> {
  const client = new Client(endpoint, { timeoutMs: 0, maxQueuedCalls: Infinity });
  const { method, inFlight, oneWay } = scenario;
  const lane = async (): Promise<never> => {
    for (;;) await client.call(method, [1]);
  };
  if (!oneWay) await Promise.all(Array.from({ length: inFlight }, lane));
  for (;;) await Promise.all(Array.from({ length: inFlight }, () => client.notify(method, [1])));
}

async function beModest(endpoint: string, method: string, ms: number): Promise<Seen> {
  const client = new Client(endpoint);
  const times: number[] = [];
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const before = performance.now();
    await client.call(method, [1]);
    times.push(performance.now() - before);
  }
  await client.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { calls: times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

function start(role: string, ...words: readonly unknown[]): ChildProcess {
  const parameters = words.map((word) => JSON.stringify(word));
  return fork(fileURLToPath(import.meta.url), [`--role=${role}`, ...parameters]);
}

async function told<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, "message")) as [T];
  return message;
}

async function measure(scenario: Scenario, ms: number): Promise<void> {
  const server = start("server", scenario.server);
  const endpoint = await told<string>(server);
  await using watch = new Client(endpoint);
  const alone = await told<Seen>(start("modest", endpoint, scenario.method, ms));
  const before = (await watch.call("held")) as number;
  const greedy = start("greedy", endpoint, scenario);
  await sleep(500);
  const beside = await told<Seen>(start("modest", endpoint, scenario.method, ms));
  const after = (await watch.call("held")) as number;
  greedy.kill("SIGKILL");
  server.kill("SIGKILL");
  const row = ({ calls, p50, p99, max }: Seen): string =>
    [calls, p50.toFixed(2), p99.toFixed(2), max.toFixed(1)].join(" | ");
  console.log(`| ${scenario.name} | alone | ${row(alone)} | ${before} |`);
  console.log(`| | beside it | ${row(beside)} | ${after} |`);
}

const { values, positionals } = parseArgs({
  options: {
    role: { type: "string", default: "driver" },
    seconds: { type: "string", default: "5" },
    only: { type: "string" },
  },
  allowPositionals: true,
});
const [first, second, third] = positionals.map((word) => JSON.parse(word) as unknown);
switch (values.role) {
  case "server":
    await serve(first as ServerOptions);
    break;
  case "greedy":
    await beGreedy(first as string, second as Scenario);
    break;
  case "modest":
    process.send?.(await beModest(first as string, second as string, third as number));
    break;
  default:
    console.log(
      "| the greedy peer | the other one | calls | p50 ms | p99 ms | max ms | server MiB |",
    );
    console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for (const [index, scenario] of SCENARIOS.entries()) {
      if (values.only !== undefined && Number(values.only) !== index) continue;
      await measure(scenario, Number(values.seconds) * 1000);
    }
}
