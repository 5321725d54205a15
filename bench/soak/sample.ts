/**
 * What a process holds at rest, and whether it grows.
 *
 * @module
 */

/** What a process holds after its garbage is collected and while it serves nothing. */
export interface Sample {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Sockets, pipes and whatever else keeps a process alive, timers excepted. */
  readonly handles: number;
  readonly timers: number;
  /** Calls that are not over. */
  readonly channels: number;
}

const TIMERS: ReadonlySet<string> = new Set(["Timeout", "Immediate"]);

/**
 * Measures this process.
 *
 * @throws {Error} when Node was started without `--expose-gc`
 */
export function takeSample(channels: number): Sample {
  if (globalThis.gc === undefined) throw new Error("expected node --expose-gc");
  // The second pass frees what finalizers of the first one let go.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => TIMERS.has(name)).length;
  return {
    heapBytes: heapUsed,
    rssBytes: rss,
    handles: resources.length - timers,
    timers,
    channels,
  };
}

/** Slope of the straight line that fits `values` best, per step. */
export function slope(values: readonly number[]): number {
  const meanAt = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [at, value] of values.entries()) {
    above += (at - meanAt) * (value - mean);
    below += (at - meanAt) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

interface Bound {
  /** Growth that compilers and allocators are allowed over the whole run, whatever its length. */
  readonly floorBytes: number;
  /** Growth per call beyond which something is kept that should not be. */
  readonly bytesPerCall: number;
}

/** Keeping the smallest object for one call in a hundred is above this. */
const HEAP: Bound = { floorBytes: 2 ** 20, bytesPerCall: 1 };
/** The allocator returns pages as it likes, so this finds only large leaks outside of the heap. */
const RSS: Bound = { floorBytes: 32 * 2 ** 20, bytesPerCall: 16 };

/**
 * Says what grew, one sentence each; empty when everything is flat.
 *
 * @param samples - at the end of each window, the windows of the warm-up left out
 * @param callsPerWindow - calls between two samples
 */
export function growth(samples: readonly Sample[], callsPerWindow: number): string[] {
  const steps = samples.length - 1;
  const grown: string[] = [];
  const check = (what: string, bound: Bound, values: readonly number[]): void => {
    const bytes = slope(values) * steps;
    const perCall = bytes / (steps * callsPerWindow);
    if (bytes <= bound.floorBytes || perCall <= bound.bytesPerCall) return;
    grown.push(`${what} grows by ${perCall.toFixed(1)} octets a call`);
  };
  check(
    "heap",
    HEAP,
    samples.map((sample) => sample.heapBytes),
  );
  check(
    "RSS",
    RSS,
    samples.map((sample) => sample.rssBytes),
  );
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return ["nothing was sampled"];
  for (const what of ["handles", "timers"] as const) {
    if (last[what] > first[what]) grown.push(`${what} grow from ${first[what]} to ${last[what]}`);
  }
  const open = Math.max(...samples.map((sample) => sample.channels));
  if (open > 0) grown.push(`${open} calls are open at rest`);
  return grown;
}
