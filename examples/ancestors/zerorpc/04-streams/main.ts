/** Streams, calls side by side, timeouts, errors, a remote that is lost, heartbeats. */

import { setTimeout as delay } from "node:timers/promises";
import { Client, RpcError, Server, withContext } from "zerocall";

const service = {
  *range(from: number, to: number): Generator<number, void, undefined> {
    for (let n = from; n < to; n++) yield n;
  },
  sleep: withContext((call, ms: number) => delay(ms, `slept ${ms} ms`, { signal: call.signal })),
  fail: (): never => {
    throw new RangeError("nothing is that large");
  },
};

const server = new Server(service, { heartbeatMs: 1000, poolSize: 10 });
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using client = new Client<typeof service>(endpoint, { timeoutMs: 5000, heartbeatMs: 1000 });

for await (const n of client.range(10, 13)) console.log(n);

// A call is a promise; two of them run at the same time.
console.log(await Promise.all([client.sleep(20), client.sleep(10)]));

async function reasonOf(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
    return "it succeeded";
  } catch (error) {
    return error instanceof RpcError ? `${error.status}, ${error.name}` : String(error);
  }
}
console.log(await reasonOf(client.fail()));
console.log(await reasonOf(client.with({ timeoutMs: 20 }).sleep(10_000)));

const lost = reasonOf(client.sleep(10_000));
await delay(20);
await server.close();
console.log(await lost);
