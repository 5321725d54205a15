/** The service that the tests of pools run in threads. It is loaded there, from this file. */

import { getEnvironmentData, threadId } from "node:worker_threads";

import { callContext, exposed, RpcError, withContext } from "zerocall";

/** How long a thread waits for another one, or for the test, in ms. */
const PATIENCE_MS = 20_000;

/** Memory that the test and all threads share. */
function shared(): Int32Array {
  const memory: unknown = getEnvironmentData("zerocall test");
  if (memory instanceof SharedArrayBuffer) return new Int32Array(memory);
  throw new Error("the test has shared no memory");
}

/** Adds, by default two. */
export const add: (a: number, b?: number) => number = exposed((a: number, b: number = 2) => a + b);

export function echo(value: unknown): unknown {
  return value;
}

export function who(): number {
  return threadId;
}

/** Blocks its thread until so many threads are here, and says which one it is. */
export function meet(place: number, threads: number): number {
  const memory = shared();
  if (Atomics.add(memory, place, 1) + 1 === threads) Atomics.notify(memory, place);
  for (;;) {
    const here = Atomics.load(memory, place);
    if (here >= threads) return threadId;
    if (Atomics.wait(memory, place, here, PATIENCE_MS) === "timed-out") {
      throw new Error(`nobody else came to ${place}`);
    }
  }
}

/** Counts up at one place, and blocks its thread until the test has written to the other. */
export function block(entered: number, until: number): number {
  const memory = shared();
  Atomics.add(memory, entered, 1);
  if (Atomics.wait(memory, until, 0, PATIENCE_MS) === "timed-out") throw new Error("forgotten");
  return threadId;
}

/** Waits until its call is over, and counts that. */
export const wait = withContext(
  (call, ended: number) =>
    new Promise<string>((resolve) => {
      call.signal.addEventListener("abort", () => {
        Atomics.add(shared(), ended, 1);
        resolve("over");
      });
    }),
);

export function* count(n: number): Generator<number, string> {
  for (let i = 0; i < n; i++) yield i;
  return "end";
}

export async function* ticks(ended: number): AsyncGenerator<number> {
  try {
    for (let i = 0; ; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      yield i;
    }
  } finally {
    Atomics.add(shared(), ended, 1);
  }
}

export function* mirror(): Generator<unknown, unknown, unknown> {
  let heard: unknown = "first";
  for (;;) {
    try {
      heard = yield heard;
    } catch (error) {
      heard = `caught ${(error as Error).message}`;
    }
  }
}

export async function sum(numbers: AsyncIterable<number>): Promise<number> {
  let total = 0;
  for await (const one of numbers) total += one;
  return total;
}

export const context = {
  describe: withContext((call) => ({
    headers: call.headers,
    method: call.method,
    identity: call.peer.identity ?? null,
    address: call.peer.address,
    endpoint: call.peer.endpoint,
    remaining: call.remainingMs ?? null,
  })),
  method: (): string => callContext().method,
};

/** Notifies its caller now, and again when it has answered. */
export const notifyTwice = withContext(async (call) => {
  const first = await call.notify("now", [1]);
  setTimeout(() => void call.notify("later", { threadId }), 20);
  return [first, call.notifiable];
});

/** Tells, at a place, that the caller is gone. */
export const watchPeer = withContext((call, gone: number) => {
  call.peer.signal.addEventListener("abort", () => Atomics.add(shared(), gone, 1));
  return call.peer.signal.aborted;
});

export function fail(): never {
  throw new RpcError("not_found", "no such cup", {
    details: { cup: 1n << 60n },
    wireCode: -32_050,
    cause: new RangeError("the shelf is empty"),
  });
}

/** Ends its thread with an error that nobody catches. */
export function crash(): Promise<never> {
  setTimeout(() => {
    throw new RangeError("boom");
  }, 1);
  return new Promise(() => undefined);
}

export function exit(code: number): never {
  process.exit(code);
}

/** Ends its thread when the test says so, without having answered anybody else. */
export function blockThenExit(entered: number, until: number): never {
  block(entered, until);
  process.exit(1);
}

export function exhaust(): number {
  const hoard: unknown[] = [];
  for (;;) hoard.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
}

export function unwritable(): () => number {
  return () => 1;
}
