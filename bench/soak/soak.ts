/**
 * The servers, clients and windows of a soak.
 *
 * @module
 */

import { Client } from "zerocall";
import { Budget } from "./budget.ts";
import { Latencies } from "./latency.ts";
import { Load, type Target } from "./load.ts";
import type { Plan } from "./plan.ts";
import { takeSample, type Sample } from "./sample.ts";
import { ServerProcess } from "./server-process.ts";
import type { SoakService } from "./service.ts";

/** Which part of the load goes to each server that does not live. */
const MORTAL_SHARE = 1 / 20;
/** Time for timers that end with their call to run out, in ms. */
const REST_MS = 250;

/** What was seen in one window, and at rest after it. */
export interface Measured {
  readonly minute: number;
  readonly client: Sample;
  readonly server: Sample;
  readonly callsPerSecond: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly failures: number;
}

interface Side {
  server: ServerProcess;
  readonly target: Target;
}

/** Calls three servers: one that lives, one that is killed and one that drains in every window. */
export class Soak {
  readonly load: Load;
  readonly measured: Measured[] = [];
  readonly #plan: Plan;
  readonly #steady: Side;
  readonly #killed: Side;
  readonly #drained: Side;
  readonly #startedAt = performance.now();

  private constructor(plan: Plan, [steady, killed, drained]: readonly [Side, Side, Side]) {
    this.#plan = plan;
    this.load = new Load(plan);
    this.#steady = steady;
    this.#killed = killed;
    this.#drained = drained;
  }

  static async start(plan: Plan): Promise<Soak> {
    return new Soak(plan, [
      await startSide("lives", plan),
      await startSide("is killed", plan),
      await startSide("drains", plan),
    ]);
  }

  /** Runs one window and measures both sides at rest. */
  async window(): Promise<Measured> {
    const { lanes } = this.#plan;
    const { load } = this;
    load.latencies = new Latencies();
    const doneBefore = load.done;
    const startedAt = performance.now();
    const fewLanes = Math.ceil(lanes / 10);
    await Promise.all([
      load.run(this.#steady.target, this.#budget(1 - 2 * MORTAL_SHARE), lanes),
      this.#replace(this.#killed, fewLanes, (server) => server.kill()),
      this.#replace(this.#drained, fewLanes, (server) => server.drain()),
    ]);
    const seconds = (performance.now() - startedAt) / 1000;
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const sides = [this.#steady, this.#killed, this.#drained];
    const open = sides.reduce((sum, { target }) => sum + target.client.openCalls, 0);
    const measured = {
      minute: (performance.now() - this.#startedAt) / 60_000,
      client: takeSample(open),
      server: await this.#steady.server.sample(),
      callsPerSecond: (load.done - doneBefore) / seconds,
      p99Ms: load.latencies.quantileMs(0.99),
      maxMs: load.latencies.maxMs,
      failures: load.failures,
    };
    this.measured.push(measured);
    return measured;
  }

  /** Calls while a server is there, while it goes, and after another one took its place. */
  async #replace(
    side: Side,
    lanes: number,
    end: (server: ServerProcess) => Promise<void>,
  ): Promise<void> {
    const budget = this.#budget(MORTAL_SHARE);
    const calling = this.load.run(side.target, budget, lanes);
    await budget.half;
    await end(side.server);
    side.server = await ServerProcess.start(side.target.endpoint);
    await calling;
  }

  #budget(share: number): Budget {
    const { calls, durationMs, rate, windows } = this.#plan;
    return new Budget({
      calls: Math.ceil((calls * share) / windows),
      durationMs: durationMs / windows,
      rate: rate * share,
    });
  }

  async close(): Promise<void> {
    for (const { target } of [this.#steady, this.#killed, this.#drained]) {
      await target.client.close();
    }
    for (const { server } of [this.#steady, this.#killed, this.#drained]) await server.close();
  }
}

async function startSide(fate: Target["fate"], { maxLatencyMs }: Plan): Promise<Side> {
  const server = await ServerProcess.start();
  const { endpoint } = server;
  // What takes too long is found by being measured, not by giving up.
  const client = new Client<SoakService>(endpoint, {
    timeoutMs: Math.max(30_000, 2 * maxLatencyMs),
  });
  return { server, target: { client, endpoint, fate } };
}
