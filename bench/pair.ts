/**
 * A peer's two halves as the driver sees them: two processes and one measurement at a time.
 *
 * @module
 */

import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Answer, Order } from "./half.ts";
import type { FunctionShare, SampleKind } from "./profile/sampler.ts";
import type { Timing } from "./contract.ts";
import { ROOT } from "./machine.ts";

/** The program of a half below the root of a checkout. */
const HALF = join("build", "bench", "half.js");

/** A half that does not answer for so long is broken; the driver ends. */
const ANSWER_TIMEOUT_MS = 60_000;

/** How long a half may take to end once nobody talks to it any more. */
const END_TIMEOUT_MS = 2_000;

/** The warm-up is so much shorter than the measurement. */
const WARM_UP_DIVISOR = 3;

/** One workload of one peer in one round. */
export interface Measurement {
  /** Calls that were answered, or items that came. */
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** CPU time of each side per call or item, in microseconds, user and system. */
  readonly clientMicros: number;
  readonly serverMicros: number;
  /** Items that were asked for and did not come. */
  readonly lost: number;
}

/** One workload of one peer with both sides sampled. */
export interface Sampled {
  /** Calls or items that were made meanwhile. */
  readonly count: number;
  readonly client: readonly FunctionShare[];
  readonly server: readonly FunctionShare[];
}

/** One child process that answers orders in turn. */
class Half {
  readonly #child: ChildProcess;

  constructor(parameters: readonly string[], execArgv: readonly string[], root: string) {
    this.#child = fork(join(root, HALF), parameters, {
      execArgv: [...execArgv],
      serialization: "json",
    });
  }

  /** Waits for the next answer. */
  answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)),
        ANSWER_TIMEOUT_MS,
      );
      const settle = (outcome: Answer | Error): void => {
        clearTimeout(timer);
        this.#child.off("message", heard);
        this.#child.off("exit", exited);
        if (outcome instanceof Error) reject(outcome);
        else if (outcome.type === "failed") reject(new Error(outcome.message));
        else resolve(outcome);
      };
      const heard = (answer: Answer): void => settle(answer);
      const exited = (): void => settle(new Error("a half ended before it answered"));
      this.#child.on("message", heard);
      this.#child.on("exit", exited);
    });
  }

  async order(order: Order): Promise<Answer> {
    const answer = this.answer();
    this.#child.send(order);
    return await answer;
  }

  async cpuMicros(): Promise<number> {
    const answer = await this.order({ type: "cpu" });
    return answer.type === "cpu" ? answer.micros : 0;
  }

  async run(workload: string, ms: number): Promise<Timing> {
    const answer = await this.order({ type: "run", workload, ms });
    if (answer.type !== "timing") throw new Error(`expected a timing, got ${answer.type}`);
    return answer.timing;
  }

  /** Ends sampling. */
  async shares(): Promise<readonly FunctionShare[]> {
    const answer = await this.order({ type: "sampled" });
    return answer.type === "shares" ? answer.shares : [];
  }

  /** Ends the process: in peace if it can, by force if it does not. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_TIMEOUT_MS);
    await new Promise((resolve) => {
      this.#child.once("exit", resolve);
      if (this.#child.connected) this.#child.disconnect();
    });
    clearTimeout(timer);
  }
}

/** A connected pair of halves. */
export class Pair {
  /** Whether the peer has streams. */
  readonly streams: boolean;
  readonly #server: Half;
  readonly #client: Half;

  private constructor(server: Half, client: Half, streams: boolean) {
    this.#server = server;
    this.#client = client;
    this.streams = streams;
  }

  /**
   * Starts both halves of the peer called `name` and waits until they are connected.
   *
   * @param execArgv - options of Node for both processes
   * @param root - the checkout whose build is measured
   */
  static async start(
    name: string,
    execArgv: readonly string[] = [],
    root: string = ROOT,
  ): Promise<Pair> {
    const server = new Half(["serve", name], execArgv, root);
    try {
      const serving = await server.answer();
      if (serving.type !== "ready") throw new Error(`expected ready, got ${serving.type}`);
      const client = new Half(["load", name, serving.endpoint], execArgv, root);
      try {
        const loading = await client.answer();
        return new Pair(server, client, loading.type === "ready" && loading.streams === true);
      } catch (error) {
        await client.end();
        throw error;
      }
    } catch (error) {
      await server.end();
      throw error;
    }
  }

  /**
   * Measures one workload after a warm-up.
   *
   * @param ms - how long to measure; the warm-up takes a third of it
   */
  async measure(workload: string, ms: number): Promise<Measurement> {
    await this.#client.run(workload, ms / WARM_UP_DIVISOR);
    const clientBefore = await this.#client.cpuMicros();
    const serverBefore = await this.#server.cpuMicros();
    const timing = await this.#client.run(workload, ms);
    const clientAfter = await this.#client.cpuMicros();
    const serverAfter = await this.#server.cpuMicros();
    return {
      count: timing.count,
      perSecond: (timing.count / timing.ms) * 1000,
      p50Ms: timing.p50Ms,
      p99Ms: timing.p99Ms,
      clientMicros: (clientAfter - clientBefore) / timing.count,
      serverMicros: (serverAfter - serverBefore) / timing.count,
      lost: timing.lost,
    };
  }

  /**
   * Samples both sides during one workload, after a warm-up.
   *
   * @param ms - how long to sample; the warm-up takes as long
   */
  async sample(workload: string, ms: number, kind: SampleKind): Promise<Sampled> {
    await this.#client.run(workload, ms);
    await this.#server.order({ type: "sample", kind });
    await this.#client.order({ type: "sample", kind });
    const { count } = await this.#client.run(workload, ms);
    const client = await this.#client.shares();
    const server = await this.#server.shares();
    return { count, client, server };
  }

  async close(): Promise<void> {
    try {
      await this.#client.order({ type: "close" });
      await this.#server.order({ type: "close" });
    } catch {
      // A half that has failed cannot be closed in peace; what it failed with is reported already.
    } finally {
      await this.#client.end();
      await this.#server.end();
    }
  }
}
