/**
 * What interceptors cost.
 *
 * @module
 */

import { Client } from "zerocall";
import { keepCalling, lanes } from "./load.ts";
import { figure, type Measure, type Point } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";
import { type growthService, passing } from "./server.ts";

const COUNTS = [0, 1, 5];
const IN_FLIGHT = 100;

export const interceptors: Measure = async ({ ms }) => {
  const rows = [["interceptors on each side", "calls/s", "client CPU µs", "server CPU µs"]];
  const points: Point[] = [];
  for (const count of COUNTS) {
    await using server = await GrowthServer.start({ interceptors: count });
    await using client = new Client<typeof growthService>(server.endpoint, {
      interceptors: Array.from({ length: count }, () => passing),
    });
    let before = 0;
    const { perSecond, clientMicros, calls } = await keepCalling(
      lanes(IN_FLIGHT, () => client.add(20, 22)),
      ms,
      async () => {
        before = await server.cpuMicros();
      },
    );
    const serverMicros = ((await server.cpuMicros()) - before) / calls;
    rows.push([figure(count), figure(perSecond), figure(clientMicros, 1), figure(serverMicros, 1)]);
    points.push({ at: figure(count), value: perSecond });
  }
  return {
    title: "Interceptors",
    how: "Interceptors that only pass on, 100 calls in flight.",
    rows,
    curve: { unit: "calls/s", points },
  };
};
