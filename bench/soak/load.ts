/**
 * The mixed load: every way for a call to live and end, each checked for its outcome.
 *
 * @module
 */

import { Client, RpcError } from "zerocall";
import { misbehave } from "./bad-peers.ts";
import type { Budget } from "./budget.ts";
import { Latencies } from "./latency.ts";
import type { SoakService } from "./service.ts";

type Service = Client<SoakService>;
type Operation = (client: Service, endpoint: string) => Promise<void>;

/** Where calls go, and what may become of them. */
export interface Target {
  readonly client: Service;
  readonly endpoint: string;
  /** The server lives as long as the soak. One that is killed costs calls, one that drains does not. */
  readonly fate: "lives" | "is killed" | "drains";
}

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

let badPeers = 0;

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
  idempotent: async (client) => {
    expectEqual("add", await client.call("add", [20, 22], { idempotent: true }), 42);
  },
  reconnect: async (_client, endpoint) => {
    await using client = new Client<SoakService>(endpoint);
    expectEqual("add", await client.add(20, 22), 42);
  },
  "bad-peer": async (_client, endpoint) => {
    await misbehave(endpoint, badPeers++);
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
  call: 67,
  echo: 2,
  error: 3,
  stream: 5,
  "half-read": 4,
  upload: 3,
  "both-ways": 2,
  generator: 2,
  cancel: 4,
  timeout: 3,
  idempotent: 3,
  reconnect: 1,
  "bad-peer": 1,
};

const HUNDRED: readonly OperationName[] = Object.entries(SHARES).flatMap(([name, share]) =>
  Array.from({ length: share }, () => name as OperationName),
);

/** Statuses with which calls may end when their server was killed. */
const ENDINGS_OF_THE_KILLED: ReadonlySet<string> = new Set(["unavailable", "deadline_exceeded"]);
/** How many failures are told in words. */
const MAX_TOLD = 20;

/** What {@link Load} is told. */
export interface LoadLimits {
  readonly maxFailures: number;
  readonly maxLatencyMs: number;
}

/** Counts what was done, by kind, what went wrong, and what the killing of servers cost. */
export class Load {
  readonly counts = new Map<OperationName | "killed", number>();
  /** What ended other than expected, as sentences; the first of them. */
  readonly told: string[] = [];
  failures = 0;
  /** Of calls to the server that lives, since it was set. */
  latencies = new Latencies();
  readonly #limits: LoadLimits;
  #seed = 42;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** Calls that were made. */
  get done(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** More has gone wrong than may. */
  get failed(): boolean {
    return this.failures > this.#limits.maxFailures;
  }

  /** Makes the calls of a budget, `lanes` at a time. */
  async run(target: Target, budget: Budget, lanes: number): Promise<void> {
    const lane = async (): Promise<void> => {
      while (await budget.take()) {
        const name = HUNDRED[Math.floor(this.#random() * HUNDRED.length)] ?? "call";
        await this.#once(target, name);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #once({ client, endpoint, fate }: Target, name: OperationName): Promise<void> {
    const startedAt = performance.now();
    try {
      await OPERATIONS[name](client, endpoint);
      this.#count(name);
    } catch (error) {
      // An idempotent call may run twice, so it survives.
      const killed = error instanceof RpcError && ENDINGS_OF_THE_KILLED.has(error.status);
      if (fate === "is killed" && killed && name !== "idempotent") this.#count("killed");
      else this.#fail(`${name} of the server that ${fate}: ${String(error)}`);
    }
    if (fate !== "lives") return;
    const tookMs = performance.now() - startedAt;
    this.latencies.add(tookMs);
    const { maxLatencyMs } = this.#limits;
    if (tookMs > maxLatencyMs) {
      this.#fail(`${name} took ${tookMs.toFixed(0)} ms, more than ${maxLatencyMs} ms`);
    }
  }

  #fail(what: string): void {
    this.failures++;
    if (this.told.length < MAX_TOLD) this.told.push(what);
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
