/**
 * Calls under way all the time, and what came of them.
 *
 * @module
 */

/** What a load came to. */
export interface Rate {
  readonly perSecond: number;
  /** The time that 99 of 100 calls stay below, in ms. */
  readonly p99Ms: number;
  /** CPU time of this process per call, in µs. */
  readonly clientMicros: number;
  readonly calls: number;
}

/** Lanes make a call after the other for `ms`, a third of it before, to warm up. */
export async function keepCalling(
  callers: readonly (() => Promise<unknown>)[],
  ms: number,
  warmedUp: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Rate> {
  await callFor(callers, ms / 3);
  await warmedUp();
  const start = performance.now();
  const before = process.cpuUsage();
  const trips = await callFor(callers, ms);
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const sorted = Float64Array.from(trips).toSorted();
  return {
    perSecond: (trips.length / took) * 1000,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    clientMicros: (user + system) / trips.length,
    calls: trips.length,
  };
}

async function callFor(
  callers: readonly (() => Promise<unknown>)[],
  ms: number,
): Promise<number[]> {
  const trips: number[] = [];
  const endAt = performance.now() + ms;
  await Promise.all(
    callers.map(async (call) => {
      for (let now = performance.now(); now < endAt;) {
        await call();
        const then = performance.now();
        trips.push(then - now);
        now = then;
      }
    }),
  );
  return trips;
}

/** The same call in each of `count` lanes. */
export function lanes(count: number, call: () => Promise<unknown>): (() => Promise<unknown>)[] {
  return Array.from({ length: count }, () => call);
}
