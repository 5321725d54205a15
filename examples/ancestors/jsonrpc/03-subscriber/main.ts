/** A client that subscribes and is told, and the server that the original left to its users. */

import { setTimeout as delay } from "node:timers/promises";
import { Client, Server, Subscriptions, withContext } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";

const subscriptions = new Subscriptions();
const service = {
  subscribe: withContext((call) => subscriptions.add("events", call)),
  unsubscribe: withContext((call) => subscriptions.remove("events", call)),
};
await using server = new Server(service, { dialects: [jsonrpc()] });
const endpoint = await server.bind("tcp://127.0.0.1:0");

const client = new Client<typeof service>(endpoint, { dialect: jsonrpc() });
client.notifications.on("event", (eventType: string, eventData: string) => {
  console.log("got event:", eventType, eventData);
});
console.log("subscribed:", await client.subscribe());

// Three ways to hear: a handler by name, waiting for one, and all that comes.
const next = client.notifications.wait("event", { timeoutMs: 5000 });
await subscriptions.publish("events", "event", ["birthday!", "yours!"]);
console.log("waited for:", (await next).args);

const all = client.notifications[Symbol.asyncIterator]();
await subscriptions.publish("events", "event", { eventType: "birthday!", eventData: "mine!" });
const { value } = await all.next();
console.log("iterated:", value?.method, value?.named);

// Whoever is gone is forgotten.
console.log("subscribers:", subscriptions.count("events"));
await client.close();
while (subscriptions.count("events") > 0) await delay(5);
console.log("subscribers:", subscriptions.count("events"));
