/** A service with the name of its class, and what clients can ask of it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { exposed, ZrpcClient, ZrpcServer } from "zerocall/zrpc";

class TestServer extends ZrpcServer {
  /** Gives back its own name and the arguments. */
  @exposed
  func(arg: unknown, kwarg: unknown = null): [string, unknown, unknown] {
    console.log("S> request:", arg, kwarg);
    return ["func", arg, kwarg];
  }

  #running = 0;
  most = 0;

  @exposed
  async slowly(arg: unknown): Promise<unknown> {
    this.most = Math.max(this.most, ++this.#running);
    await delay(100);
    this.#running -= 1;
    return arg;
  }

  /** Not marked, so it is not offered. */
  secret(): string {
    return "secret";
  }
}

// Without a folder of its own an example would meet the services of this machine.
const socketDir = await mkdtemp(join(tmpdir(), "zrpc-"));

const server = new TestServer(undefined, { socketDir });
await server.start();
console.log("name:", server.name);

const client = new ZrpcClient<{ test_server: TestServer }>({ socketDir });
console.log(await client.call("test_server", "func", ["haha"], { named: { kwarg: "brt" } }));
console.log(await client.proxy.test_server.func("haha", "brt"));
// The older form of requests has a payload for its only argument.
console.log(await client.callPayload("test_server", "func", { any: "value" }, 10_000));

console.log(await client.list());
for (const [method, { parameters }] of Object.entries(await client.list("test_server"))) {
  console.log(
    method,
    parameters?.map(({ name, optional }) => (optional ? `${name}?` : name)),
  );
}

// Ten at once run side by side, not one after the other.
const numbers = Array.from({ length: 10 }, (_, n) => n);
console.log(await Promise.all(numbers.map((n) => client.proxy.test_server.slowly(n))));
console.log("at the same time:", server.most);

const late = client.call("test_server", "slowly", [1], { timeoutMs: 10 });
console.log(await late.catch((error: Error) => error.message.split(" within")[0]));

await client.close();
await server.close();
await rm(socketDir, { recursive: true });
