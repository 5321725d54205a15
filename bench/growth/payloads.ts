/**
 * Calls and octets per second against the size of what they carry.
 *
 * @module
 */

import { Client } from "zerocall";
import { keepCalling, lanes } from "./load.ts";
import { figure, type Measure, octets, type Point } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";
import type { growthService } from "./server.ts";

const SIZES = [16, 256, 4096, 65_536, 1_048_576, 16_777_216];
const MAX_IN_FLIGHT = 100;
/** Octets that are under way at most. */
const MAX_UNDER_WAY = 33_554_432;

export const payloads: Measure = async ({ ms }) => {
  const rows = [["octets each way", "in flight", "calls/s", "MB/s"]];
  const points: Point[] = [];
  await using server = await GrowthServer.start();
  for (const size of SIZES) {
    await using client = new Client<typeof growthService>(server.endpoint);
    const body = new Uint8Array(size);
    const inFlight = Math.max(1, Math.min(MAX_IN_FLIGHT, MAX_UNDER_WAY / size));
    const { perSecond } = await keepCalling(
      lanes(inFlight, () => client.echo(body)),
      ms,
    );
    const megabytes = (perSecond * size) / 1e6;
    rows.push([
      octets(size),
      figure(inFlight),
      figure(perSecond),
      figure(megabytes, megabytes < 10 ? 1 : 0),
    ]);
    points.push({ at: octets(size), value: megabytes });
  }
  return {
    title: "Payloads",
    how: "An echo, with as much under way as 100 calls or 32 MiB; MB/s counts one direction.",
    rows,
    curve: { unit: "MB/s", points },
  };
};
