/** A function under a dotted name, three calls at once, errors that come back. */

import { setTimeout as delay } from "node:timers/promises";
import { Client, RpcError, Server } from "zerocall";
import { multicall } from "zerocall/dialects/multicall";

const mult = (a: number, b: number): number => a * b;

const server = new Server(undefined, { dialects: [multicall()], poolSize: 3, sendStacks: true });
server.register("my.namespace.mult", mult);
server.register("slowly.mult", (a: number, b: number) => delay(20, a * b));
server.register("fail", () => {
  throw new RangeError("no such number");
});
const endpoint = await server.bind("tcp://127.0.0.1:0");

interface Service {
  my: { namespace: { mult: typeof mult } };
  slowly: { mult: typeof mult };
  fail(): void;
}
await using client = new Client<Service>(endpoint, { dialect: multicall() });
console.log(await client.my.namespace.mult(5, 7));

const calls = [1, 2, 3].map((n) => client.slowly.mult(n, n));
console.log(await Promise.all(calls));

try {
  await client.fail();
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  // Type, message and traceback of what was thrown there.
  console.log(error.name, "|", error.message, "|", error.peerStack?.split("\n")[0]);
}
await server.drain();
