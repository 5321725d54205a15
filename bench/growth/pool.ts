/**
 * The pool of worker threads on work that keeps cores busy.
 *
 * @module
 */

import { figure, type Measure } from "./measure.ts";
import { measureWorkers } from "./workers.ts";

const WORKERS = 2;

export const pool: Measure = async ({ ms }) => {
  const rates = await measureWorkers(WORKERS, ms / 1000);
  const one = rates[0]?.callsPerSecond ?? Number.NaN;
  const rows = rates.map(({ workers, callsPerSecond, cores }) => [
    figure(workers),
    figure(callsPerSecond),
    figure(callsPerSecond / one, 2),
    figure(cores, 2),
  ]);
  return {
    title: "Worker threads",
    how: "Calls that compute for some ms each, four under way for each thread.",
    rows: [["threads", "calls/s", "times one thread", "cores that it had"], ...rows],
    curve: {
      unit: "calls/s",
      points: rates.map(({ workers, callsPerSecond }) => ({
        at: figure(workers),
        value: callsPerSecond,
      })),
    },
  };
};
