/** A server, a client, calls by position and by name, and what the log says. */

import { Client, type Logger, Server } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";

const service = {
  echo: (message: unknown): unknown => message,
  concat: (first: string, second: string): string => first + second,
  fail: (): never => {
    throw new RangeError("no such number");
  },
};

const quiet = (): void => undefined;
const logger: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: (message: string) => {
    const [first = ""] = message.split("\n");
    console.log("S> log:", first.replace(/127\S+/, "a client"));
  },
};
const server = new Server(service, { dialects: [jsonrpc()], logger });
const endpoint = await server.bind("tcp://127.0.0.1:0");

await using client = new Client<typeof service>(endpoint, { dialect: jsonrpc() });
console.log(await client.echo("Echo?"));
console.log(await client.call("concat", { second: "b", first: "a" }));
console.log(await client.fail().catch(String));
console.log(await client.call("ecko").catch(String));
console.log(await client.call("concat", { first: "a", third: "c" }).catch(String));
await server.close();
