/**
 * Figures to text: medians over the rounds, and ratios taken within a round.
 *
 * @module
 */

import type { Measurement } from "./pair.ts";
import type { Workload } from "./workload.ts";

/** All rounds of one workload: a list per peer, one entry per round. */
export type Rounds = ReadonlyMap<string, readonly Measurement[]>;

/** The middle of the values, the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(half)] ?? Number.NaN;
  return (low + high) / 2;
}

/** Median over the rounds of how `peer` compares with `base` in the same round. */
export function ratio(rounds: Rounds, peer: string, base: string): number | undefined {
  const measured = rounds.get(peer);
  const compared = rounds.get(base);
  if (measured === undefined || compared === undefined) return undefined;
  return median(
    measured.map((each, round) => each.perSecond / (compared[round]?.perSecond ?? Number.NaN)),
  );
}

/** Median of calls or items per second. */
export function perSecond(rounds: Rounds, peer: string): number | undefined {
  const measured = rounds.get(peer);
  return measured && median(measured.map((each) => each.perSecond));
}

const WIDTHS = [42, 12, 9, 9, 11, 11, 11] as const;

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => {
      const width = WIDTHS[index] ?? 0;
      return index === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join("")
    .trimEnd();
}

function micros(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? "" : (median(known) * 1000).toFixed(0);
}

/** The table of one workload. */
export function formatTable(
  workload: Workload,
  rounds: Rounds,
  names: { readonly titles: ReadonlyMap<string, string>; readonly ceiling: string },
): string {
  const head = [
    workload.title,
    `${workload.unit}/s`,
    "p50 µs",
    "p99 µs",
    "client CPU",
    "server CPU",
    "of ceiling",
  ];
  const lines = [row(head)];
  for (const [peer, measured] of rounds) {
    const share = ratio(rounds, peer, names.ceiling);
    lines.push(
      row([
        `  ${names.titles.get(peer) ?? peer}`,
        Math.round(median(measured.map((each) => each.perSecond))).toLocaleString("en"),
        micros(measured.map((each) => each.p50Ms)),
        micros(measured.map((each) => each.p99Ms)),
        median(measured.map((each) => each.clientMicros)).toFixed(2),
        median(measured.map((each) => each.serverMicros)).toFixed(2),
        share === undefined ? "" : share.toFixed(2),
      ]),
    );
  }
  return lines.join("\n");
}
