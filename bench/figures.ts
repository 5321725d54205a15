/**
 * What a run has measured, and the figures that are made of it: medians over the rounds, and ratios
 * taken within a round.
 *
 * @module
 */

import type { Measurement } from "./pair.ts";

/** All rounds of one workload: a list per peer, one entry per round, `undefined` where it failed. */
export type Rounds = ReadonlyMap<string, readonly (Measurement | undefined)[]>;

/** One run of the benchmark. */
export interface Run {
  readonly rounds: number;
  readonly ms: number;
  /** Title of each peer by name, in the order of the report. */
  readonly titles: ReadonlyMap<string, string>;
  /** Peers that did not run, with the reason. */
  readonly missing: ReadonlyMap<string, string>;
  /** What went wrong meanwhile. */
  readonly failures: readonly string[];
  readonly results: ReadonlyMap<string, Rounds>;
}

/** The middle of some values, and how far they go. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle of the values, the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(half)] ?? Number.NaN;
  return (low + high) / 2;
}

function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** One figure of a peer over the rounds; `undefined` when no round has it. */
export function figure(
  rounds: Rounds | undefined,
  peer: string,
  of: (measured: Measurement) => number | undefined,
): Spread | undefined {
  const values = (rounds?.get(peer) ?? []).map((each) => each && of(each));
  return spreadOf(values.filter((value) => value !== undefined));
}

/** Over the rounds, how `peer` compares with `base` in the same round. */
export function ratio(
  rounds: Rounds | undefined,
  [peer, base]: readonly [string, string],
  of: (measured: Measurement) => number,
): Spread | undefined {
  const measured = rounds?.get(peer) ?? [];
  const compared = rounds?.get(base) ?? [];
  const ratios = measured.map((each, round) => {
    const other = compared[round];
    return each && other && of(each) / of(other);
  });
  return spreadOf(ratios.filter((value) => value !== undefined));
}

/** CPU time of both sides together, in µs per call or item. */
export function bothMicros({ clientMicros, serverMicros }: Measurement): number {
  return clientMicros + serverMicros;
}
