/**
 * What the project promised itself, compared with what was measured.
 *
 * @module
 */

import { bothMicros, figure, ratio, type Rounds, type Spread } from "./figures.ts";
import { markdownTable } from "./markdown.ts";
import type { Measurement } from "./pair.ts";
import { CEILING } from "./peers.ts";

interface Goal {
  readonly title: string;
  readonly workload: string;
  /** What is to be reached: at least so much, or at most. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly measured: (rounds: Rounds) => Spread | undefined;
}

const rate = ({ perSecond }: Measurement): number => perSecond;
const ofCeiling = (rounds: Rounds): Spread | undefined => ratio(rounds, ["call", CEILING], rate);

const GOALS: readonly Goal[] = [
  {
    title: "one at a time, of the ceiling",
    workload: "sequential",
    atLeast: 0.9,
    measured: ofCeiling,
  },
  {
    title: "100 in flight, of the ceiling",
    workload: "in-flight-100",
    atLeast: 0.45,
    measured: ofCeiling,
  },
  {
    title: "1000 in flight, of the ceiling",
    workload: "in-flight-1000",
    atLeast: 0.2,
    measured: ofCeiling,
  },
  {
    title: "items of a stream, of the ceiling",
    workload: "stream",
    atLeast: 0.3,
    measured: ofCeiling,
  },
  { title: "1 MiB echo, of the ceiling", workload: "echo-1m", atLeast: 0.9, measured: ofCeiling },
  {
    title: "CPU µs per call, both sides, 100 in flight",
    workload: "in-flight-100",
    atMost: 4,
    measured: (rounds) => figure(rounds, "call", bothMicros),
  },
  {
    title: "our CPU per call towards an old peer, of that towards our own",
    workload: "in-flight-100",
    atMost: 1,
    measured: (rounds) => ratio(rounds, ["call-old", "call"], ({ clientMicros }) => clientMicros),
  },
];

function verdict(
  { atLeast = -Infinity, atMost = Infinity }: Goal,
  measured: Spread | undefined,
): string {
  if (measured === undefined) return "not measured";
  const reached = measured.median >= atLeast && measured.median <= atMost;
  return reached ? "reached" : "missed";
}

/** A line per goal; a goal whose peers or workload did not run says so. */
export function formatGoals(results: ReadonlyMap<string, Rounds>): string {
  const lines = GOALS.map((goal) => {
    const rounds = results.get(goal.workload);
    const measured = rounds && goal.measured(rounds);
    const wanted = goal.atLeast === undefined ? `≤ ${goal.atMost ?? ""}` : `≥ ${goal.atLeast}`;
    const range =
      measured &&
      `${measured.median.toFixed(2)} (${measured.min.toFixed(2)}–${measured.max.toFixed(2)})`;
    return [goal.title, wanted, range ?? "–", verdict(goal, measured)];
  });
  return markdownTable([["whole calls", "goal", "measured", ""], ...lines]);
}
