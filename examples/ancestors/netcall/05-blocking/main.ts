/** The synchronous client: calls, errors and timeouts one after the other, over two servers. */

import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { RpcError, Server } from "zerocall";
import { netcall } from "zerocall/dialects/netcall";
import { SyncClient } from "zerocall/sync";

const service = {
  echo: (s: string): string => s,
  error: (): never => {
    throw new RangeError("raised for fun");
  },
  sleep: (ms: number): Promise<number> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms, ms).unref();
    }),
  add: (a: number, b: number): number => a + b,
};

async function serve(): Promise<void> {
  const servers = [1, 2].map(() => new Server(service, { dialects: [netcall()] }));
  const endpoints = servers.map((server) => server.bind("tcp://127.0.0.1:0"));
  parentPort?.postMessage(await Promise.all(endpoints));
}

function ask(endpoints: readonly string[]): void {
  using client = new SyncClient<typeof service>(endpoints, {
    dialect: { name: "netcall", serializer: "msgpack" },
  });
  console.log(client.echo("Hi there"));
  try {
    client.error();
  } catch (error) {
    if (error instanceof RpcError) console.log(error.name, "|", error.message);
  }
  try {
    client.call("sleep", [2300], { timeoutMs: 100 });
  } catch (error) {
    if (error instanceof RpcError) console.log(error.status);
  }
  client.notify("error");
  for (const n of [1, 2, 3]) console.log(client.add(n, n));
}

// A server in the thread that blocks could not answer.
if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url));
  const [endpoints] = (await once(thread, "message")) as [string[]];
  ask(endpoints);
  await thread.terminate();
} else await serve();
