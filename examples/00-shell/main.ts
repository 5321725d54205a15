/** `npm run demo`: serves a module of Node from the shell and calls it from the shell. */

import { Shell } from "../shell.ts";

await using shell = new Shell();

const { endpoints } = await shell.start("--server", "--bind", "tcp://127.0.0.1:0", "node:path");
const [endpoint = ""] = endpoints;
shell.show(endpoint, "$endpoint");

await shell.run(endpoint, "join", "a", "b", "c");
await shell.run(endpoint, "basename", "/srv/data.json", ".json");
await shell.run(endpoint, "jion", "a");
