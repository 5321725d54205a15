/** Services of one machine, by name: no address, no port. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exposed, ZrpcClient, ZrpcServer } from "zerocall/zrpc";

class TestServer {
  @exposed
  func(arg: string, kwarg: string | null = null): [string, string, string | null] {
    return ["func", arg, kwarg];
  }
}

// Without a folder of its own an example would meet the services of this machine.
const socketDir = await mkdtemp(join(tmpdir(), "zrpc-"));

const server = new ZrpcServer(new TestServer(), { socketDir });
await server.start();
console.log(`serving "${server.name}"`);

const client = new ZrpcClient<{ test_server: TestServer }>({ socketDir });
console.log(await client.list());
console.log(await client.proxy.test_server.func("haha"));
console.log(await client.call("test_server", "func", ["haha"], { named: { kwarg: "brt" } }));
console.log(Object.keys(await client.list("test_server")));

await client.close();
await server.close();
await rm(socketDir, { recursive: true });
