/** A server that also watches streams and descriptors, one event at a time if wanted. */

import { execFileSync } from "node:child_process";
import { constants, openSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { ZrpcClient, ZrpcServer } from "zerocall/zrpc";

const socketDir = await mkdtemp(join(tmpdir(), "zrpc-"));
const server = new ZrpcServer({ ping: () => "pong" }, { socketDir, name: "watcher" });

// The server reads nothing itself; the callback runs when there is something to read.
const queue = new PassThrough();
server.register(queue, () => console.log("got value:", String(queue.read())));

console.log("anything within 10 ms?", await server.runOnce(10));
queue.write("foo");
console.log("one event:", await server.runOnce(10_000));

const client = new ZrpcClient({ socketDir });
const pong = client.call("watcher", "ping");
console.log("one request:", await server.runOnce());
console.log(await pong);
server.unregister(queue);

// A descriptor becomes a stream, which owns it.
const path = join(socketDir, ".pipe");
execFileSync("mkfifo", [path]);
const pipe = server.register(openSync(path, constants.O_RDWR), () => {
  console.log("from the pipe:", String(pipe.read()));
});
writeFileSync(path, "bar");
console.log("one event:", await server.runOnce(10_000));
server.unregister(pipe);
pipe.destroy();

// What cannot be watched is refused.
const file = openSync(join(socketDir, ".file"), "w+");
try {
  server.register(file, () => undefined);
} catch (error) {
  console.log(String(error).replace(/\d+/, "FD"));
}

// From here on until it is closed.
const running = server.run();
console.log(await client.call("watcher", "ping"));
await client.close();
await server.close();
await running;
await rm(socketDir, { recursive: true });
