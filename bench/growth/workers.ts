/**
 * How much more a service that keeps cores busy gets done with more worker threads.
 *
 *     node build/bench/growth/workers.js [threads] [seconds]
 *
 * @module
 */

import { Client, Server, WorkerPool } from "zerocall";
import type * as service from "./spin.ts";

/** A call of so many rounds takes some ms, so that what a call costs by itself matters little. */
const ROUNDS = 1_000_000;
/** Calls under way for each thread, so that none waits for the client. */
const CALLS_PER_THREAD = 4;
const WARM_UP_MS = 300;

/** What so many threads got done. */
export interface WorkersRate {
  readonly workers: number;
  readonly callsPerSecond: number;
  /** How many cores this process had on average: fewer than threads where others use them, too. */
  readonly cores: number;
}

/** Measures with one thread and with `workers` of them, each for `seconds`. */
export async function measureWorkers(workers: number, seconds: number): Promise<WorkersRate[]> {
  const rates: WorkersRate[] = [];
  for (const count of new Set([1, workers])) rates.push(await measure(count, seconds));
  return rates;
}

async function measure(workers: number, seconds: number): Promise<WorkersRate> {
  await using pool = await WorkerPool.start(new URL("./spin", import.meta.url), { workers });
  await using server = new Server(pool);
  await using client = new Client<typeof service>(await server.bind("tcp://127.0.0.1:0"));
  let calls = 0;
  let until = performance.now() + WARM_UP_MS;
  const load = async (): Promise<void> => {
    while (performance.now() < until) {
      await client.spin(ROUNDS);
      calls++;
    }
  };
  const all = (): Promise<unknown> =>
    Promise.all(Array.from({ length: workers * CALLS_PER_THREAD }, load));
  await all();
  calls = 0;
  const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
  until = startedAt + seconds * 1000;
  await all();
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(usedBefore);
  const cores = (user + system) / 1000 / tookMs;
  return { workers, callsPerSecond: (calls * 1000) / tookMs, cores };
}

async function main(workers = 2, seconds = 3): Promise<void> {
  const rates = await measureWorkers(workers, seconds);
  const base = rates[0]?.callsPerSecond ?? Number.NaN;
  for (const { workers: count, callsPerSecond, cores } of rates) {
    const ratio = (callsPerSecond / base).toFixed(2);
    console.log(
      `workers ${count}: ${callsPerSecond.toFixed(1)} calls/s on ${cores.toFixed(2)} cores,` +
        ` ${ratio} times one worker`,
    );
  }
}

if (import.meta.filename === process.argv[1]) await main(...process.argv.slice(2).map(Number));
