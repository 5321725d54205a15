/** A server with three workers, each on a core of its own if there are so many. */

import { Client, MultiCall, Server, WorkerPool } from "zerocall";
import { multicall } from "zerocall/dialects/multicall";
import type * as functions from "./service.ts";

await using pool = await WorkerPool.start(new URL("./service", import.meta.url), { workers: 3 });
await using server = new Server(undefined, { dialects: [multicall()] });
server.register("my.namespace", pool);
const endpoint = await server.bind("tcp://127.0.0.1:0");

interface Service {
  my: { namespace: typeof functions };
}
await using client = new Client<Service>(endpoint, { dialect: multicall() });
console.log(await client.my.namespace.mult(5, 7));

const threads = await Promise.all([1, 2, 3].map(() => client.my.namespace.spin(50)));
console.log("threads that were busy at the same time:", new Set(threads).size);

const calls = new MultiCall<Service>(client);
for (const n of [2, 3, 4]) calls.my.namespace.mult(n, n);
for (const result of await calls()) console.log(result);
