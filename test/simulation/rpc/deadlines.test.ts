import { describe, expect } from "vitest";
import { type CallContext, callContext, withContext } from "../../../src/rpc/context.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

describe("a timeout", () => {
  scenario("ends a call that nobody answers, and its handler's signal", async (world) => {
    let context: CallContext | undefined;
    world.server({
      hang: () => {
        context = callContext();
        return forever();
      },
    });
    const answer = outcomeOf(world.client({ timeoutMs: 250 }).call("hang"));
    await world.clock.elapse(249);
    expect(context?.signal.aborted).toBe(false);
    await world.clock.elapse(1);
    expect(await answer).toMatchObject({
      code: "deadline_exceeded",
      origin: "local",
      message: 'timeout after 250 ms, waiting for an answer of "hang"',
    });
    expect(context?.signal.aborted).toBe(true);
    expect(context?.signal.reason).toMatchObject({ code: expect.any(String) as string });
  });

  scenario("of 0 or Infinity waits for ever", async (world) => {
    const gate = new Gate();
    world.server({
      wait: async () => {
        await gate.pass();
        return "patience";
      },
    });
    const client = world.client();
    const answers = [
      client.callWith({ timeoutMs: 0 }, "wait"),
      client.callWith({ timeoutMs: Infinity }, "wait"),
    ];
    await world.clock.elapse(3_600_000);
    gate.open();
    await world.settle();
    expect(await Promise.all(answers)).toEqual(["patience", "patience"]);
  });

  scenario("says who was asked when no peer is there", async (world) => {
    const client = world.client();
    const answer = outcomeOf(client.callWith({ timeoutMs: 100 }, "x"));
    const total = outcomeOf(client.callWith({ timeoutMs: 0, totalTimeoutMs: 100 }, "x"));
    await world.clock.elapse(100);
    expect(await answer).toMatchObject({
      code: "unavailable",
      mayHaveRun: false,
      message:
        'no peer took the call of "x" within 100 ms: memory://home (nobody is bound to memory://home)',
    });
    expect(await total).toMatchObject({
      message: expect.stringContaining("within 100 ms") as string,
    });
  });

  scenario("bounds each item of a stream somebody waits for", async (world) => {
    world.server({
      async *items() {
        yield 1;
        yield 2;
        await forever();
      },
    });
    const reading = outcomeOf(collect(world.client().callWith({ idleTimeoutMs: 500 }, "items")));
    await world.clock.elapse(499);
    await world.clock.elapse(1);
    expect(await reading).toMatchObject({
      code: "deadline_exceeded",
      message: 'timeout after 500 ms, waiting for the next item of "items"',
    });
  });

  scenario("between items does not count while the reader is the slow one", async (world) => {
    world.server({
      *items() {
        for (let i = 0; i < 3; i++) yield i;
      },
    });
    const stream = world.client().callWith({ idleTimeoutMs: 100 }, "items");
    const values: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const step = stream.next();
      await world.settle();
      values.push((await step).value);
      await world.clock.elapse(1000);
    }
    expect(values).toEqual([0, 1, 2, undefined]);
  });

  scenario("of a stream as a whole ends it on both sides", async (world) => {
    let closed = false;
    world.server({
      async *items() {
        try {
          yield 1;
          await forever();
        } finally {
          closed = true;
        }
      },
      *fast() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          closed = true;
        }
      },
    });
    const client = world.client();
    const call = client.callWith({ totalTimeoutMs: 300, timeoutMs: 1000 }, "fast");
    const first = call.next();
    await world.settle();
    await first;
    await world.clock.elapse(300);
    const step = outcomeOf(call.next());
    await world.settle();
    expect(await step).toMatchObject({
      code: "deadline_exceeded",
      message: 'timeout after 300 ms, waiting for the end of the stream of "fast"',
    });
    expect(closed).toBe(true);
  });

  scenario("is over once the first item is there", async (world) => {
    const gate = new Gate();
    world.server({
      async *items() {
        yield 1;
        await gate.pass();
        yield 2;
      },
    });
    const reading = collect(world.client({ timeoutMs: 100 }).call("items"));
    await world.clock.elapse(10_000);
    gate.open();
    await world.settle();
    expect(await reading).toEqual([1, 2]);
  });
});

describe("a deadline", () => {
  scenario("travels, and an expired call that waits is never run", async (world) => {
    const gate = new Gate();
    const ran: string[] = [];
    world.server(
      {
        work: async (name: string) => {
          ran.push(name);
          await gate.pass();
        },
      },
      { poolSize: 1 },
    );
    const client = world.client();
    const first = client.callWith({ timeoutMs: 0 }, "work", "first");
    const second = outcomeOf(client.callWith({ timeoutMs: 100 }, "work", "second"));
    const third = client.callWith({ timeoutMs: 0 }, "work", "third");
    await world.clock.elapse(100);
    expect(await second).toMatchObject({ code: "deadline_exceeded" });
    gate.open();
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all([first, third]);
    expect(ran).toEqual(["first", "third"]);
  });

  scenario(
    "that passes while the process is busy is seen before its handler runs",
    async (world) => {
      const gate = new Gate();
      const ran: string[] = [];
      const raw = world.rawClient();
      // Time that passes without any timer having had its turn.
      let busyMs = 0;
      const clock = {
        now: () => world.clock.now() + busyMs,
        schedule: (at: number, task: () => void) => world.clock.schedule(at, task),
      };
      world.server(
        {
          work: async (name: string) => {
            ran.push(name);
            await gate.pass();
          },
        },
        { poolSize: 1, clock },
      );
      await world.settle();
      raw.send("work", ["first"], { zc: 1 });
      raw.send("work", ["second"], { zc: 1, timeout: 100 });
      raw.send("work", ["third"], { zc: 1, timeout: 1000 });
      await world.settle();
      busyMs = 200;
      gate.open();
      await world.settle();
      gate.open();
      await world.settle();
      expect(ran).toEqual(["first", "third"]);
      expect(raw.said.map(([name]) => name)).toEqual(["OK", "ERR", "OK"]);
      await raw.transport.close(0);
    },
  );

  scenario("of the call being served bounds nested calls, named or not", async (world) => {
    const remaining: (number | undefined)[] = [];
    const inner = world.client();
    world.server({
      implicit: () => inner.call("leaf"),
      explicit: withContext(async (call: CallContext) => {
        await Promise.resolve();
        return inner.callWith({ parent: call }, "leaf");
      }),
      leaf: () => {
        remaining.push(callContext().remainingMs);
        return "leaf";
      },
    });
    const client = world.client();
    const answers = [
      client.callWith({ timeoutMs: 700 }, "implicit"),
      client.callWith({ timeoutMs: 600 }, "explicit"),
    ];
    await world.settle();
    expect(await Promise.all(answers)).toEqual(["leaf", "leaf"]);
    expect(remaining).toEqual([700, 600]);
  });

  scenario("bounds nested calls behind an interceptor's await", async (world) => {
    const remaining: (number | undefined)[] = [];
    const inner = world.client({
      interceptors: [
        async (call, next) => {
          await Promise.resolve();
          return next(call);
        },
      ],
    });
    world.server({
      outer: () => inner.call("leaf"),
      leaf: () => {
        remaining.push(callContext().remainingMs);
      },
    });
    const answer = world.client().callWith({ timeoutMs: 700 }, "outer");
    await world.settle();
    await answer;
    expect(remaining).toEqual([700]);
  });

  scenario("that has passed already sends nothing", async (world) => {
    let late: unknown;
    const inner = world.client();
    world.server({
      outer: withContext(async (call: CallContext) => {
        await forever().catch(() => undefined);
        return call;
      }),
      slow: withContext((call: CallContext) => {
        call.signal.addEventListener("abort", () => {
          late = outcomeOf(inner.callWith({ parent: call }, "leaf"));
        });
        return forever();
      }),
      leaf: () => "never",
    });
    const answer = outcomeOf(world.client().callWith({ timeoutMs: 100 }, "slow"));
    await world.clock.elapse(100);
    await answer;
    await world.settle();
    expect(await late).toMatchObject({ mayHaveRun: false });
  });

  scenario("reaches generators in every step", async (world) => {
    const seen: string[] = [];
    world.server({
      *items() {
        for (let i = 0; i < 3; i++) {
          seen.push(callContext().method);
          yield i;
        }
      },
    });
    const read = collect(world.client().call("items"));
    await world.settle();
    await read;
    expect(seen).toEqual(["items", "items", "items"]);
    expect(() => callContext()).toThrow(expect.objectContaining({ code: "USAGE_STATE" }) as Error);
  });
});
