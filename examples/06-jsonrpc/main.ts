/** JSON-RPC 2.0: calls by name, a batch in one message, errors by code, subscriptions. */

import { Client, Server, Subscriptions, withContext } from "zerocall";
import { jsonrpc } from "zerocall/dialects/jsonrpc";

class UnknownSymbolError extends Error {
  readonly code = 4001;
  readonly data: unknown;

  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

const prices = new Map([["ACME", 42]]);
const subscriptions = new Subscriptions();

const exchange = {
  price(symbol: string): number {
    const price = prices.get(symbol);
    if (price === undefined) throw new UnknownSymbolError("no such symbol", { symbol });
    return price;
  },
  subscribe: withContext((call, symbol: string) => subscriptions.add(symbol, call)),
  unsubscribe: withContext((call, symbol: string) => subscriptions.remove(symbol, call)),
  async trade(symbol: string, price: number): Promise<number> {
    prices.set(symbol, price);
    // Resolves when every subscriber has room for the next one.
    return subscriptions.publish(symbol, "price-changed", { symbol, price });
  },
};

await using server = new Server(exchange, { dialects: [jsonrpc()] });
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using client = new Client<typeof exchange>(endpoint, {
  dialect: jsonrpc({ errors: { 4001: UnknownSymbolError } }),
});

console.log("price:", await client.call("price", { symbol: "ACME" }));

// One list on the wire, one list back.
const [known, unknown] = await client.batch((remote) => [
  remote.price("ACME"),
  remote.price("NONE"),
]);
console.log("known:", known.status);
if (unknown.status === "rejected" && unknown.reason instanceof UnknownSymbolError) {
  console.log("unknown:", unknown.reason.code, unknown.reason.message, unknown.reason.data);
}

// Named arguments find their parameters, and "price-changed" its handler.
client.notifications.on("price_changed", (symbol: string, price: number) => {
  console.log("changed:", symbol, price);
});
await client.subscribe("ACME");
console.log("told:", await client.trade("ACME", 43));
console.log("told:", await client.trade("ACME", 44));
await client.unsubscribe("ACME");
console.log("told:", await client.trade("ACME", 45));
