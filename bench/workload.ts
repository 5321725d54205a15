/**
 * The workloads: what is asked of every peer, and how it is timed.
 *
 * @module
 */

import type { Load, LoadEvents, OwnLoad, Timing } from "./contract.ts";

/** One way to load a peer. */
export interface Workload {
  readonly title: string;
  /** What is counted, for the head of the column. */
  readonly unit: "calls" | "items";
  /** Part of a run that does not choose. */
  readonly usual: boolean;
  readonly shape:
    | { readonly type: "calls"; readonly inFlight: number }
    | { readonly type: "echo"; readonly inFlight: number; readonly bytes: number }
    | { readonly type: "stream" };
}

/** All workloads by name, in the order of the report. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  sequential: {
    title: "one call after the other",
    unit: "calls",
    usual: true,
    shape: { type: "calls", inFlight: 1 },
  },
  "in-flight-100": {
    title: "100 calls in flight",
    unit: "calls",
    usual: true,
    shape: { type: "calls", inFlight: 100 },
  },
  "in-flight-1000": {
    title: "1000 calls in flight",
    unit: "calls",
    usual: true,
    shape: { type: "calls", inFlight: 1000 },
  },
  stream: {
    title: "one stream",
    unit: "items",
    usual: true,
    shape: { type: "stream" },
  },
  "echo-1k": {
    title: "echo of 1 KiB, 100 in flight",
    unit: "calls",
    usual: false,
    shape: { type: "echo", inFlight: 100, bytes: 1024 },
  },
  "echo-1m": {
    title: "echo of 1 MiB, 4 in flight",
    unit: "calls",
    usual: true,
    shape: { type: "echo", inFlight: 4, bytes: 1024 * 1024 },
  },
};

/** The clock is read once per this many answers, so that reading it costs nothing. */
const ANSWERS_PER_CLOCK = 16;
/** Items of the first and of the shortest stream. */
const FIRST_ITEMS = 2000;
/** Items of the longest stream. */
const MAX_ITEMS = 20_000_000;

/** Turns the one callback of a connected peer into timed runs. */
export class Runner implements LoadEvents {
  #answered: () => void = () => {};
  #failed: (error: unknown) => void = () => {};
  #itemsPerMs: number | undefined;

  answered(): void {
    this.#answered();
  }

  failed(error: unknown): void {
    this.#failed(error);
  }

  /**
   * Runs a workload.
   *
   * @param ms - how long calls are made, and about how long a stream is
   * @throws {RangeError} when the peer has no streams
   */
  async run(load: Load | OwnLoad, { shape }: Workload, ms: number): Promise<Timing> {
    if (shape.type === "stream") return await this.#stream(load, ms);
    if ("calls" in load) {
      const { inFlight } = shape;
      return shape.type === "echo"
        ? await load.echo(inFlight, ms, shape.bytes)
        : await load.calls(inFlight, ms);
    }
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
          lost: 0,
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
          resolve({ count, ms: took, lost: 0 });
        }
      };
      for (let first = 0; first < inFlight; first++) send();
    });
  }

  /** Asks for as many items as came in that time before; the first time for a few, to know that. */
  async #stream(load: Load | OwnLoad, ms: number): Promise<Timing> {
    this.#itemsPerMs ??= rateOf(await this.#items(load, FIRST_ITEMS));
    const items = Math.round(this.#itemsPerMs * ms);
    const timing = await this.#items(load, Math.min(MAX_ITEMS, Math.max(FIRST_ITEMS, items)));
    this.#itemsPerMs = rateOf(timing);
    return timing;
  }

  async #items(load: Load | OwnLoad, items: number): Promise<Timing> {
    if ("calls" in load) return await load.stream(items);
    if (load.stream === undefined) throw new RangeError("the peer has no streams");
    const start = performance.now();
    const count = await new Promise<number>((resolve, reject) => {
      this.#failed = reject;
      load.stream?.(items).then(resolve, reject);
    });
    return { count, ms: performance.now() - start, lost: items - count };
  }
}

function rateOf({ count, ms }: Timing): number {
  return count / ms;
}
