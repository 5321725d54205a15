import { describe, expect } from "vitest";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";
import { talkative } from "../../support/talkative.ts";

const NUMBERS = Array.from({ length: 1000 }, (_, index) => index);

describe("a stream of the caller", () => {
  const sum = async (items: AsyncIterable<number>): Promise<number> => {
    let total = 0;
    for await (const item of items) total += item;
    return total;
  };

  for (const [kind, make] of [
    ["sync", talkative().count],
    ["async", talkative().acount],
  ] as const) {
    scenario(`reaches the handler whole: ${kind}`, async (world) => {
      world.server({ sum });
      const total = world.client().call("sum", make(1000));
      for (let i = 0; i < 100; i++) await world.settle();
      expect(await total).toBe(499_500);
    });
  }

  scenario("is bounded by a handler that does not read", async (world) => {
    const gate = new Gate();
    world.server(
      {
        late: async (items: AsyncIterable<number>) => {
          await gate.pass();
          return sum(items);
        },
      },
      { window: { maxWindowItems: 16, maxWindowBytes: 1 << 20 } },
    );
    const service = talkative();
    const total = world.client().call("late", service.count(1000));
    for (let i = 0; i < 20; i++) await world.settle();
    expect(service.log.length).toBeLessThanOrEqual(17);
    gate.open();
    for (let i = 0; i < 200; i++) await world.settle();
    expect(await total).toBe(499_500);
    expect(service.log.at(-1)).toBe("closed");
  });

  scenario("is closed when the handler answers without reading it", async (world) => {
    world.server({ ignore: (_items: unknown) => "done" });
    const service = talkative();
    const answer = world.client().call("ignore", service.acount(1_000_000));
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await answer).toBe("done");
    expect(service.log.at(-1)).toBe("closed");
  });

  scenario("takes its error to the handler", async (world) => {
    world.server({
      sum: async (items: AsyncIterable<number>) => {
        try {
          return await sum(items);
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      },
    });
    const failing = (function* (): Generator<number> {
      yield 1;
      throw new RangeError("no more");
    })();
    const answer = world.client().call("sum", failing);
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await answer).toBe("RangeError: no more");
  });

  scenario("goes both ways at once", async (world) => {
    world.server({
      async *double(items: AsyncIterable<number>) {
        for await (const item of items) yield item * 2;
      },
    });
    const doubled = collect(world.client().call("double", talkative().acount(300)));
    for (let i = 0; i < 100; i++) await world.settle();
    expect(await doubled).toEqual(NUMBERS.slice(0, 300).map((n) => n * 2));
  });

  scenario("ends for a handler that still reads when its call is over", async (world) => {
    let ending: unknown;
    world.server({
      background: (items: AsyncIterable<number>) => {
        void outcomeOf(sum(items)).then((outcome) => {
          ending = outcome;
        });
        return "started";
      },
    });
    const forever = (async function* (): AsyncGenerator<number> {
      for (;;) yield 1;
    })();
    const answer = world.client().call("background", forever);
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await answer).toBe("started");
    expect(ending).toMatchObject({ code: "cancelled" });
  });

  scenario("is closed when its call fails before a peer is there", async (world) => {
    const service = talkative();
    const stream = service.count(5);
    stream.next();
    const answer = outcomeOf(world.client({ timeoutMs: 100 }).call("sum", stream));
    await world.clock.elapse(100);
    expect(await answer).toMatchObject({ code: "unavailable" });
    expect(service.log).toEqual(["yield 0", "closed"]);
  });

  scenario("that cannot be encoded ends the call on both sides", async (world) => {
    world.server({
      async *take(items: AsyncIterable<unknown>) {
        yield* items;
      },
    });
    const bad = (function* (): Generator {
      yield 1;
      yield Symbol("no");
    })();
    const read = outcomeOf(collect(world.client().call("take", bad)));
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await read).toMatchObject({ code: "CODEC_UNSUPPORTED" });
  });

  scenario("may be only one", async (world) => {
    const client = world.client();
    expect(() => client.call("x", talkative().count(1), talkative().count(1))).toThrow(
      expect.objectContaining({ code: "USAGE_ARGUMENTS" }) as Error,
    );
  });
});
