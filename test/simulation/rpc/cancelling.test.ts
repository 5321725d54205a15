import { describe, expect } from "vitest";
import { type CallContext, withContext } from "../../../src/rpc/context.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

describe("cancelling", () => {
  scenario("with a signal that has aborted already sends nothing", async (world) => {
    const server = world.server({ x: () => 1 });
    const client = world.client();
    const signal = AbortSignal.abort(new Error("enough"));
    const answer = client.callWith({ signal }, "x");
    const read = outcomeOf(collect(client.callWith({ signal }, "x")));
    expect(await outcomeOf(answer)).toMatchObject({
      code: "cancelled",
      message: "enough",
      mayHaveRun: false,
      cause: signal.reason as unknown,
    });
    expect(await read).toMatchObject({ code: "cancelled" });
    await world.settle();
    expect(server.events.filter(({ type }) => type === "call-started")).toEqual([]);
  });

  scenario("while no peer is there ends the call at once", async (world) => {
    const aborter = new AbortController();
    const answer = outcomeOf(world.client().callWith({ signal: aborter.signal }, "x"));
    await world.settle();
    aborter.abort();
    expect(await answer).toMatchObject({ code: "cancelled", mayHaveRun: false });
  });

  scenario("reaches the signal of a handler that runs", async (world) => {
    let context: CallContext | undefined;
    world.server({
      hang: withContext((call: CallContext) => {
        context = call;
        return forever();
      }),
    });
    const aborter = new AbortController();
    const answer = outcomeOf(world.client().callWith({ signal: aborter.signal }, "hang"));
    await world.settle();
    aborter.abort(new Error("changed my mind"));
    expect(await answer).toMatchObject({ code: "cancelled", mayHaveRun: true });
    await world.settle();
    expect(context?.signal.aborted).toBe(true);
    expect(context?.signal.reason).toMatchObject({ message: "changed my mind" });
  });

  scenario("takes a call out of the queue, and its place is free again", async (world) => {
    const gate = new Gate();
    const ran: string[] = [];
    world.server(
      {
        work: async (name: string) => {
          ran.push(name);
          await gate.pass();
        },
      },
      { poolSize: 1, maxQueuedCalls: 1 },
    );
    const client = world.client();
    const aborter = new AbortController();
    const first = client.call("work", "first");
    const second = outcomeOf(client.callWith({ signal: aborter.signal }, "work", "second"));
    await world.settle();
    aborter.abort();
    await world.settle();
    const third = client.call("work", "third");
    await world.settle();
    gate.open();
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all([first, second, third]);
    expect(ran).toEqual(["first", "third"]);
  });

  scenario("ends a stream at once and drops what was not read", async (world) => {
    let closed = false;
    world.server({
      *items() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          closed = true;
        }
      },
    });
    const aborter = new AbortController();
    const stream = world.client().callWith({ signal: aborter.signal }, "items");
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    await world.settle();
    await first;
    aborter.abort();
    expect(await outcomeOf(iterator.next())).toMatchObject({ code: "cancelled" });
    await world.settle();
    expect(closed).toBe(true);
  });

  scenario("ends the input stream of a handler", async (world) => {
    let ending: unknown;
    world.server({
      sum: async (items: AsyncIterable<number>) => {
        ending = await outcomeOf(collect(items));
      },
    });
    const aborter = new AbortController();
    let closed = false;
    const slow = (async function* (): AsyncGenerator<number> {
      try {
        yield 1;
        await new Promise<void>((resolve) => {
          aborter.signal.addEventListener("abort", () => resolve());
        });
      } finally {
        closed = true;
      }
    })();
    const answer = outcomeOf(world.client().callWith({ signal: aborter.signal }, "sum", slow));
    await world.settle();
    aborter.abort();
    await world.settle();
    expect(await answer).toMatchObject({ code: "cancelled" });
    expect(ending).toMatchObject({ code: "cancelled" });
    expect(closed).toBe(true);
  });

  scenario("leaves no listener at the signal", async (world) => {
    world.server({ x: () => 1 });
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      reason: undefined,
      throwIfAborted: () => undefined,
      addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
    } as unknown as AbortSignal;
    const answer = world.client().callWith({ signal }, "x");
    expect(listeners.size).toBe(1);
    await world.settle();
    await answer;
    expect(listeners.size).toBe(0);
  });

  scenario("a call cancels the calls that its handler makes", async (world) => {
    let leaf: CallContext | undefined;
    const inner = world.client();
    world.server({
      outer: () => inner.call("leaf"),
      leaf: withContext((call: CallContext) => {
        leaf = call;
        return forever();
      }),
    });
    const aborter = new AbortController();
    const answer = outcomeOf(world.client().callWith({ signal: aborter.signal }, "outer"));
    await world.settle();
    aborter.abort();
    await world.settle();
    expect(await answer).toMatchObject({ code: "cancelled" });
    expect(leaf?.signal.aborted).toBe(true);
  });
});
