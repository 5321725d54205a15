/**
 * What a measure of growth is: a table, and the curve that is drawn of it.
 *
 * @module
 */

/** One point of a curve. */
export interface Point {
  /** What is varied, as it is written at the axis. */
  readonly at: string;
  readonly value: number;
}

/** What one measure found out. */
export interface Finding {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly how: string;
  /** Rows of text, the first one the head. */
  readonly rows: readonly (readonly string[])[];
  /** The figure that is drawn, with its unit; absent where there is nothing to draw. */
  readonly curve?: { readonly unit: string; readonly points: readonly Point[] };
}

/** How thorough a measure is. */
export interface Thoroughness {
  /** How long each figure is measured. */
  readonly ms: number;
  /** How often what is measured by itself is repeated. */
  readonly repeats: number;
}

/** One measure of growth. It runs in a process of its own. */
export type Measure = (thoroughness: Thoroughness) => Promise<Finding>;

/** A figure with separators, or with decimals where it is small. */
export function figure(value: number, decimals = 0): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Octets in the unit that people read. */
export function octets(value: number): string {
  if (value >= 2 ** 20) return `${figure(value / 2 ** 20)} MiB`;
  return value >= 2 ** 10 ? `${figure(value / 2 ** 10)} KiB` : `${value} B`;
}
