/** Worker processes behind a proxy: clients know the proxy alone, and the workers come to it. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "zerocall";
import { Dealer, Router } from "zerocall/zeromq";
import { netcall } from "zerocall/dialects/netcall";
import type { Service } from "./worker.ts";

const folder = await mkdtemp(join(tmpdir(), "zerocall-"));
const back = `ipc://${join(folder, "workers")}`;

// The proxy: a ROUTER for clients, a DEALER for workers, and messages carried between them.
const clients = new Router();
const workers = new Dealer();
await clients.bind("tcp://127.0.0.1:0");
await workers.bind(back);
async function carry(from: Router | Dealer, to: Router | Dealer): Promise<void> {
  for await (const frames of from) await to.send(frames);
}
const carrying = [carry(clients, workers), carry(workers, clients)];

const script = fileURLToPath(new URL("worker.js", import.meta.url));
const processes = [1, 2].map(() => fork(script, [back]));
while (workers.peerCount < processes.length) await delay(5);

const client = new Client<Service>(clients.lastEndpoint ?? "", { dialect: netcall() });
const answers = await Promise.all([1, 2, 3, 4].map((n) => client.square(n)));
console.log(answers.map(({ value }) => value));
console.log("processes that answered:", new Set(answers.map(({ pid }) => pid)).size);

await client.close();
for (const child of processes) {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
await clients.close();
await workers.close();
await Promise.all(carrying);
await rm(folder, { recursive: true });
