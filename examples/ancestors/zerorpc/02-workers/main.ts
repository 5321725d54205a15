/** Who binds and who connects can be swapped, mixed and repeated. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Shell } from "../../../shell.ts";

const folder = await mkdtemp(join(tmpdir(), "zerocall-"));
await using shell = new Shell();

// A client that listens, and waits for somebody who can do the work.
const client = await shell.start("--bind", "tcp://127.0.0.1:0", "join", "a", "b");
const [hub = ""] = client.endpoints;
shell.show(hub, "tcp://127.0.0.1:1234");
await shell.start("--server", hub, "node:path");
process.stdout.write(await client.printed);

// One server at two addresses that is also a worker of a client.
const waiting = await shell.start("--bind", "tcp://127.0.0.1:0", "basename", "/srv/data");
const [queue = ""] = waiting.endpoints;
shell.show(queue, "tcp://127.0.0.1:5678");
const ipc = `ipc://${join(folder, "path")}`;
shell.show(ipc, "ipc://run/path");
const where = ["--bind", "tcp://127.0.0.1:0", "--bind", ipc, "--connect", queue];
const server = await shell.start("--server", ...where, "node:path");
const [tcp = ""] = server.endpoints;
shell.show(tcp, "tcp://127.0.0.1:2345");
process.stdout.write(await waiting.printed);
await shell.run(tcp, "join", "over", "tcp");
await shell.run(ipc, "join", "over", "ipc");

// Several servers for one client, one of them dead: its calls go to the other.
await shell.run("--connect", "tcp://127.0.0.1:1", "--connect", tcp, "join", "still", "there");

await rm(folder, { recursive: true });
