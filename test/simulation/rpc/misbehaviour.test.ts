import { describe, expect } from "vitest";
import { callContext } from "../../../src/rpc/context.ts";
import { MAX_WAITING_STEPS } from "../../../src/rpc/pump.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";

const NEW = { zc: 1 };

describe("a client that keeps no rules", () => {
  scenario("and streams beyond its credit is stopped", async (world) => {
    let ending: unknown;
    const server = world.server(
      {
        take: async (items: AsyncIterable<number>) => {
          const { signal } = callContext();
          await new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => resolve());
          });
          ending = await outcomeOf(collect(items));
        },
      },
      { window: { maxWindowItems: 8, maxWindowBytes: 1 << 20 } },
    );
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("take", [null], { ...NEW, input: 0 });
    await world.settle();
    for (let i = 0; i < 100; i++) raw.send("STREAM", i, { response_to: id });
    await world.settle();
    const last = raw.events.at(-1);
    expect(last?.[1]).toBe("ERR");
    expect(last?.[0]["error"]).toMatchObject({ status: "resource_exhausted" });
    expect(ending).toMatchObject({ code: "resource_exhausted" });
    expect(server.core.openCalls).toBe(0);
    await raw.transport.close(0);
  });

  scenario("and sends steps that nobody takes is stopped", async (world) => {
    const gate = new Gate();
    world.server({
      async *items() {
        for (;;) yield await gate.pass();
      },
    });
    const raw = world.rawClient();
    await world.settle();
    for (const name of ["_zc_next", "_zc_throw"]) {
      const id = raw.send("items", [], NEW);
      await world.settle();
      for (let i = 0; i <= MAX_WAITING_STEPS + 1; i++) {
        raw.send(name, ["x", "y", null], { response_to: id });
      }
      await world.settle();
      expect(raw.events.at(-1)?.[0]["error"]).toMatchObject({ status: "resource_exhausted" });
    }
    gate.open();
    await raw.transport.close(0);
  });

  scenario("and sends no event at all is told to the log and harms nobody", async (world) => {
    const server = world.server({ add: (a: number, b: number) => a + b });
    const raw = world.rawClient();
    const client = world.client();
    await world.settle();
    for (const octets of [[], [0x93], [0xc1], [0x93, 0x80, 0xa1, 0x61, 0x90], [0x90]]) {
      raw.sendOctets(Uint8Array.from(octets));
    }
    raw.sendBadText("add", {});
    raw.send("add", [1, 2]);
    const answer = client.call("add", 1, 2);
    await world.settle();
    expect(await answer).toBe(3);
    expect(raw.said.map(([name]) => name)).toEqual(["ERR", "OK"]);
    expect(server.events.some(({ type }) => type === "malformed")).toBe(true);
    await raw.transport.close(0);
  });

  scenario(
    "and sends what cannot be read on a channel gets an error, and the handler ends",
    async (world) => {
      let signal: AbortSignal | undefined;
      const server = world.server({
        hang: () => {
          ({ signal } = callContext());
          return new Promise(() => undefined);
        },
      });
      const raw = world.rawClient();
      await world.settle();
      const id = raw.send("hang", [], NEW);
      raw.sendBadText("_zc_next", { response_to: id });
      await world.settle();
      expect(raw.said.at(-1)?.[0]).toBe("ERR");
      expect(signal?.aborted).toBe(true);
      expect(server.core.openCalls).toBe(0);
      await raw.transport.close(0);
    },
  );

  scenario(
    "and does not read is not read from, and its streams wait",
    async (world) => {
      let yielded = 0;
      world.server({
        *items() {
          for (;;) yield ++yielded;
        },
        add: (a: number, b: number) => a + b,
      });
      const raw = world.rawClient();
      await world.settle();
      const id = raw.send("items", [], NEW);
      raw.send("_zpc_more", [1_000_000], { response_to: id });
      await world.settle();
      expect(yielded).toBeGreaterThan(100);
      // In memory a peer reads at once; frozen it reads nothing more.
      world.wire.freeze();
      const before = yielded;
      await world.settle();
      expect(yielded).toBeLessThanOrEqual(before + 200);
      world.wire.break();
      await world.settle();
      await raw.transport.close(0);
    },
    { highWaterMark: 100 },
  );
});

describe("a server that keeps no rules", () => {
  scenario("and streams beyond its credit is stopped", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ window: { maxWindowItems: 8, maxWindowBytes: 1 << 20 } });
    const reading = outcomeOf(collect(client.call("items")));
    await world.settle();
    const [request] = raw.events;
    if (request === undefined) throw new Error("no request came");
    for (let i = 0; i < 1000; i++) raw.answer(request, "STREAM", i, NEW);
    await world.settle();
    expect(await reading).toMatchObject({ code: "resource_exhausted" });
    expect(raw.said.at(-1)?.[0]).toBe("_zc_cancel");
    await raw.transport.close(0);
  });

  scenario("and answers twice, or what nobody asked, is not heard", async (world) => {
    const raw = world.rawServer();
    const client = world.client();
    const answer = client.call("add");
    await world.settle();
    const [request] = raw.events;
    if (request === undefined) throw new Error("no request came");
    raw.answer(request, "OK", ["first"]);
    raw.answer(request, "OK", ["second"]);
    raw.answer(request, "STREAM", ["third"]);
    raw.send("OK", ["fourth"], { response_to: "unknown" });
    raw.send("add", ["fifth"]);
    raw.sendOctets(Uint8Array.of(0xc1));
    await world.settle();
    expect(await answer).toBe("first");
    await raw.transport.close(0);
  });

  scenario("and sends a malformed answer ends the call with an error", async (world) => {
    const raw = world.rawServer();
    const client = world.client();
    const answers = ["a", "b"].map((name) => outcomeOf(client.call(name)));
    await world.settle();
    const [first, second] = raw.events;
    if (first === undefined || second === undefined) throw new Error("no request came");
    raw.answer(first, "WHAT", []);
    raw.answer(second, "OK", []);
    await world.settle();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ code: "internal" });
    }
    await raw.transport.close(0);
  });
});

describe("a handler that keeps no rules", () => {
  const promise = Promise.resolve(5);
  const results: Record<string, () => unknown> = {
    // oxlint-disable-next-line unicorn/no-thenable
    thenable: () => ({ then: (resolve: (value: unknown) => void) => resolve("thenable") }),
    twice: () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
        resolve("first");
        resolve("second");
        reject(new Error("third"));
      },
    }),
    promise: () => promise,
  };
  scenario("and returns odd thenables is answered once", async (world) => {
    world.server(results);
    const client = world.client();
    const answers = Object.keys(results).map((name) => client.call(name));
    await world.settle();
    expect(await Promise.all(answers)).toEqual(["thenable", "first", 5]);
  });

  const broken: Record<string, () => unknown> = {
    thenThrows: () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: () => {
        throw new Error("broken");
      },
    }),
    thenGetter: () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      get then() {
        throw new Error("broken");
      },
    }),
    iteratorThrows: () => ({
      [Symbol.asyncIterator]() {
        throw new Error("broken");
      },
    }),
    lateIteratorThrows: async () => ({
      [Symbol.asyncIterator]() {
        throw new Error("broken");
      },
    }),
    noResult: () => ({ [Symbol.asyncIterator]: () => ({ next: () => "broken" }) }),
    lateNoResult: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => undefined }) }),
    nextThrows: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          throw new Error("broken");
        },
      }),
    }),
    resultGetter: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({
          get done() {
            throw new Error("broken");
          },
        }),
      }),
    }),
  };
  for (const name of Object.keys(broken)) {
    scenario(`and gives back what is broken fails its call alone: ${name}`, async (world) => {
      world.server(broken);
      const answer = outcomeOf(collect(world.client().call(name)));
      await world.settle();
      expect(await answer).toMatchObject({ code: "unknown" });
    });
  }

  scenario("and whose cleaning up fails harms nobody", async (world) => {
    world.server({
      *bad() {
        try {
          for (;;) yield 1;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally
          throw new Error("while closing");
        }
      },
      async *abad() {
        try {
          for (;;) yield 1;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally
          throw new Error("while closing");
        }
      },
    });
    const client = world.client();
    for (const name of ["bad", "abad"]) {
      const stream = client.call(name);
      const first = stream.next();
      await world.settle();
      await first;
      void stream.return();
      await world.settle();
    }
    expect(client.core.openCalls).toBe(0);
  });
});
