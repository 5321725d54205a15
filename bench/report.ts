/**
 * A run as Markdown and as JSON.
 *
 * @module
 */

import { bothMicros, figure, ratio, type Run, type Spread } from "./figures.ts";
import { formatGoals } from "./goals.ts";
import { formatMachine, type Machine } from "./machine.ts";
import { markdownTable } from "./markdown.ts";
import type { Measurement } from "./pair.ts";
import { CEILING } from "./peers.ts";

const MIB_IN_MB = 1.048_576;

interface Column {
  readonly title: string;
  readonly workload: string;
  readonly of: (measured: Measurement) => number;
  readonly format: (value: number) => string;
}

const rate = ({ perSecond }: Measurement): number => perSecond;

/** Three figures that count, as the rest is noise. */
function rounded(value: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 2);
  return (Math.round(value / 10 ** digits) * 10 ** digits).toLocaleString("en");
}

function micros(value: number): string {
  return value < 10 ? value.toFixed(1) : rounded(value);
}

const COLUMNS: readonly Column[] = [
  { title: "one at a time", workload: "sequential", of: rate, format: rounded },
  { title: "100 in flight", workload: "in-flight-100", of: rate, format: rounded },
  { title: "1000 in flight", workload: "in-flight-1000", of: rate, format: rounded },
  { title: "stream items/s", workload: "stream", of: rate, format: rounded },
  {
    title: "1 MiB echo MB/s",
    workload: "echo-1m",
    of: ({ perSecond }) => perSecond * MIB_IN_MB,
    format: rounded,
  },
  { title: "CPU µs per call", workload: "in-flight-100", of: bothMicros, format: micros },
];

function table(run: Run, cell: (peer: string, column: Column) => string): string {
  const columns = COLUMNS.filter(({ workload }) => run.results.has(workload));
  const rows = [...run.titles].map(([peer, title]) => [
    title,
    ...columns.map((column) => cell(peer, column)),
  ]);
  return markdownTable([["", ...columns.map(({ title }) => title)], ...rows]);
}

function range(spread: Spread | undefined, format: (value: number) => string): string {
  if (spread === undefined) return "–";
  return `${format(spread.median)} (${format(spread.min)}–${format(spread.max)})`;
}

function formatRatio(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

function formatLosses(run: Run): readonly string[] {
  const rounds = run.results.get("stream");
  return [...run.titles].flatMap(([peer, title]) => {
    const measured = (rounds?.get(peer) ?? []).filter((each) => each !== undefined);
    const lost = measured.reduce((sum, each) => sum + each.lost, 0);
    if (lost === 0) return [];
    const share = lost / measured.reduce((sum, each) => sum + each.lost + each.count, 0);
    return [`- ${title} lost ${(share * 100).toFixed(1)} % of its streams' items.`];
  });
}

function formatRemarks(run: Run): string {
  const losses = formatLosses(run);
  const remarks = [
    ...(losses.length > 0 ? losses : run.results.has("stream") ? ["- Nobody lost an item."] : []),
    ...[...run.missing].map(([peer, reason]) => `- ${peer} did not run: ${reason}.`),
    ...run.failures.map((failure) => `- ${failure}`),
  ];
  return remarks.join("\n");
}

/** The report: figures, ratios, goals, and what there is to say. */
export function formatReport(run: Run, machine: Machine): string {
  const figures = table(run, (peer, { workload, of, format }) => {
    const spread = figure(run.results.get(workload), peer, of);
    return spread === undefined ? "–" : format(spread.median);
  });
  const parts = [
    `${formatMachine(machine)} ${run.rounds} rounds of ${run.ms} ms.`,
    "Calls/s, medians over the rounds; CPU is of both sides together, with 100 in flight:",
    figures,
  ];
  if (run.titles.has(CEILING)) {
    const ratios = table(run, (peer, { workload, of }) =>
      range(ratio(run.results.get(workload), [peer, CEILING], of), formatRatio),
    );
    parts.push(
      "The same as ratios to the ceiling within a round, with the lowest and the highest:",
      ratios,
    );
  }
  parts.push(formatRemarks(run), formatGoals(run.results));
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Everything that was measured, for programs. */
export function toJson(run: Run, machine: Machine): string {
  const workloads = Object.fromEntries(
    [...run.results].map(([workload, rounds]) => [workload, Object.fromEntries(rounds)]),
  );
  const { rounds, ms, failures } = run;
  const peers = Object.fromEntries(run.titles);
  const missing = Object.fromEntries(run.missing);
  const figures = { machine, rounds, ms, peers, missing, failures, workloads };
  return `${JSON.stringify(figures, undefined, 2)}\n`;
}
