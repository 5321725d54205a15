/**
 * What a client's type has to say of a service's type, and what must not compile.
 *
 * Compiled by `tsc -b`, never run.
 *
 * @module
 */

import { type Client, withContext } from "../../src/node/index.ts";

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
  protected secret(): number {
    return 1;
  }
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
  find(name: string): { readonly name: string } | undefined {
    return name === "" ? undefined : { name };
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
  math: { add: (a: number, b: number) => a + b, deep: { negate: (n: number) => -n } },
  who: withContext((call, greeting: string) => `${greeting} ${call.peer.address}`),
};

export async function inference(cooler: Client<Cooler>): Promise<void> {
  same<typeof cooler.addMan, (sentence: string) => Promise<string>>();
  same<typeof cooler.later, (n: number) => Promise<number>>();
  // One promise of a union, not a union of promises: `then` must be callable.
  same<typeof cooler.isCool, () => Promise<boolean>>();
  same<typeof cooler.fail, () => Promise<never>>();
  same<typeof cooler.find, (name: string) => Promise<{ readonly name: string } | undefined>>();

  for await (const n of cooler.countdown(3)) same<typeof n, number>();
  const step = await cooler.countdown(3).next();
  if (step.done === true) same<typeof step.value, string>();
  else same<typeof step.value, number>();
  await cooler.total().next(5);
  for await (const tick of cooler.ticks()) same<typeof tick, Date>();

  // A name of the client's own is its own; the service's is below `remote`.
  same<ReturnType<typeof cooler.close>, Promise<void>>();
  same<ReturnType<typeof cooler.remote.close>, Promise<string>>();
  same<Awaited<ReturnType<typeof cooler.remote.addMan>>, string>();
}

export async function namespacesAndContext(client: Client<typeof namespaces>): Promise<void> {
  same<typeof client.math.add, (a: number, b: number) => Promise<number>>();
  same<typeof client.math.deep.negate, (n: number) => Promise<number>>();
  same<typeof client.who, (greeting: string) => Promise<string>>();
  const [sum, text] = await client.batch((remote) => [remote.math.add(1, 2), remote.who("hi")]);
  if (sum.status === "fulfilled") same<typeof sum.value, number>();
  if (text.status === "fulfilled") same<typeof text.value, string>();
}

export function mistakes(cooler: Client<Cooler>): void {
  // @ts-expect-error an argument of the wrong type
  void cooler.addMan(1);
  // @ts-expect-error a missing argument
  void cooler.later();
  // @ts-expect-error what the handler's yield does not take
  void cooler.total().next("five");
  // @ts-expect-error an unknown method
  void cooler.addWoman("x");
  // @ts-expect-error a field is no method
  void cooler.brand();
  // @ts-expect-error what starts with an underscore is not served
  void cooler._internal();
  // @ts-expect-error neither is what is protected
  void cooler.secret();
}
