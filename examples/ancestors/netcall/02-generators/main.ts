/** Generators from afar: next, send, throw, close, and one that is dropped half-read. */

import { Client, Server } from "zerocall";
import { netcall } from "zerocall/dialects/netcall";

const service = {
  *yieldList(list: readonly number[]): Generator<number, void, undefined> {
    for (const item of list) {
      console.log("S> yielding", item);
      yield item;
    }
  },
  *echo(first?: unknown): Generator<unknown, void, unknown> {
    console.log("S> begins with the first next()");
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
      console.log("S> cleans up");
    }
  },
};
await using server = new Server(service, { dialects: [netcall()] });
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using client = new Client<typeof service>(endpoint, { dialect: netcall() });

for await (const item of client.yieldList([0, 1, 2])) console.log("received", item);

// Python's send(x) is next(x), and its close() is return().
const echo = client.echo(1);
console.log("next():", (await echo.next()).value);
console.log("next():", (await echo.next()).value);
console.log("send(2):", (await echo.next(2)).value);
console.log("send(3):", (await echo.next(3)).value);
console.log("throw:", (await echo.throw(new TypeError("spam"))).value);
console.log("close():", await echo.return());

// Leaving a loop closes what is half-read.
for await (const value of client.echo("dropped")) {
  console.log("took", value);
  break;
}
