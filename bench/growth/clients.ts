/**
 * Calls per second and their times against the number of clients.
 *
 * @module
 */

import { Client } from "zerocall";
import { keepCalling } from "./load.ts";
import { figure, type Measure, type Point } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";
import type { growthService } from "./server.ts";

const COUNTS = [1, 10, 100, 1000];

/** One client after the other is given its connection, or the server's backlog overflows. */
async function openClients(
  count: number,
  endpoint: string,
): Promise<Client<typeof growthService>[]> {
  const clients: Client<typeof growthService>[] = [];
  for (let n = 0; n < count; n++) {
    const client = new Client<typeof growthService>(endpoint);
    await client.add(n, 1);
    clients.push(client);
  }
  return clients;
}

export const clients: Measure = async ({ ms }) => {
  const rows = [["clients", "calls/s", "p99 ms"]];
  const points: Point[] = [];
  await using server = await GrowthServer.start();
  for (const count of COUNTS) {
    const opened = await openClients(count, server.endpoint);
    const { perSecond, p99Ms } = await keepCalling(
      opened.map((client) => () => client.add(20, 22)),
      ms,
    );
    await Promise.all(opened.map((client) => client.close()));
    rows.push([figure(count), figure(perSecond), figure(p99Ms, 2)]);
    points.push({ at: figure(count), value: perSecond });
  }
  return {
    title: "Clients",
    how: "Each client has a connection of its own and one call under way; all are in one process.",
    rows,
    curve: { unit: "calls/s", points },
  };
};
