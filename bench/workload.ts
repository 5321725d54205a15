/**
 * The workloads: what is asked of every peer, and how it is timed.
 *
 * @module
 */

import type { Load, LoadEvents } from "./contract.ts";

/** One way to load a peer. */
export interface Workload {
  readonly title: string;
  /** What is counted, for the head of the column. */
  readonly unit: "calls" | "items";
  readonly shape:
    | { readonly type: "calls"; readonly inFlight: number }
    | { readonly type: "echo"; readonly inFlight: number; readonly bytes: number }
    | { readonly type: "stream"; readonly items: number };
}

/** All workloads by name, in the order of the report. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  sequential: {
    title: "one call after the other",
    unit: "calls",
    shape: { type: "calls", inFlight: 1 },
  },
  "in-flight-100": {
    title: "100 calls in flight",
    unit: "calls",
    shape: { type: "calls", inFlight: 100 },
  },
  "in-flight-1000": {
    title: "1000 calls in flight",
    unit: "calls",
    shape: { type: "calls", inFlight: 1000 },
  },
  stream: {
    title: "stream of 100,000 items",
    unit: "items",
    shape: { type: "stream", items: 100_000 },
  },
  "echo-1k": {
    title: "echo of 1 KiB, 100 in flight",
    unit: "calls",
    shape: { type: "echo", inFlight: 100, bytes: 1024 },
  },
  "echo-1m": {
    title: "echo of 1 MiB, 4 in flight",
    unit: "calls",
    shape: { type: "echo", inFlight: 4, bytes: 1024 * 1024 },
  },
};

/** What one run of a workload took, on the client's side. */
export interface Timing {
  readonly count: number;
  readonly ms: number;
  /** Round trips in ms; measured only when calls follow each other. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** The clock is read once per this many answers, so that reading it costs nothing. */
const ANSWERS_PER_CLOCK = 16;

/** Turns the one callback of a connected peer into timed runs. */
export class Runner implements LoadEvents {
  #answered: () => void = () => {};
  #failed: (error: unknown) => void = () => {};

  answered(): void {
    this.#answered();
  }

  failed(error: unknown): void {
    this.#failed(error);
  }

  /**
   * Runs a workload.
   *
   * @param ms - how long calls are made; a stream has its own length
   */
  async run(load: Load, workload: Workload, ms: number): Promise<Timing> {
    const { shape } = workload;
    if (shape.type === "stream") return await this.#stream(load, shape.items);
    if (shape.type === "echo") {
      const body = new Uint8Array(shape.bytes);
      return await this.#pipelined(() => load.echo(body), shape.inFlight, ms);
    }
    if (shape.inFlight === 1) return await this.#sequential(() => load.call(), ms);
    return await this.#pipelined(() => load.call(), shape.inFlight, ms);
  }

  #sequential(send: () => void, ms: number): Promise<Timing> {
    return new Promise((resolve, reject) => {
      const trips: number[] = [];
      const start = performance.now();
      let before = start;
      this.#failed = reject;
      this.#answered = () => {
        const now = performance.now();
        trips.push(now - before);
        before = now;
        if (now - start < ms) return send();
        trips.sort((a, b) => a - b);
        resolve({
          count: trips.length,
          ms: now - start,
          p50Ms: trips[Math.floor(trips.length * 0.5)],
          p99Ms: trips[Math.floor(trips.length * 0.99)],
        });
      };
      send();
    });
  }

  #pipelined(send: () => void, inFlight: number, ms: number): Promise<Timing> {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      let sent = inFlight;
      let count = 0;
      let ending = false;
      this.#failed = reject;
      this.#answered = () => {
        count++;
        if (count % ANSWERS_PER_CLOCK === 0) ending ||= performance.now() - start >= ms;
        if (!ending) {
          sent++;
          send();
        } else if (count === sent) {
          const took = performance.now() - start;
          resolve({ count, ms: took, p50Ms: undefined, p99Ms: undefined });
        }
      };
      for (let first = 0; first < inFlight; first++) send();
    });
  }

  async #stream(load: Load, items: number): Promise<Timing> {
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      load.stream(items).then(resolve, reject);
    });
    return { count: items, ms: performance.now() - start, p50Ms: undefined, p99Ms: undefined };
  }
}
