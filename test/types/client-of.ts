/** What the type of a service makes of its client. Compiling this file is the test. */

import { type CallContext, Client, type ClientOf, withContext } from "../../src/node/index.ts";
import type { RemoteGenerator } from "../../src/rpc/client-of.ts";

/** Conditional types are the same only where every part of them is. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- that is how they are compared
type Same<A, B> = // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both types are the same. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : [never]): void {
  // The parameters are the test.
}

interface User {
  readonly id: number;
  readonly name?: string;
}

class Service {
  #secret = 5;
  protected readonly token = "t";
  readonly version = "1.0";
  readonly numbers: readonly number[] = [];
  _hidden(): number {
    return this.#secret;
  }
  add(a: number, b: number): number {
    return a + b + this.token.length;
  }
  async user(id: number): Promise<User> {
    return { id };
  }
  greet(name: string, mark = "!"): string {
    return name + mark;
  }
  sum(...all: number[]): number {
    return all.length;
  }
  nothing(): void {
    // Answers with nothing.
  }
  *count(n: number): Generator<number, string, boolean | undefined> {
    const more = yield n;
    return String(more);
  }
  async *ticks(): AsyncGenerator<Date, void, undefined> {
    yield new Date();
  }
  feed(): AsyncIterable<User> {
    return this.users();
  }
  async later(): Promise<AsyncGenerator<number, void, undefined>> {
    return this.numbersLater();
  }
  upload(_items: AsyncIterable<Uint8Array>): Promise<number> {
    return Promise.resolve(0);
  }
  identity<T>(value: T): T {
    return value;
  }
  maybe(id: number): User | undefined {
    return id > 0 ? { id } : undefined;
  }
  private async *users(): AsyncGenerator<User> {
    yield { id: 1 };
  }
  private async *numbersLater(): AsyncGenerator<number, void, undefined> {
    yield 1;
  }
}

type Of = ClientOf<Service>;

same<Of["add"], (a: number, b: number) => Promise<number>>();
same<Of["user"], (id: number) => Promise<User>>();
same<Of["greet"], (name: string, mark?: string) => Promise<string>>();
same<Of["sum"], (...all: number[]) => Promise<number>>();
same<Of["nothing"], () => Promise<void>>();
same<Of["count"], (n: number) => RemoteGenerator<number, string, boolean | undefined>>();
same<Of["ticks"], () => RemoteGenerator<Date, void, undefined>>();
same<Of["feed"], () => RemoteGenerator<User, unknown, undefined>>();
same<Of["later"], () => RemoteGenerator<number, void, undefined>>();
same<Of["upload"], (items: AsyncIterable<Uint8Array>) => Promise<number>>();
same<Of["maybe"], (id: number) => Promise<User | undefined>>();

// Private, protected and underscore names, and what is no method, are not there.
same<
  keyof Of,
  | "add"
  | "user"
  | "greet"
  | "sum"
  | "nothing"
  | "count"
  | "ticks"
  | "feed"
  | "later"
  | "upload"
  | "identity"
  | "maybe"
>();

// Objects of objects are namespaces; a handler's context is no parameter of its clients.
const nested = {
  math: { mult: (a: number, b: number) => a * b, deep: { one: () => 1 } },
  search: withContext(async (call: CallContext, words: string) => [words, call.method]),
  stream: withContext(function* (call: CallContext, n: number): Generator<string, void, unknown> {
    yield call.method.repeat(n);
  }),
  constant: 5,
  _private: { hidden: () => 1 },
};
type Nested = ClientOf<typeof nested>;
same<Nested["math"]["mult"], (a: number, b: number) => Promise<number>>();
same<Nested["math"]["deep"]["one"], () => Promise<number>>();
same<Nested["search"], (words: string) => Promise<string[]>>();
same<Nested["stream"], (n: number) => RemoteGenerator<string, void>>();
same<keyof Nested, "math" | "search" | "stream">();

// An interface with overloads gives its last one, as TypeScript infers.
interface Overloaded {
  find(id: number): User;
  find(name: string): User[];
}
same<ClientOf<Overloaded>["find"], (name: string) => Promise<User[]>>();

/** What users write, with the types that they see. Never run. */
export async function use(): Promise<void> {
  const client = new Client<Service>("tcp://127.0.0.1:1");
  same<Awaited<ReturnType<typeof client.add>>, number>();
  for await (const n of client.count(3)) same<typeof n, number>();
  const step = await client.count(3).next(true);
  if (step.done === true) same<typeof step.value, string>();
  else same<typeof step.value, number>();
  const stream = await client.ticks();
  for await (const date of stream) same<typeof date, Date>();

  // @ts-expect-error -- an argument of the wrong type
  await client.add("1", 2);
  // @ts-expect-error -- too few arguments
  await client.add(1);
  // @ts-expect-error -- no such method
  await client.subtract(1, 2);
  // @ts-expect-error -- an underscore is private
  await client._hidden();
  // @ts-expect-error -- one value is no stream
  // oxlint-disable-next-line typescript/await-thenable
  for await (const n of client.add(1, 2)) same<typeof n, never>();
  // @ts-expect-error -- the generator wants a boolean
  await client.count(3).next("yes");

  const sum = await client.call("add", [1, 2], { timeoutMs: 500 });
  same<typeof sum, number>();
  const byName: unknown = await client.call("add", { a: 1, b: 2 });
  await client.with({ timeoutMs: 500 }).add(byName as number, 2);
  await client.remote.add(1, 2);
  // @ts-expect-error -- a misspelt option
  await client.call("add", [1, 2], { timeout: 500 });
  const [three, user] = await client.batch((remote) => [remote.add(1, 2), remote.user(1)]);
  if (three.status === "fulfilled") same<typeof three.value, number>();
  if (user.status === "fulfilled") same<typeof user.value, User>();

  // Without a type every name is a method, a namespace and a stream.
  const untyped = new Client("tcp://127.0.0.1:1");
  const anything: unknown = await untyped["any"]?.["thing"]?.(1, "two");
  for await (const item of untyped["ticks"]?.() ?? []) console.log(item);
  await untyped.call("anything", [anything]);
}
