/** Several calls in one message, each failure in its place. */

import { Client, MultiCall, Server } from "zerocall";
import { multicall } from "zerocall/dialects/multicall";

const service = {
  my: {
    namespace: {
      mult: (a: number, b: number): number => a * b,
      div(a: number, b: number): number {
        if (b === 0) throw new RangeError("division by zero");
        return a / b;
      },
    },
  },
};
await using server = new Server(service, { dialects: [multicall()] });
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using client = new Client<typeof service>(endpoint, { dialect: multicall() });

const calls = new MultiCall<typeof service>(client);
calls.my.namespace.mult(2, 2);
calls.my.namespace.mult(3, 3);
calls.my.namespace.mult(4, 4);
for (const result of await calls()) console.log(result);

calls.my.namespace.div(1, 0);
calls.my.namespace.div(8, 2);
const results = (await calls())[Symbol.iterator]();
for (;;) {
  try {
    const { done, value } = results.next();
    if (done === true) break;
    console.log("result:", value);
  } catch (error) {
    console.log("failed:", String(error));
  }
}
