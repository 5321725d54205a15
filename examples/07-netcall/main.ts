/** NetCall: a generator driven from afar, several services and their counts, pickles as data only. */

import { Client, RpcError, Server } from "zerocall";
import { json, msgpack, netcall, pickle } from "zerocall/dialects/netcall";

const echo = {
  hello: (name: string): string => `Hello ${name}`,
  shelve: (name: string): Promise<string> =>
    new Promise((resolve) => setTimeout(resolve, 50, `${name} is on its shelf`)),
  *echo(first?: unknown): Generator<unknown, void, unknown> {
    let value = first;
    try {
      for (;;) {
        try {
          value = yield value;
        } catch (error) {
          value = String(error);
        }
      }
    } finally {
      console.log("S> cleaned up");
    }
  },
};

// What Python's NetCall speaks unless told otherwise is pickle; it has to be asked for.
const dialects = [netcall({ serializers: [json(), msgpack(), pickle()] })];
await using one = new Server(echo, { dialects });
await using other = new Server(undefined, { dialects });
other.register(echo);
other.register("only", echo, { methods: ["hello"] });
const endpoints = [await one.bind("tcp://127.0.0.1:0"), await other.bind("tcp://127.0.0.1:0")];

await using client = new Client<typeof echo>(endpoints, {
  dialect: netcall({ serializers: [pickle()] }),
});
console.log(await client.hello("World"));
while (client.peerCount < endpoints.length) await new Promise(setImmediate);

const generator = client.echo(1);
console.log(await generator.next());
console.log(await generator.next());
console.log(await generator.next(new Set([2n ** 70n])));
console.log(await generator.throw(new TypeError("spam")));
console.log(await generator.return());

const cups = ["a", "b", "c", "d"].map((name) => client.shelve(name));
console.log(
  "calls under way:",
  client.peers.map((peer) => peer.openCalls),
);
await Promise.all(cups);

try {
  await client.call("only.shelve", ["a cup"]);
} catch (error) {
  if (error instanceof RpcError) console.log("outside of the namespace:", error.status);
}
