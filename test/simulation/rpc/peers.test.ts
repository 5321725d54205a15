import { describe, expect } from "vitest";
import { callContext } from "../../../src/rpc/context.ts";
import { collect, gather, named, outcomeOf, scenario } from "../../support/rpc.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

describe("a peer that dies", () => {
  scenario("fails the calls that it may have run", async (world) => {
    world.server({ hang: () => forever() });
    const client = world.client();
    const answer = outcomeOf(client.call("hang"));
    await world.settle();
    world.wire.break(new Error("cable cut"));
    await world.settle();
    expect(await answer).toMatchObject({
      code: "unavailable",
      mayHaveRun: true,
      message: "the peer at memory://home is gone; the call may have run",
      cause: { message: "cable cut" },
    });
  });

  scenario("passes on calls that never left", async (world) => {
    const first = named(world, "first");
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    world.wire.freeze();
    const call = client.call("who");
    const stream = collect(client.call("count"));
    const steps = [client.call("count")].map((one) => [one.next(), one.next(), one.next()]);
    await world.settle();
    named(world, "second", {
      *count() {
        yield 1;
        yield 2;
      },
    });
    client.core.connect("memory://second");
    await world.settle();
    void first.core.close();
    for (let i = 0; i < 10; i++) await world.settle();
    expect(await call).toBe("second");
    expect(await stream).toEqual([1, 2]);
    expect((await Promise.all(steps[0] ?? [])).map(({ value }) => value)).toEqual([
      1,
      2,
      undefined,
    ]);
  });

  scenario("passes on calls that may run twice, and their streams whole", async (world) => {
    const first = named(world, "first", { many: () => forever() });
    const client = world.idleClient({ window: { maxWindowItems: 300, maxWindowBytes: 1 << 20 } });
    client.core.connect("memory://first");
    await world.settle();
    const call = client.callWith({ idempotent: true }, "hang");
    const items = collect(client.callWith({ idempotent: true }, "many"));
    await world.settle();
    world.wire.break();
    void first.core.close();
    const second = world.idleServer({
      hang: () => "again",
      *many() {
        for (let i = 0; i < 1000; i++) yield i;
      },
    });
    void second.core.bind("memory://second");
    client.core.connect("memory://second");
    for (let i = 0; i < 50; i++) await world.settle();
    expect(await call).toBe("again");
    expect((await items).length).toBe(1000);
  });

  scenario("does not pass on a call that was asked for more of its argument", async (world) => {
    world.server({
      sum: async (items: AsyncIterable<unknown>) => {
        for await (const _item of items) await forever();
      },
    });
    const client = world.client();
    let closed = false;
    const items = (async function* (): AsyncGenerator<number> {
      try {
        for (;;) yield 1;
      } finally {
        closed = true;
      }
    })();
    const answer = outcomeOf(client.callWith({ idempotent: true }, "sum", items));
    await world.settle();
    world.wire.break();
    await world.settle();
    expect(await answer).toMatchObject({ code: "unavailable" });
    expect(closed).toBe(true);
  });

  scenario("ends its calls' signals, generators and places in the queue", async (world) => {
    const log: string[] = [];
    const server = world.server(
      {
        async *items() {
          const { signal } = callContext();
          try {
            for (;;) yield signal.aborted;
          } finally {
            log.push(`closed, aborted: ${String(signal.aborted)}`);
          }
        },
        next: () => log.push("ran"),
      },
      { poolSize: 1 },
    );
    const client = world.client();
    const stream = client.call("items");
    const first = stream.next();
    const queued = outcomeOf(client.call("next"));
    await world.settle();
    await first;
    expect(server.core.openCalls).toBe(2);
    world.wire.break();
    await world.settle();
    expect(await queued).toMatchObject({ code: "unavailable" });
    expect(await outcomeOf(stream.next())).toMatchObject({ code: "unavailable" });
    expect(log).toEqual(["closed, aborted: true"]);
    expect(server.core.openCalls).toBe(0);
  });

  scenario("takes its waiting calls along before a running one makes room", async (world) => {
    const ran: string[] = [];
    world.server(
      {
        *items() {
          for (;;) yield 1;
        },
        next: () => ran.push("next"),
      },
      { poolSize: 1 },
    );
    const client = world.client();
    const stream = client.call("items");
    const first = stream.next();
    const queued = outcomeOf(client.call("next"));
    await world.settle();
    await first;
    world.wire.break();
    await world.settle();
    await queued;
    expect(ran).toEqual([]);
  });

  scenario("is found again when it is back", async (world) => {
    const server = world.server({ who: () => "one" });
    const client = world.client();
    await world.settle();
    await server.core.close();
    await world.settle();
    expect(client.core.peerCount).toBe(0);
    const answer = client.call("who");
    world.server({ who: () => "two" });
    await world.settle();
    expect(await answer).toBe("two");
  });
});

describe("several peers", () => {
  scenario("get calls by how busy they are, and each in turn when equal", async (world) => {
    const names = ["a", "b", "c"];
    const client = world.idleClient();
    for (const name of names) {
      named(world, name);
      client.core.connect(`memory://${name}`);
    }
    await world.settle();
    const idle = await gather(world, () => client.call("who"), 9);
    expect(tally(idle)).toEqual({ a: 3, b: 3, c: 3 });
    const aborter = new AbortController();
    const busy = outcomeOf(client.callWith({ signal: aborter.signal }, "hang"));
    const together = Array.from({ length: 5 }, () => client.call("who"));
    await world.settle();
    const answers = await Promise.all(together);
    expect(new Set(answers).size).toBe(3);
    aborter.abort();
    await busy;
  });

  scenario("do not wait for an endpoint with nobody behind it", async (world) => {
    named(world, "there");
    const client = world.idleClient();
    client.core.connect("memory://nobody");
    client.core.connect("memory://there");
    await world.settle();
    expect(await gather(world, () => client.call("who"), 4)).toEqual(Array(4).fill("there"));
  });

  scenario(
    "do not wait for one that does not read",
    async (world) => {
      named(world, "stuck");
      named(world, "free");
      const client = world.idleClient();
      client.core.connect("memory://stuck");
      await world.settle();
      const stuck = world.wire;
      stuck.freeze();
      const early = Array.from({ length: 8 }, () => outcomeOf(client.call("who")));
      client.core.connect("memory://free");
      await world.settle();
      const answers = await gather(world, () => client.call("who"), 6);
      expect(answers).toEqual(Array(6).fill("free"));
      stuck.thaw();
      await world.settle();
      expect(await Promise.all(early)).toContain("stuck");
    },
    { highWaterMark: 4 },
  );

  scenario("that connect to a client that is bound are its workers", async (world) => {
    const client = world.idleClient();
    const early = client.call("who");
    await client.core.bind("memory://hub");
    await world.settle();
    for (const name of ["a", "b"]) {
      const worker = world.idleServer({ who: () => name });
      worker.core.connect("memory://hub");
    }
    await world.settle();
    expect(["a", "b"]).toContain(await early);
    const answers = await gather(world, () => client.call("who"), 4);
    expect(tally(answers)).toEqual({ a: 2, b: 2 });
  });
});

/** How often each answer came. */
function tally(answers: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[String(answer)] = (counts[String(answer)] ?? 0) + 1;
  return counts;
}

describe("a peer that gives no sign of life", () => {
  scenario("gets no new calls while another one does, and keeps those it has", async (world) => {
    named(world, "a");
    named(world, "b");
    const silent = new Set<string>();
    const client = world.idleClient({
      transport: (role, owner) =>
        world.hub.transport(role, {
          opened: (link) => {
            const get = (): boolean => silent.has(link.endpoint);
            owner.opened(Object.defineProperty(link, "silent", { get }));
          },
          received: (link, messages) => owner.received(link, messages),
          drained: (link) => owner.drained(link),
          closed: (link, error) => owner.closed(link, error),
          unreachable: (endpoint, error, final) => owner.unreachable(endpoint, error, final),
        }),
    });
    for (const name of ["a", "b"]) client.core.connect(`memory://${name}`);
    await world.settle();
    const who = (): PromiseLike<unknown> => client.call("who");
    expect(new Set(await gather(world, who, 4))).toEqual(new Set(["a", "b"]));
    const aborter = new AbortController();
    const hanging = [1, 2, 3].map(() =>
      outcomeOf(client.callWith({ signal: aborter.signal }, "hang")),
    );
    silent.add("memory://a");
    expect(await gather(world, who, 4)).toEqual(["b", "b", "b", "b"]);
    silent.add("memory://b");
    expect(new Set(await gather(world, who, 8)).size).toBeGreaterThan(0);
    silent.clear();
    expect(client.core.openCalls).toBe(3);
    aborter.abort();
    await Promise.all(hanging);
  });
});
