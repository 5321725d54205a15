import { describe, expect } from "vitest";
import { isStream, type RemoteStream } from "../../../src/rpc/remote-stream.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";
import { talkative } from "../../support/talkative.ts";

const NUMBERS = Array.from({ length: 1000 }, (_, index) => index);

describe("a stream", () => {
  for (const name of ["count", "acount"]) {
    scenario(`gives all items in order to for await: ${name}`, async (world) => {
      world.server(talkative());
      const items = collect(world.client().call(name, 1000));
      await world.settle();
      for (let i = 0; i < 100; i++) await world.settle();
      expect(await items).toEqual(NUMBERS);
    });

    scenario(`is what awaiting the call gives: ${name}`, async (world) => {
      world.server(talkative());
      const call = world.client().call(name, 2);
      await world.settle();
      const stream = (await call) as RemoteStream;
      expect(isStream(stream)).toBe(true);
      const steps = [stream.next(), stream.next(), stream.next(), stream.next()];
      await world.settle();
      expect(await Promise.all(steps)).toEqual([
        { value: 0, done: false },
        { value: 1, done: false },
        { value: "counted", done: true },
        { value: undefined, done: true },
      ]);
    });

    scenario(`closes the handler's generator when half read: ${name}`, async (world) => {
      const service = talkative();
      world.server(service);
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const item of world.client().call(name, 1_000_000)) {
          seen.push(item);
          if (seen.length === 10) break;
        }
      })();
      for (let i = 0; i < 20; i++) await world.settle();
      await reading;
      await world.settle();
      expect(seen).toEqual(NUMBERS.slice(0, 10));
      expect(service.log.at(-1)).toBe("closed");
    });

    scenario(`is bounded by a slow reader: ${name}`, async (world) => {
      const service = talkative();
      world.server(service, { window: { maxWindowItems: 2048, maxWindowBytes: 4096 } });
      const client = world.client({ window: { maxWindowItems: 16, maxWindowBytes: 1 << 20 } });
      const call = client.call(name, 100_000);
      const iterator = call[Symbol.asyncIterator]();
      await iterator.next();
      for (let i = 0; i < 20; i++) await world.settle();
      expect(service.log.length).toBeGreaterThan(8);
      expect(service.log.length).toBeLessThanOrEqual(1 + 2 * 16);
      const closed = iterator.return(undefined);
      await world.settle();
      expect(await closed).toEqual({ value: undefined, done: true });
      expect(service.log.at(-1)).toBe("closed");
    });
  }

  for (const name of ["echo", "aecho"]) {
    scenario(`takes next(value), throw and return to the handler: ${name}`, async (world) => {
      const service = talkative();
      world.server(service);
      const stream = world.client().call(name);
      const first = stream.next("goes nowhere");
      await world.settle();
      expect(await first).toEqual({ value: "ready", done: false });
      const second = stream.next("hello");
      await world.settle();
      expect(await second).toEqual({ value: "hello", done: false });
      const third = stream.throw(new Error("ouch"));
      await world.settle();
      expect(await third).toEqual({ value: "caught ouch", done: false });
      const last = stream.return("bye");
      await world.settle();
      expect(await last).toEqual({ value: "bye", done: true });
      expect(service.log).toEqual(["step", "step", "step"]);
    });

    scenario(`keeps steps that were taken at once, also before a peer: ${name}`, async (world) => {
      const stream = world.client().call(name);
      const steps = [stream.next(), stream.next("a"), stream.throw(new Error("b")), stream.next()];
      await world.clock.elapse(1000);
      world.server({ [name]: async () => talkative()[name as "echo"]() });
      await world.settle();
      expect((await Promise.all(steps)).map(({ value }) => value)).toEqual([
        "ready",
        "a",
        "caught b",
        null,
      ]);
      void stream.return();
      await world.settle();
    });
  }

  scenario("throws into a stream that has not begun as into any generator", async (world) => {
    const service = talkative();
    world.server(service);
    const error = new Error("mine");
    const thrown = outcomeOf(world.client().call("echo").throw(error));
    await world.settle();
    expect(await thrown).toBe(error);
  });

  scenario("refuses next(value) while the peer runs ahead", async (world) => {
    world.server(talkative());
    const iterator = world.client().call("count", 3)[Symbol.asyncIterator]();
    const first = iterator.next();
    const refused = outcomeOf(iterator.next("value"));
    await world.settle();
    expect(await first).toEqual({ value: 0, done: false });
    expect(await refused).toMatchObject({ code: "USAGE_STATE" });
    const error = new Error("mine");
    const thrown = outcomeOf(iterator.throw(error));
    await world.settle();
    expect(await thrown).toBe(error);
  });

  scenario("ends with the handler's error behind the items before it", async (world) => {
    world.server({
      *items() {
        yield 1;
        yield 2;
        throw new RangeError("no three");
      },
    });
    const seen: unknown[] = [];
    const reading = outcomeOf(
      (async () => {
        for await (const item of world.client().call("items")) seen.push(item);
      })(),
    );
    await world.settle();
    expect(await reading).toMatchObject({ name: "RangeError", message: "no three" });
    expect(seen).toEqual([1, 2]);
  });

  scenario("of a method with one answer is empty and ends with that answer", async (world) => {
    world.server({ add: (a: number, b: number) => a + b });
    const call = world.client().call("add", 1, 2);
    const step = call.next();
    await world.settle();
    expect(await step).toEqual({ value: 3, done: true });
    expect(await call).toBe(3);
  });

  scenario(
    "that is given up before a peer is there settles, and is never asked for",
    async (world) => {
      const client = world.client();
      const call = client.call("count", 3);
      const returned = call.return("early");
      await world.settle();
      expect(await returned).toEqual({ value: "early", done: true });
      expect(isStream(await call)).toBe(true);
      const server = world.server(talkative());
      await world.settle();
      expect(server.events.filter(({ type }) => type === "call-started")).toEqual([]);
    },
  );

  scenario("closes a generator that comes after the caller left", async (world) => {
    const gate = new Gate();
    const service = talkative();
    world.server({
      later: async () => {
        await gate.pass();
        const stream = service.count(5);
        stream.next();
        return stream;
      },
    });
    const iterator = world.client().call("later")[Symbol.asyncIterator]();
    await world.settle();
    void iterator.return(undefined);
    await world.settle();
    gate.open();
    await world.settle();
    expect(service.log).toEqual(["yield 0", "closed"]);
  });

  scenario("closes a generator that closes its own server", async (world) => {
    const service = talkative();
    const server = world.server({
      *items() {
        try {
          yield 1;
          void server.core.close();
          for (;;) yield 2;
        } finally {
          service.log.push("closed");
        }
      },
    });
    const reading = outcomeOf(collect(world.client().call("items")));
    await world.settle();
    expect(await reading).toMatchObject({ code: "unavailable" });
    expect(service.log).toEqual(["closed"]);
  });

  scenario("opens its window while its reader keeps up", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ window: { maxWindowItems: 512, maxWindowBytes: 1 << 30 } });
    const iterator = client.call("items")[Symbol.asyncIterator]();
    const first = iterator.next();
    await world.settle();
    const [request] = raw.events;
    if (request === undefined) throw new Error("no request came");
    raw.answer(request, "STREAM", 0, { zc: 1 });
    await world.settle();
    await first;
    let sent = 1;
    const grants: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const granted = raw.said.slice(1).filter(([name]) => name === "_zpc_more");
      raw.events.length = 1;
      for (const [, args] of granted) {
        const [items] = args as [number];
        grants.push(items);
        for (let i = 0; i < items; i++) raw.answer(request, "STREAM", sent++);
      }
      await world.settle();
      while (client.core.openCalls > 0) {
        const step = iterator.next();
        await world.settle();
        const { value } = (await step) as IteratorResult<number>;
        if (value === sent - 1) break;
      }
    }
    expect(Math.max(...grants)).toBeGreaterThan(Math.min(...grants));
    expect(Math.max(...grants)).toBeLessThanOrEqual(512);
    raw.answer(request, "STREAM_DONE", null);
    await world.settle();
    await raw.transport.close(0);
  });

  scenario("is missed by for await where the method answers with a value", async (world) => {
    world.server({ add: (a: number, b: number) => a + b });
    const items = outcomeOf(collect(world.client().call("add", 1, 2)));
    await world.settle();
    expect(await items).toMatchObject({
      code: "USAGE_STATE",
      message:
        '"add" answered with a value, not with a stream; await the call instead of iterating',
    });
    const step = world.client().call("add", 1, 2).next();
    await world.settle();
    expect(await step).toEqual({ value: 3, done: true });
  });
});
