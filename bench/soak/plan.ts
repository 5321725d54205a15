/**
 * What the soak is told on its command line.
 *
 * The thresholds are those of gRPC's soak test (`soak_iterations`, `soak_max_failures`,
 * `soak_per_iteration_max_acceptable_latency_ms`, `soak_overall_timeout_seconds`), in
 * https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md, "rpc_soak".
 *
 * @module
 */

import { parseArgs } from "node:util";

/** The fewest windows: three to warm up, and enough behind them to see a line. */
const LEAST_WINDOWS = 9;

/** How many windows are not looked at, because compilers and caches are still at work: a third. */
export function warmUpWindows(windows: number): number {
  return Math.ceil(windows / 3);
}

/** What to do and what is still good. Times are in ms. */
export interface Plan {
  /** Calls in all; `Infinity` when the time decides. */
  readonly calls: number;
  /** Time in all; `Infinity` when the number of calls decides. */
  readonly durationMs: number;
  readonly windows: number;
  /** Calls at a time. */
  readonly lanes: number;
  /** The most calls a second. */
  readonly rate: number;
  readonly maxFailures: number;
  /** A call to a server that nobody kills may take that long. */
  readonly maxLatencyMs: number;
  /** After it the soak has failed, whatever it is doing. */
  readonly overallTimeoutMs: number;
  /** Where to draw the samples. */
  readonly svg: string | undefined;
}

export const USAGE = `npm run soak -- [options]

  --duration 30m         how long, as 90s, 30m or 2h (without it, --calls decides)
  --calls 1000000        how many calls (iterations)
  --windows 20           into how many windows; everything is measured at rest after each
  --lanes 200            calls at a time
  --rate 500             the most calls a second (default: as many as go)
  --max-failures 0       calls that may end other than expected
  --max-latency 5s       what one call may take
  --overall-timeout 45m  when to give up (default: half as long again as planned)
  --svg FILE             draws what was measured`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function duration(name: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor !== undefined) return Number(digits) * factor;
  throw new RangeError(`expected --${name} as 500ms, 90s, 30m or 2h, got "${text}"`);
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`expected --${name} as a whole number from ${least}, got "${text}"`);
}

/** @throws {Error} when they make no sense */
export function planFrom(parameters: string[]): Plan {
  const { values } = parseArgs({
    args: parameters,
    options: {
      duration: { type: "string" },
      calls: { type: "string" },
      windows: { type: "string", default: "20" },
      lanes: { type: "string", default: "200" },
      rate: { type: "string" },
      "max-failures": { type: "string", default: "0" },
      "max-latency": { type: "string", default: "5s" },
      "overall-timeout": { type: "string" },
      svg: { type: "string" },
    },
  });
  const durationMs =
    values.duration === undefined ? Infinity : duration("duration", values.duration);
  const calls =
    values.calls === undefined && durationMs < Infinity
      ? Infinity
      : whole("calls", values.calls ?? "1000000", 1);
  const rate = values.rate === undefined ? Infinity : whole("rate", values.rate, 1);
  const timeout = values["overall-timeout"];
  const plannedMs = Math.min(durationMs, rate === Infinity ? Infinity : (calls / rate) * 1000);
  return {
    calls,
    durationMs,
    windows: whole("windows", values.windows, LEAST_WINDOWS),
    lanes: whole("lanes", values.lanes, 1),
    rate,
    maxFailures: whole("max-failures", values["max-failures"], 0),
    maxLatencyMs: duration("max-latency", values["max-latency"]),
    overallTimeoutMs:
      timeout === undefined ? plannedMs * 1.5 + 60_000 : duration("overall-timeout", timeout),
    svg: values.svg,
  };
}
