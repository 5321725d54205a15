/**
 * Calls per second against the number of methods of a service.
 *
 * @module
 */

import { Client } from "zerocall";
import { keepCalling, lanes } from "./load.ts";
import { figure, type Measure, type Point } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";

const COUNTS = [1, 100, 10_000];
const IN_FLIGHT = 100;

export const methods: Measure = async ({ ms }) => {
  const rows = [["methods", "calls/s", "to make the server, ms", "its heap, MiB"]];
  const points: Point[] = [];
  for (const count of COUNTS) {
    await using server = await GrowthServer.start({ methods: count });
    const { heapBytes } = await server.usage();
    await using client = new Client(server.endpoint);
    let next = 0;
    const { perSecond } = await keepCalling(
      lanes(IN_FLIGHT, () => client.call(`m${next++ % count}`, [1])),
      ms,
    );
    rows.push([
      figure(count),
      figure(perSecond),
      figure(server.startedMs, 1),
      figure(heapBytes / 2 ** 20, 1),
    ]);
    points.push({ at: figure(count), value: perSecond });
  }
  return {
    title: "Methods",
    how: "All methods of a service are called in turn, 100 calls in flight.",
    rows,
    curve: { unit: "calls/s", points },
  };
};
