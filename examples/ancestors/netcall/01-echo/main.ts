/** A service at two endpoints, and a client that spreads its calls over both. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Server } from "zerocall";
import { netcall } from "zerocall/dialects/netcall";

const folder = await mkdtemp(join(tmpdir(), "zerocall-"));

const server = new Server(undefined, { dialects: [netcall()] });
server.register(function echo(s: string): string {
  return s;
});
server.register("hello", (name: string) => `Hello ${name}`);
const tcp = await server.bind("tcp://127.0.0.1:0");
const ipc = await server.bind(`ipc://${join(folder, "echo.service")}`);

interface Echo {
  echo(s: string): string;
  hello(name: string): string;
}
const client = new Client<Echo>(undefined, { dialect: netcall() });
client.connect(tcp);
client.connect(ipc);
console.log(await client.echo("Hi there"));
console.log(await client.hello("World"));

await client.close();
await server.close();
await rm(folder, { recursive: true });
