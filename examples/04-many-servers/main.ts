/** One client, several servers: each call goes to a live peer that is least busy. */

import { Client, Server } from "zerocall";

class Worker {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  whoAreYou(): string {
    return this.#name;
  }
}

await using first = new Server(new Worker("first"));
await using second = new Server(new Worker("second"));
const endpoints = [await first.bind("tcp://127.0.0.1:0"), await second.bind("tcp://127.0.0.1:0")];

await using workers = new Client<Worker>(endpoints);
const answers = new Set<string>();
// Until both connections are there, the first one takes every call.
while (answers.size < 2) answers.add(await workers.whoAreYou());
console.log([...answers].toSorted().join(" and "), "have answered");

await first.close();
console.log("after one is gone:", await workers.whoAreYou());
