/** Blocking calls, as a script, a configuration file or a REPL line wants them. */

import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { RpcError, Server, zerorpc } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";
import { callSync, SyncClient } from "zerocall/sync";

class Settings {
  port(service: string): number {
    if (service === "web") return 8080;
    throw new RpcError("not_found", `no service "${service}"`);
  }
  *history(): Generator<string> {
    yield "port: 80";
    yield "port: 8080";
  }
}

async function serve(): Promise<void> {
  const server = new Server(new Settings(), { dialects: [zerorpc(), jsonrpc()] });
  parentPort?.postMessage(await server.bind("tcp://127.0.0.1:0"));
}

function ask(endpoint: string): void {
  using settings = new SyncClient<Settings>(endpoint, { timeoutMs: 5_000 });

  console.log("port", settings.port("web"));
  for (const change of settings.history()) console.log(change);
  try {
    settings.port("mail");
  } catch (error) {
    if (error instanceof RpcError) console.log(error.status, error.message);
  }
  console.log("port", callSync(endpoint, "port", ["web"], { dialect: "jsonrpc" }));
}

// A server in the thread that blocks could not answer, so it has one of its own here.
if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url));
  const [endpoint] = (await once(thread, "message")) as [string];
  ask(endpoint);
  await thread.terminate();
} else await serve();
