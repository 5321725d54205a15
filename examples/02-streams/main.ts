/** Generators stream: to the client, from the client, and as remote generators step by step. */

import { Client, Server } from "zerocall";

class Numbers {
  async *countdown(from: number): AsyncGenerator<number, void, void> {
    for (let n = from; n > 0; n--) yield n;
  }

  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let total = 0;
    for await (const number of numbers) total += number;
    return total;
  }

  *accumulate(): Generator<number, void, number> {
    let total = 0;
    for (;;) total += yield total;
  }
}

async function* oneTo(last: number): AsyncGenerator<number, void, void> {
  for (let n = 1; n <= last; n++) yield n;
}

await using server = new Server(new Numbers());
const endpoint = await server.bind("tcp://127.0.0.1:0");
await using numbers = new Client<Numbers>(endpoint);

for await (const n of numbers.countdown(3)) console.log(n);

console.log("sum", await numbers.sum(oneTo(100)));

const total = numbers.accumulate();
await total.next();
console.log("total", (await total.next(20)).value);
console.log("total", (await total.next(22)).value);
await total.return();
