/** A service with one method for everything that the protocol can express. */

import { callContext } from "../../src/rpc/context.ts";

/** Integers at the borders of MessagePack's sizes, exact. */
export const INTEGERS: readonly (number | bigint)[] = [
  0,
  1,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  -1,
  -32,
  -33,
  -128,
  -129,
  -32_768,
  -32_769,
  -(2 ** 31),
  -(2 ** 31) - 1,
  -(2n ** 53n),
  -(2n ** 63n),
];

const sleep = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export const kettle = {
  add: (a: number, b: number) => a + b,
  echo: (value: unknown) => value,
  echo_args: (...args: unknown[]) => args,
  concat: (a: string, b: string, sep = "-") => a + sep + b,
  none: () => undefined,
  headers: () => callContext().headers,
  fail: (message: string) => {
    throw new RangeError(message);
  },
  fail_text: () => {
    // A handler may throw anything.
    // oxlint-disable-next-line typescript/only-throw-error
    throw "just text";
  },
  unencodable: () => () => 1,
  slow: async (seconds: number) => {
    await sleep(seconds);
    return "slept";
  },
  block: (seconds: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
    return "blocked";
  },
  *count(n: number) {
    for (let i = 0; i < n; i++) yield i;
  },
  async *count_async(n: number) {
    for (let i = 0; i < n; i++) yield i;
  },
  *items(values: readonly unknown[]) {
    yield* values;
  },
  *count_and_fail(n: number) {
    for (let i = 0; i < n; i++) yield i;
    throw new Error(`stream broke after ${n}`);
  },
  async *ticks(seconds: number) {
    for (let n = 0; ; n++) {
      yield n;
      await sleep(seconds);
    }
  },
  deep: { er: { add: (a: number, b: number) => a + b } },
};
