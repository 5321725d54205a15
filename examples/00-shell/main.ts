/** `npm run demo`: serves a module of Node from the shell and calls it from the shell. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const COMMAND = fileURLToPath(import.meta.resolve("zerocall").replace("node/index", "cli/main"));

const run = promisify(execFile);

/** Starts the server at a free port, which it tells on stderr. */
async function serve(module: string): Promise<{ server: ChildProcess; endpoint: string }> {
  const parameters = ["--server", "--bind", "tcp://127.0.0.1:0", module];
  const server = spawn(process.execPath, [COMMAND, ...parameters], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface(server.stderr)) {
    const endpoint = /tcp:\/\/[^"]+/.exec(line)?.[0];
    if (endpoint !== undefined) return { server, endpoint };
  }
  throw new Error("the server ended before it was bound");
}

console.log("$ zerocall --server --bind tcp://127.0.0.1:0 node:path &");
const { server, endpoint } = await serve("node:path");

for (const call of [
  ["join", "a", "b", "c"],
  ["basename", "/srv/data.json", ".json"],
  ["jion", "a"],
]) {
  console.log(`$ zerocall $endpoint ${call.join(" ")}`);
  const { stdout, stderr } = await run(process.execPath, [COMMAND, endpoint, ...call]).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  );
  process.stdout.write(stdout);
  for (const line of stderr.split("\n")) if (line.startsWith("zerocall:")) console.log(line);
}

const ended = once(server, "exit");
server.kill("SIGTERM");
await ended;
