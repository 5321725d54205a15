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

/** Growth per call beyond which something is kept that should not be. */
export interface Bounds {
  readonly heapBytesPerCall: number;
  readonly rssBytesPerCall: number;
}

/** Even the smallest object kept per call is above the first; the second leaves room for the allocator. */
export const BOUNDS: Bounds = { heapBytesPerCall: 4, rssBytesPerCall: 40 };

/**
 * Says what grew, one sentence each; empty when everything is flat.
 *
 * @param samples - at the end of each window, the windows of the warm-up left out
 * @param callsPerWindow - calls between two samples
 */
export function growth(samples: readonly Sample[], callsPerWindow: number): string[] {
  const perCall = (value: (sample: Sample) => number): number =>
    slope(samples.map(value)) / callsPerWindow;
  const grown: string[] = [];
  const heap = perCall((sample) => sample.heapBytes);
  if (heap > BOUNDS.heapBytesPerCall) grown.push(`heap grows by ${heap.toFixed(1)} octets a call`);
  const rss = perCall((sample) => sample.rssBytes);
  if (rss > BOUNDS.rssBytesPerCall) grown.push(`RSS grows by ${rss.toFixed(1)} octets a call`);
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
