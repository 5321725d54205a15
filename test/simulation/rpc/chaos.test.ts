import { describe, expect, test } from "vitest";
import { callContext } from "../../../src/rpc/context.ts";
import { seededRandom } from "../../../src/testing/cut.ts";
import { collect, outcomeOf, type TestClient, World } from "../../support/rpc.ts";

const STEPS = 120;

/** A service that does all that a service can, and says how many generators are open. */
function service(world: World): { readonly open: () => number; readonly methods: object } {
  let open = 0;
  const later = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      world.clock.schedule(world.clock.now() + ms, resolve);
    });
  return {
    open: () => open,
    methods: {
      echo: (value: unknown) => value,
      slow: async (ms: number) => {
        await later(ms);
        return ms;
      },
      fail: () => {
        throw new Error("failed");
      },
      async *ticks(ms: number) {
        open++;
        try {
          const { signal } = callContext();
          for (let i = 0; i < 50 && !signal.aborted; i++) {
            await later(ms);
            yield i;
          }
        } finally {
          open--;
        }
      },
      *burst(n: number) {
        open++;
        try {
          for (let i = 0; i < n; i++) yield i;
        } finally {
          open--;
        }
      },
      sum: async (items: AsyncIterable<number>) => {
        let total = 0;
        for await (const item of items) total += item;
        return total;
      },
    },
  };
}

/** Starts one random call; what it comes to is kept in `outcomes`. */
function start(client: TestClient, random: () => number, outcomes: Promise<unknown>[]): void {
  const below = (n: number): number => Math.floor(random() * n);
  const aborter = new AbortController();
  const options = {
    timeoutMs: [50, 1000, 30_000][below(3)] ?? 0,
    totalTimeoutMs: random() < 0.5 ? 2000 : 60_000,
    idempotent: random() < 0.3,
    signal: aborter.signal,
  };
  const call = (name: string, ...args: unknown[]): ReturnType<TestClient["call"]> =>
    client.callWith(options, name, ...args);
  const half = async (items: AsyncIterable<unknown>): Promise<void> => {
    let left = below(20);
    for await (const _ of items) if (left-- === 0) break;
  };
  const kinds: (() => PromiseLike<unknown>)[] = [
    () => call("echo", "x".repeat(below(100))),
    () => call("slow", below(3000)),
    () => call("fail"),
    () => collect(call("ticks", below(100))),
    () => half(call("ticks", below(100))),
    () => half(call("burst", 10_000)),
    () => collect(call("burst", below(3000))),
    () => call("sum", Array.from({ length: below(500) }, (_, i) => i).values()),
    () => client.caller.notify("slow", [below(500)], options),
    () => call("missing"),
  ];
  outcomes.push(outcomeOf((kinds[below(kinds.length)] as () => PromiseLike<unknown>)()));
  if (random() < 0.3) queueMicrotask(() => aborter.abort());
}

describe("whatever happens to calls, wires and servers", () => {
  for (let seed = 1; seed <= 25; seed++) {
    test(`everything settles and nothing is left behind: seed ${seed}`, async () => {
      const world = new World({ highWaterMark: 20 });
      const random = seededRandom(seed);
      const services = [0, 1].map(() => service(world));
      for (const [index, { methods }] of services.entries()) {
        const server = world.idleServer(methods, {
          poolSize: index === 0 ? 3 : Infinity,
          maxQueuedCalls: 10,
          maxCallsPerPeer: 30,
        });
        void server.core.bind(`memory://${index}`);
      }
      const clients = [0, 1].map(() => {
        const client = world.idleClient({ window: { maxWindowItems: 50, maxWindowBytes: 1000 } });
        client.core.connect("memory://0");
        client.core.connect("memory://1");
        return client;
      });
      const outcomes: Promise<unknown>[] = [];
      for (let step = 0; step < STEPS; step++) {
        const wires = world.hub.wires;
        const wire = wires[Math.floor(random() * wires.length)];
        const dice = random();
        if (dice < 0.7) start(clients[step % 2] as TestClient, random, outcomes);
        else if (dice < 0.75) wire?.freeze();
        else if (dice < 0.85) wire?.thaw();
        else if (dice < 0.88) wire?.break(new Error("cut"));
        else await world.clock.elapse(Math.floor(random() * 500));
      }
      for (const wire of world.hub.wires) wire.thaw();
      await world.clock.elapse(120_000);
      await Promise.all(outcomes);
      expect(services.map(({ open }) => open())).toEqual([0, 0]);
      await world.checkQuiet();
    });
  }
});
