/**
 * What an idle client and an open stream hold in memory.
 *
 * @module
 */

import { Client } from "zerocall";
import { figure, type Measure } from "./measure.ts";
import { GrowthServer } from "./server-process.ts";
import { type growthService, takeUsage, type Usage } from "./server.ts";

const CLIENTS = 1000;
const STREAMS = 2000;

function row(what: string, before: Usage, after: Usage, count: number): string[] {
  const kibibytes = (bytes: number): string => figure(bytes / count / 1024, 1);
  return [
    what,
    kibibytes(after.heapBytes - before.heapBytes),
    kibibytes(after.rssBytes - before.rssBytes),
  ];
}

/** Both sides have everything loaded, compiled and allocated that a first call needs. */
async function warmUp(endpoint: string): Promise<void> {
  await using client = new Client<typeof growthService>(endpoint);
  for (let n = 0; n < 2000; n++) await client.add(n, 1);
  for await (const _item of client.hold()) break;
}

async function idleClients(): Promise<string[]> {
  await using server = await GrowthServer.start();
  await warmUp(server.endpoint);
  const before = await server.usage();
  const clients: Client<typeof growthService>[] = [];
  for (let n = 0; n < CLIENTS; n++) {
    const client = new Client<typeof growthService>(server.endpoint);
    await client.add(n, 1);
    clients.push(client);
  }
  const after = await server.usage();
  await Promise.all(clients.map((client) => client.close()));
  return row("an idle client, on the server", before, after, CLIENTS);
}

async function openStreams(): Promise<string[][]> {
  await using server = await GrowthServer.start();
  await warmUp(server.endpoint);
  await using client = new Client<typeof growthService>(server.endpoint);
  await client.add(1, 1);
  const [serverBefore, clientBefore] = [await server.usage(), takeUsage()];
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const stream = client.hold()[Symbol.asyncIterator]();
      await stream.next();
      return stream;
    }),
  );
  const [serverAfter, clientAfter] = [await server.usage(), takeUsage()];
  if (streams.length !== STREAMS) throw new Error("expected all streams to be open");
  return [
    row("an open stream, on the server", serverBefore, serverAfter, STREAMS),
    row("an open stream, on the client", clientBefore, clientAfter, STREAMS),
  ];
}

export const memory: Measure = async () => ({
  title: "Memory",
  how:
    `${figure(CLIENTS)} clients that have made a call and are at rest, and ${figure(STREAMS)} streams of one client that have` +
    " given an item and stay open, after garbage collection. The kernel's own buffers are not in it.",
  rows: [["KiB of", "heap and buffers", "process"], await idleClients(), ...(await openStreams())],
});
