/** The services of this machine from the shell: which there are, what they offer, calls. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadService } from "zerocall/source";
import { ZrpcServer } from "zerocall/zrpc";
import { Shell } from "../../../shell.ts";

const socketDir = await mkdtemp(join(tmpdir(), "zrpc-"));

// Documentation is in the source, and is read from there.
const { service, describe } = await loadService("./test-server.ts#TestServer", process.cwd());
const server = new ZrpcServer(service, { socketDir, describe });
await server.start();

// Both sides find each other in the folder that this variable names.
await using shell = new Shell({ ZRPC_SOCKET_DIR: socketDir });
await shell.run("list");
await shell.run("list", "test_server");
await shell.run("call", "test_server", "func", "True", "kwarg=None");
await shell.run("call", "--count", "2", "--timeout", "10", "test_server", "func", "[1, 2]");
await shell.run("call", "test_server", "func", "1", "nope=2");

await server.close();
await rm(socketDir, { recursive: true });
