/** The protocol of K. Manley's zerorpc: several calls in one message, failures in their place. */

import { Client, exposed, MultiCall, Server } from "zerocall";
import { multicall } from "zerocall/dialects/multicall";

class Counter {
  #count = 0;

  @exposed
  increment(by: number): number {
    this.#count += by;
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

await using server = new Server(undefined, { dialects: [multicall()] });
server.register("my.namespace.mult", (a: number, b: number) => a * b);
server.register("my.counter", new Counter(), { exposedOnly: true });
const endpoint = await server.bind("tcp://127.0.0.1:0");

interface Service {
  my: { namespace: { mult(a: number, b: number): number }; counter: Counter };
}
await using client = new Client<Service>(endpoint, { dialect: multicall() });
console.log(await client.my.namespace.mult(5, 7));

const calls = new MultiCall<Service>(client);
calls.my.namespace.mult(2, 2);
calls.my.namespace.mult(3, 3);
calls.my.counter.increment(4);
for (const result of await calls()) console.log(result);

calls.my.counter.reset();
const results = await calls();
console.log(results.length, results.at(2));
try {
  results.at(3);
} catch (error) {
  console.log(String(error));
}

const outcomes = await client.batch((remote) => [
  remote.my.counter.increment(2),
  remote.my.namespace.mult(6, 7),
]);
for (const outcome of outcomes) if (outcome.status === "fulfilled") console.log(outcome.value);
