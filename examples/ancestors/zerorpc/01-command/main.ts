/** The command: serve a module that knows nothing of it, call it, ask what it offers. */

import { Shell } from "../../../shell.ts";

await using shell = new Shell();

const served = await shell.start("--server", "--bind", "tcp://127.0.0.1:0", "./clock.ts");
const [endpoint = ""] = served.endpoints;
shell.show(endpoint, "tcp://127.0.0.1:1234");

// Three ways to say the same.
await shell.run("--client", "--connect", endpoint, "strptime", "2011/03/07");
await shell.run("--connect", endpoint, "strptime", "2011/03/07");
await shell.run(endpoint, "strptime", "2011/03/07");

// Without a method: what there is. With -?: the signatures, or all about one of them.
await shell.run(endpoint);
await shell.run(endpoint, "-?");
await shell.run(endpoint, "sleep", "-?");

// Words are text unless they are said to be JSON.
await shell.run(endpoint, "sleep", "0.1");
await shell.run("--json", endpoint, "sleep", "0.1");
await shell.run("-j", "-pj", endpoint, "strftime", '"%Y/%m/%d"', "1299456000");
