/** Calls that nobody answers: one of the pullers gets each push, every subscriber each publication. */

import { setTimeout as delay } from "node:timers/promises";
import { Publisher, Puller, Pusher, Subscriber } from "zerocall";

class Listener {
  readonly #name: string;
  readonly #heard: (line: string) => void;

  constructor(name: string, heard: (line: string) => void) {
    this.#name = name;
    this.#heard = heard;
  }

  hello(who: string): void {
    this.#heard(`${this.#name} heard hello ${who}`);
  }
}

/** Lines that come sooner or later, in whatever order. */
class Heard {
  readonly #lines = new Set<string>();

  readonly add = (line: string): void => void this.#lines.add(line);

  get size(): number {
    return this.#lines.size;
  }

  sorted(): string[] {
    return [...this.#lines].toSorted();
  }
}

const pushed = new Heard();
await using pusher = new Pusher<Listener>();
const work = await pusher.bind("tcp://127.0.0.1:0");
await using first = new Puller(new Listener("first", pushed.add));
await using second = new Puller(new Listener("second", pushed.add));
first.connect(work);
second.connect(work);
while (pusher.peerCount < 2) await delay(5);
await pusher.hello("you");
await pusher.hello("you");
while (pushed.size < 2) await delay(5);
console.log(pushed.sorted());

const published = new Heard();
await using publisher = new Publisher<Listener>();
const news = await publisher.bind("tcp://127.0.0.1:0");
await using third = new Subscriber(new Listener("third", published.add));
await using fourth = new Subscriber(new Listener("fourth", published.add));
third.connect(news);
fourth.connect(news);
// What is published before a subscriber is there passes it by.
while (published.size < 2) {
  await publisher.hello("all");
  await delay(5);
}
console.log(published.sorted());
