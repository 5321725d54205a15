/** A service in worker threads: for methods that keep a core busy. */

import { Client, RpcError, Server, WorkerPool } from "zerocall";
import type * as service from "./primes.ts";

// Without its extension: primes.ts here, primes.js when it was compiled.
await using pool = await WorkerPool.start(new URL("./primes", import.meta.url), {
  workers: 2,
  // What callers see of a crash is told below; this is for who runs the server.
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
await using server = new Server(pool);
await using client = new Client<typeof service>(await server.bind("tcp://127.0.0.1:0"));

const counts = [client.countPrimes(300_000), client.countPrimes(200_000)];
console.log(
  "while both threads count, the server tells:",
  Object.keys((await client.inspect()).methods),
);
console.log("primes below 300 000 and 200 000:", await Promise.all(counts));

const first: number[] = [];
for await (const prime of client.primes()) if (first.push(prime) === 5) break;
console.log("the first five:", first);

try {
  await client.crash();
} catch (error) {
  if (error instanceof RpcError)
    console.log("crashed:", error.status, "may have run:", error.mayHaveRun);
}
console.log("and goes on:", await client.countPrimes(100));
