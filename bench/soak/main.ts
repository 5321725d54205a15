/**
 * `npm run soak -- --duration 30m`: whether anything is lost, and whether anything is left behind.
 *
 * Calls of all kinds run in windows against a server that lives, one that is killed in the middle of
 * each window and one that drains, both started again at the same endpoint. Among the callers are some
 * that connect for one call, and peers that send garbage. At the end of each window everything is
 * at rest, garbage is collected, and client and server say what they hold. The first third warms up;
 * over the rest heap, memory, handles, timers and open calls have to be flat.
 *
 * Exit codes: 0 all is well, 1 calls failed or something grew, 2 the command line makes no sense.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { drawChart, type Panel } from "./chart.ts";
import { type Plan, planFrom, USAGE, warmUpWindows } from "./plan.ts";
import { growth, type Sample } from "./sample.ts";
import { type Measured, Soak } from "./soak.ts";

const MEBIBYTE = 2 ** 20;

function row(window: number, measured: Measured): string {
  const { client, server, callsPerSecond, p99Ms, maxMs, failures } = measured;
  const pair = (read: (sample: Sample) => string): string =>
    [client, server]
      .map(read)
      .map((cell) => cell.padStart(7))
      .join("");
  return [
    String(window).padStart(6),
    pair(({ heapBytes }) => (heapBytes / MEBIBYTE).toFixed(2)),
    pair(({ rssBytes }) => (rssBytes / MEBIBYTE).toFixed(1)),
    pair(({ handles }) => String(handles)),
    pair(({ timers }) => String(timers)),
    pair(({ channels }) => String(channels)),
    callsPerSecond.toFixed(0).padStart(8),
    p99Ms.toFixed(1).padStart(8),
    maxMs.toFixed(0).padStart(7),
    String(failures).padStart(9),
  ].join(" ");
}

const HEADING =
  "window      heap MiB        RSS MiB        handles         timers     open calls  calls/s   p99 ms  max ms  failures\n" +
  "        client server  client server  client server  client server  client server";

function panelsOf(measured: readonly Measured[]): readonly Panel[] {
  const both = (title: string, read: (sample: Sample) => number): Panel => ({
    title,
    lines: [
      { name: "client", values: measured.map(({ client }) => read(client)) },
      { name: "server", values: measured.map(({ server }) => read(server)) },
    ],
  });
  const one = (title: string, name: string, read: (seen: Measured) => number): Panel => ({
    title,
    lines: [{ name, values: measured.map(read) }],
  });
  return [
    both("heap at rest, MiB", ({ heapBytes }) => heapBytes / MEBIBYTE),
    both("RSS at rest, MiB", ({ rssBytes }) => rssBytes / MEBIBYTE),
    both("handles at rest", ({ handles }) => handles),
    both("timers at rest", ({ timers }) => timers),
    both("open calls at rest", ({ channels }) => channels),
    one("calls per second", "all servers", ({ callsPerSecond }) => callsPerSecond),
    {
      title: "time of a call, ms",
      lines: [
        { name: "p99", values: measured.map(({ p99Ms }) => p99Ms) },
        { name: "longest", values: measured.map(({ maxMs }) => maxMs) },
      ],
    },
    one("failures so far", "all servers", ({ failures }) => failures),
  ];
}

/** Ends the process when the soak hangs: that is a finding, too. */
function limit({ overallTimeoutMs }: Plan): NodeJS.Timeout | undefined {
  if (!Number.isFinite(overallTimeoutMs)) return undefined;
  return setTimeout(() => {
    console.error(`not over after the overall timeout of ${overallTimeoutMs / 1000} s`);
    process.exit(1);
  }, overallTimeoutMs);
}

async function run(plan: Plan): Promise<number> {
  const timer = limit(plan);
  const soak = await Soak.start(plan);
  const { load, measured } = soak;
  const start = performance.now();
  console.log(HEADING);
  for (let window = 1; window <= plan.windows; window++) {
    console.log(row(window, await soak.window()));
  }
  await soak.close();
  clearTimeout(timer);

  const seconds = (performance.now() - start) / 1000;
  const counts = [...load.counts].map(([name, count]) => `${name} ${count}`).join(", ");
  console.log(`\n${load.done} calls in ${seconds.toFixed(0)} s: ${counts}`);
  console.log(`${load.failures} failures, ${plan.maxFailures} allowed`);
  for (const what of load.told) console.log(`  ${what}`);
  const grown = grownIn(measured, load.done / measured.length);
  console.log(grown.length === 0 ? "everything is flat" : grown.join("\n"));
  if (plan.svg !== undefined) {
    const title = `${load.done.toLocaleString("en")} calls in ${(seconds / 60).toFixed(1)} minutes, ${load.failures} failures`;
    const minutes = measured.map(({ minute }) => minute);
    writeFileSync(plan.svg, drawChart(title, minutes, panelsOf(measured)));
  }
  return load.failed || grown.length > 0 ? 1 : 0;
}

function grownIn(measured: readonly Measured[], callsPerWindow: number): readonly string[] {
  const steady = measured.slice(warmUpWindows(measured.length));
  return (["client", "server"] as const).flatMap((side) =>
    growth(
      steady.map((seen) => seen[side]),
      callsPerWindow,
    ).map((what) => `${side}: ${what}`),
  );
}

let plan: Plan | undefined;
try {
  plan = planFrom(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
if (plan !== undefined) process.exitCode = await run(plan);
