/**
 * What a blocking client's type has to say of a service's type, and what must not compile.
 *
 * Compiled by `tsc -b`, never run.
 *
 * @module
 */

import type { SyncClient, SyncStream, SyncZrpcClient } from "../../src/node/sync/index.ts";
import { withContext } from "../../src/node/index.ts";

/* oxlint-disable typescript/no-unnecessary-type-parameters -- these functions are what is compared */
/** True if both are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* oxlint-enable typescript/no-unnecessary-type-parameters */

function same<A, B>(
  ..._proof: Same<A, B> extends true ? [] : ["these are not the same type"]
): void {}

class Cooler {
  readonly brand = "none";
  addMan(sentence: string): string {
    return `${sentence}, man!`;
  }
  async later(n: number): Promise<number> {
    return n;
  }
  isCool(): boolean {
    return true;
  }
  fail(): never {
    throw new Error("too warm");
  }
  *countdown(from: number): Generator<number, string, undefined> {
    yield from;
    return "done";
  }
  *total(): Generator<number, void, number> {
    yield yield 0;
  }
  async *ticks(): AsyncGenerator<Date, void, void> {
    yield new Date();
  }
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    for await (const n of numbers) return n;
    return 0;
  }
  close(): string {
    return "closed";
  }
  _internal(): void {}
}

const namespaces = {
  math: { add: (a: number, b: number) => a + b },
  who: withContext((call, greeting: string) => `${greeting} ${call.peer.address}`),
};

export function inference(cooler: SyncClient<Cooler>): void {
  same<typeof cooler.addMan, (sentence: string) => string>();
  same<typeof cooler.later, (n: number) => number>();
  same<typeof cooler.isCool, () => boolean>();
  same<typeof cooler.fail, () => never>();
  same<ReturnType<typeof cooler.ticks>, SyncStream<Date, void, void>>();

  for (const n of cooler.countdown(3)) same<typeof n, number>();
  const step = cooler.countdown(3).next();
  if (step.done === true) same<typeof step.value, string>();
  else same<typeof step.value, number>();
  cooler.total().next(5);
  cooler.sum([1, 2].values());

  same<ReturnType<typeof cooler.close>, void>();
  same<ReturnType<typeof cooler.remote.close>, string>();
  same<ReturnType<typeof cooler.call<"addMan">>, string>();
}

export function namespacesAndContext(client: SyncClient<typeof namespaces>): void {
  same<typeof client.math.add, (a: number, b: number) => number>();
  same<typeof client.who, (greeting: string) => string>();
  const [sum, text] = client.batch((remote) => [remote.math.add(1, 2), remote.who("hi")]);
  if (sum.status === "fulfilled") same<typeof sum.value, number>();
  if (text.status === "fulfilled") same<typeof text.value, string>();
}

export function services(client: SyncZrpcClient<{ cooler: Cooler }>): void {
  same<ReturnType<typeof client.proxy.cooler.addMan>, string>();
  // @ts-expect-error an unknown service
  void client.proxy.heater;
}

export function mistakes(cooler: SyncClient<Cooler>): void {
  // @ts-expect-error an argument of the wrong type
  cooler.addMan(1);
  // @ts-expect-error what the handler's yield does not take
  cooler.total().next("five");
  // @ts-expect-error an unknown method
  cooler.addWoman("x");
  // @ts-expect-error a field is no method
  cooler.brand();
  // @ts-expect-error what starts with an underscore is not served
  cooler._internal();
  // @ts-expect-error an array is a value, and the handler wants a stream
  cooler.sum([1, 2]);
}
