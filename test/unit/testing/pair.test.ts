import { expect, test } from "vitest";
import { everyOctet } from "../../../src/testing/cut.ts";
import { type ByteMachine, Pair } from "../../../src/testing/pair.ts";

/** Answers every octet above zero with the next smaller one, and sends one when it wakes. */
class Counter implements ByteMachine<string> {
  #output: Uint8Array[] = [];
  wakeAt: number | undefined;

  constructor(wakeAt?: number) {
    this.wakeAt = wakeAt;
  }

  say(octet: number): void {
    this.#output.push(Uint8Array.of(octet));
  }

  receive(chunk: Uint8Array, now: number): string[] {
    for (const octet of chunk) if (octet > 0) this.say(octet - 1);
    return [`${[...chunk].join()} at ${now}`];
  }

  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  wake(now: number): string[] {
    if (this.wakeAt !== undefined && now >= this.wakeAt) {
      this.wakeAt = undefined;
      this.say(1);
      return [`woke at ${now}`];
    }
    return [];
  }
}

test("carries octets until both fall silent", () => {
  const left = new Counter();
  const pair = new Pair(left, new Counter(), { now: 5 });
  left.say(3);
  pair.settle();
  expect(pair.rightEvents).toEqual(["3 at 5", "1 at 5"]);
  expect(pair.leftEvents).toEqual(["2 at 5", "0 at 5"]);
});

test("wakes both machines at their instants", () => {
  const pair = new Pair(new Counter(10), new Counter(20));
  pair.advance(19);
  expect(pair.leftEvents).toEqual(["woke at 10", "0 at 10"]);
  expect(pair.rightEvents).toEqual(["1 at 10"]);
  pair.advance(1);
  expect(pair.rightEvents).toEqual(["1 at 10", "woke at 20", "0 at 20"]);
  expect(pair.now).toBe(20);
});

test("cuts what it carries", () => {
  const left = new Counter();
  left.takeOutput = () => [];
  const right = new Counter();
  const pair = new Pair(left, right, { cut: everyOctet });
  let once: Uint8Array[] = [Uint8Array.of(0, 0, 0)];
  left.takeOutput = () => {
    const output = once;
    once = [];
    return output;
  };
  pair.settle();
  expect(pair.rightEvents).toEqual(["0 at 0", "0 at 0", "0 at 0"]);
});

test("lets nothing reach a side that is silenced", () => {
  const left = new Counter();
  const pair = new Pair(left, new Counter()).silence("left");
  left.say(3);
  pair.settle();
  expect(pair.rightEvents).toEqual(["3 at 0"]);
  expect(pair.leftEvents).toEqual([]);
});

test("does not hang on machines that talk for ever", () => {
  const endless: ByteMachine<string> = {
    receive: () => [],
    takeOutput: () => [Uint8Array.of(1)],
    wakeAt: undefined,
    wake: () => [],
  };
  expect(() => new Pair(endless, endless).settle()).toThrow("fall silent");
});
