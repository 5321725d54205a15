/**
 * The mixed load: every way for a call to live and end, each checked for its outcome.
 *
 * @module
 */

import { type Client, RpcError } from "zerocall";
import type { SoakService } from "./service.ts";

type Target = Client<SoakService>;
type Operation = (client: Target) => Promise<void>;

/** What is expected did not happen; the soak has failed. */
class Surprise extends Error {}

function expectEqual(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Surprise(`${what}: expected ${String(wanted)}, got ${String(got)}`);
}

async function* upTo(count: number): AsyncGenerator<number, void, void> {
  for (let n = 0; n < count; n++) yield n;
}

/** How a timeout ends: unavailable, if the request could not even be sent in time. */
const ENDINGS_OF_THE_LATE: ReadonlySet<string> = new Set(["deadline_exceeded", "unavailable"]);

const KIBIBYTES_10 = new Uint8Array(10 * 1024).fill(7);

const OPERATIONS = {
  call: async (client) => {
    expectEqual("add", await client.add(20, 22), 42);
  },
  echo: async (client) => {
    expectEqual("echo", (await client.echo(KIBIBYTES_10)).length, KIBIBYTES_10.length);
  },
  error: async (client) => {
    try {
      await client.fail("on purpose");
    } catch (error) {
      if (error instanceof Error && error.name === "TypeError") return;
      throw error;
    }
    throw new Surprise("fail: expected an error");
  },
  stream: async (client) => {
    let items = 0;
    for await (const item of client.count(20)) expectEqual("item", item, items++);
    expectEqual("items", items, 20);
  },
  "half-read": async (client) => {
    let items = 0;
    for await (const item of client.count(100_000)) {
      expectEqual("item", item, items);
      if (++items === 3) break;
    }
  },
  upload: async (client) => {
    expectEqual("sum", await client.sum(upTo(20)), 190);
  },
  "both-ways": async (client) => {
    let total = 0;
    for await (const item of client.double(upTo(10))) total += item;
    expectEqual("total", total, 90);
  },
  generator: async (client) => {
    const remote = client.accumulate();
    await remote.next();
    expectEqual("first", (await remote.next(5)).value, 5);
    expectEqual("second", (await remote.next(6)).value, 11);
    await remote.return("enough");
  },
  cancel: async (client) => {
    const controller = new AbortController();
    const call = client.call("stall", [], { signal: controller.signal });
    setImmediate(() => controller.abort());
    await call.then(
      () => expectEqual("stall", "a result", "none"),
      (error: unknown) => {
        if (!controller.signal.aborted) throw error;
      },
    );
  },
  timeout: async (client) => {
    try {
      await client.call("stall", [], { timeoutMs: 20 });
    } catch (error) {
      if (error instanceof RpcError && ENDINGS_OF_THE_LATE.has(error.status)) return;
      throw error;
    }
    throw new Surprise("stall: expected the timeout");
  },
} satisfies Record<string, Operation>;

/** The names of what is done. */
export type OperationName = keyof typeof OPERATIONS;

/** How many of a hundred calls are of each kind. */
const SHARES: Readonly<Record<OperationName, number>> = {
  call: 72,
  echo: 2,
  error: 3,
  stream: 5,
  "half-read": 4,
  upload: 3,
  "both-ways": 2,
  generator: 2,
  cancel: 4,
  timeout: 3,
};

const HUNDRED: readonly OperationName[] = Object.entries(SHARES).flatMap(([name, share]) =>
  Array.from({ length: share }, () => name as OperationName),
);

/** Statuses with which calls may end when their server was killed. */
const ENDINGS_OF_THE_KILLED: ReadonlySet<string> = new Set(["unavailable", "deadline_exceeded"]);

/** Counts what was done, by kind, and what the killing of servers cost. */
export class Load {
  readonly counts = new Map<OperationName | "killed", number>();
  #seed = 42;

  /**
   * Makes `calls` calls, `lanes` at a time.
   *
   * Rejects with the first outcome that is not as expected.
   *
   * @param mortal - whether the server may be killed meanwhile, so that calls may fail with it
   */
  async run(client: Target, calls: number, how: { lanes: number; mortal: boolean }): Promise<void> {
    let left = calls;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const name = HUNDRED[Math.floor(this.#random() * HUNDRED.length)] ?? "call";
        await this.#once(client, name, how.mortal);
      }
    };
    await Promise.all(Array.from({ length: how.lanes }, lane));
  }

  async #once(client: Target, name: OperationName, mortal: boolean): Promise<void> {
    try {
      await OPERATIONS[name](client);
      this.#count(name);
    } catch (error) {
      const killed = error instanceof RpcError && ENDINGS_OF_THE_KILLED.has(error.status);
      if (!mortal || !killed) throw error;
      this.#count("killed");
    }
  }

  #count(name: OperationName | "killed"): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Numbers in [0, 1), the same in every run: a linear congruential generator. */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }
}
