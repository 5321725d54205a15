/**
 * What the project promised itself, compared with what was measured.
 *
 * @module
 */

import { CEILING } from "./peers.ts";
import { perSecond, ratio, type Rounds } from "./report.ts";

interface Goal {
  readonly title: string;
  readonly workload: string;
  readonly atLeast: number;
  readonly measured: (rounds: Rounds) => number | undefined;
}

const GOALS: readonly Goal[] = [
  {
    title: "whole calls, 100 in flight, of the ceiling",
    workload: "in-flight-100",
    atLeast: 0.22,
    measured: (rounds) => ratio(rounds, "call", CEILING),
  },
  {
    title: "raw sockets, 100 in flight, times the zeromq package",
    workload: "in-flight-100",
    atLeast: 4,
    measured: (rounds) => ratio(rounds, "raw", "zeromq"),
  },
  {
    title: "sequential calls, of the ceiling",
    workload: "sequential",
    atLeast: 0.8,
    measured: (rounds) => ratio(rounds, "call", CEILING),
  },
  {
    title: "items per second of a stream",
    workload: "stream",
    atLeast: 1_000_000,
    measured: (rounds) => perSecond(rounds, "call"),
  },
];

function number(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}

/** One line per goal; a goal whose peers or workload did not run says so. */
export function formatGoals(results: ReadonlyMap<string, Rounds>): string {
  const lines = GOALS.map((goal) => {
    const rounds = results.get(goal.workload);
    const measured = rounds && goal.measured(rounds);
    const verdict =
      measured === undefined
        ? "not measured"
        : `${number(measured)}  ${measured >= goal.atLeast ? "reached" : "missed"}`;
    return `  ${goal.title.padEnd(54)}≥ ${number(goal.atLeast).padEnd(11)}${verdict}`;
  });
  return ["goals", ...lines].join("\n");
}
