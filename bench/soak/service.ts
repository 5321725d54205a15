/**
 * The service under load: each method is one way for a call to live and end.
 *
 * @module
 */

import { callContext } from "zerocall";

/** What the soak calls. */
export class SoakService {
  add(a: number, b: number): number {
    return a + b;
  }

  echo(octets: Uint8Array): Uint8Array {
    return octets;
  }

  fail(message: string): never {
    throw new TypeError(message);
  }

  /** Ends only when its caller has given up. */
  stall(): Promise<void> {
    const { signal } = callContext();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  async *count(to: number): AsyncGenerator<number, number, void> {
    for (let n = 0; n < to; n++) yield n;
    return to;
  }

  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let total = 0;
    for await (const number of numbers) total += number;
    return total;
  }

  async *double(numbers: AsyncIterable<number>): AsyncGenerator<number, void, void> {
    for await (const number of numbers) yield number * 2;
  }

  /** Keeps a running total of what `next` sends. */
  *accumulate(): Generator<number, string, number> {
    let total = 0;
    try {
      for (;;) total += yield total;
    } finally {
      // A remote `return` or `throw` arrives here.
      total = 0;
    }
  }
}
