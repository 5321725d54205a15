/** Notifications to a server: beside calls, and one way over PUSH and PULL. */

import { Client, Server } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";

class EventReceiver {
  readonly #server: string;
  #count = 0;
  heard: () => void = () => undefined;

  constructor(server: string) {
    this.#server = server;
  }

  event(eventType: string, eventData: string): void {
    this.#count += 1;
    console.log(`${this.#server} got an event: ${eventType} ${eventData}`);
    this.heard();
  }

  count(): number {
    return this.#count;
  }
}

await using server = new Server(new EventReceiver("server"), { dialects: [jsonrpc()] });
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using client = new Client<EventReceiver>(endpoint, { dialect: jsonrpc() });
await client.notify("event", ["birthday!", "yours!"]);
await client.notify("event", { eventData: "mine!", eventType: "birthday!" });
console.log("events:", await client.count());

const receiver = new EventReceiver("puller");
const both = new Promise<void>((resolve) => {
  let left = 2;
  receiver.heard = () => {
    left -= 1;
    if (left === 0) resolve();
  };
});
await using puller = new Server(receiver, { dialects: [jsonrpc()], socketType: "PULL" });
const oneWay = await puller.bind("tcp://127.0.0.1:0");
await using pusher = new Client<EventReceiver>(oneWay, {
  dialect: jsonrpc(),
  socketType: "PUSH",
});
await pusher.notify("event", ["one", "way"]);
await pusher.notify("event", ["the same", "way"]);
await both;
console.log(await pusher.count().catch(String));
