import { describe, expect } from "vitest";
import { Deferred } from "../../../src/base/deferred.ts";
import { callContext } from "../../../src/rpc/context.ts";
import { collect, gather, Gate, HOME, named, outcomeOf, scenario } from "../../support/rpc.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

describe("draining a server", () => {
  scenario("lets running calls finish and sends new ones to other peers", async (world) => {
    const gate = new Gate();
    const slow = async (): Promise<string> => {
      await gate.pass();
      return "finished";
    };
    const first = named(world, "first", { slow });
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    const running = client.call("slow");
    await world.settle();
    named(world, "second");
    client.core.connect("memory://second");
    const drained = first.core.drain(10_000);
    await world.settle();
    expect(await gather(world, () => client.call("who"), 6)).toEqual(Array(6).fill("second"));
    gate.open();
    await world.settle();
    expect(await running).toBe("finished");
    await drained;
    await world.settle();
    expect(client.core.peerCount).toBe(1);
  });

  scenario("sends streams with all that was asked of them to other peers", async (world) => {
    const gate = new Gate();
    const talk = {
      *talk(): Generator<unknown, unknown, unknown> {
        let heard: unknown = "ready";
        for (;;) heard = yield heard;
      },
    };
    const first = named(world, "first", { slow: () => gate.pass(), ...talk });
    const client = world.idleClient();
    client.core.connect("memory://first");
    const running = client.call("slow");
    await world.settle();
    const drained = first.core.drain(Infinity);
    named(world, "second", talk);
    const stream = client.call("talk");
    const steps = [stream.next(), stream.next("a"), stream.next("b")];
    client.core.connect("memory://second");
    await world.settle();
    expect((await Promise.all(steps)).map(({ value }) => value)).toEqual(["ready", "a", "b"]);
    await stream.return();
    gate.open();
    await world.settle();
    await Promise.all([running, drained]);
  });

  scenario("lets new calls wait for another peer, also one-way ones", async (world) => {
    const gate = new Gate();
    const first = world.server({ slow: () => gate.pass(), who: () => "first" });
    const client = world.client();
    const running = client.call("slow");
    await world.settle();
    const drained = first.core.drain(Infinity);
    const refused = client.call("who");
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all([running, drained]);
    world.server({ who: () => "second" });
    await world.settle();
    expect(await refused).toBe("second");
  });

  scenario("has a bound", async (world) => {
    const server = world.server({ hang: () => forever() });
    const client = world.client();
    const answer = outcomeOf(client.call("hang"));
    await world.settle();
    const drained = server.core.drain(500);
    expect(server.core.drain(500)).toBe(drained);
    await world.clock.elapse(500);
    await drained;
    expect(await answer).toMatchObject({ code: "unavailable", mayHaveRun: true });
  });

  scenario("is over at once when nothing runs", async (world) => {
    const server = world.server({});
    await world.settle();
    await server.core.drain(500);
    await server.core.drain(500);
    await expect(server.core.bind("memory://x")).rejects.toMatchObject({ code: "USAGE_CLOSED" });
    expect(() => server.core.connect("memory://x")).toThrow(
      expect.objectContaining({ code: "USAGE_CLOSED" }) as Error,
    );
  });
});

describe("closing", () => {
  scenario(
    "a server fails its calls, ends their signals, and runs none that wait",
    async (world) => {
      const ran: string[] = [];
      let signal: AbortSignal | undefined;
      const server = world.server(
        {
          work: (name: string) => {
            ran.push(name);
            ({ signal } = callContext());
            return forever();
          },
          *items() {
            try {
              for (;;) yield 1;
            } finally {
              ran.push("closed");
            }
          },
        },
        { poolSize: 2 },
      );
      const client = world.client();
      const stream = client.call("items");
      const step = stream.next();
      const answers = ["one", "two"].map((name) => outcomeOf(client.call("work", name)));
      await world.settle();
      await step;
      const closing = server.core.close();
      expect(server.core.close()).toBe(closing);
      await closing;
      await world.settle();
      for (const answer of await Promise.all(answers)) {
        expect(answer).toMatchObject({ code: "unavailable" });
      }
      expect(await outcomeOf(stream.next())).toMatchObject({ code: "unavailable" });
      expect(signal?.aborted).toBe(true);
      expect(ran.toSorted()).toEqual(["closed", "one"]);
    },
  );

  scenario("a server from inside of a handler stops it in the middle of a batch", async (world) => {
    const ran: number[] = [];
    const server = world.server({
      work: (n: number) => {
        ran.push(n);
        if (n === 2) void server.core.close();
      },
    });
    const client = world.client({ timeoutMs: 100 });
    const answers = [1, 2, 3].map((n) => outcomeOf(client.call("work", n)));
    await world.clock.elapse(100);
    await Promise.all(answers);
    expect(ran).toEqual([1, 2]);
    expect(await answers[2]).toMatchObject({ code: "unavailable" });
  });

  scenario("a client settles everything that it has handed out", async (world) => {
    world.server({
      hang: () => forever(),
      *items() {
        for (;;) yield 1;
      },
    });
    const client = world.client();
    const lonely = world.idleClient();
    const stream = client.call("items");
    const step = stream.next();
    await world.settle();
    await step;
    const promises = [
      client.call("hang"),
      stream.next(),
      collect(client.call("items")),
      lonely.call("hang"),
      lonely.call("hang").next(),
      lonely.caller.notify("hang", []),
    ].map((promise) => outcomeOf(promise));
    await world.settle();
    await Promise.all([client.core.close(), client.core.close(), lonely.core.close()]);
    for (const outcome of (await Promise.all(promises)).slice(3)) {
      expect(outcome).toMatchObject({ code: "cancelled", mayHaveRun: false });
    }
    expect(() => client.call("hang")).toThrow(
      expect.objectContaining({ code: "USAGE_CLOSED" }) as Error,
    );
    expect(() => client.core.connect("memory://x")).toThrow(/closed/);
  });

  scenario("a client after draining waits for open calls, which may still move", async (world) => {
    const gate = new Gate();
    world.server({ slow: () => gate.pass() });
    const client = world.client();
    const answer = client.call("slow");
    await world.settle();
    const drained = client.core.drain(Infinity);
    expect(() => client.call("slow")).toThrow(/closed/);
    gate.open();
    await world.settle();
    await Promise.all([answer, drained]);
    const late = world.client();
    const hung = outcomeOf(late.callWith({ timeoutMs: 0 }, "slow"));
    await world.settle();
    const bound = late.core.drain(300);
    await world.clock.elapse(300);
    await bound;
    expect(await hung).toMatchObject({ code: "cancelled" });
    gate.open();
  });
});

describe("a handler that closes its own server", () => {
  scenario("is answered if it returns in the same turn", async (world) => {
    const server = world.server({
      value: () => {
        void server.core.close();
        return "goodbye";
      },
    });
    const answer = world.client().call("value");
    await world.settle();
    expect(await answer).toBe("goodbye");
    expect(server.core.peerCount).toBe(0);
  });

  scenario("is answered too if it streams", async (world) => {
    const server = world.server({
      *items() {
        yield 1;
        void server.core.close();
        yield 2;
      },
    });
    const items = collect(world.client().call("items"));
    await world.settle();
    expect(await items).toEqual([1, 2]);
  });

  scenario("has its caller told if it goes on", async (world) => {
    const server = world.server({
      later: async () => {
        await server.core.close();
        return "never told";
      },
    });
    const answer = outcomeOf(world.client().call("later"));
    await world.settle();
    expect(await answer).toMatchObject({
      code: "unavailable",
      message: "the server was closed before the call was over",
    });
  });
});

describe("an endpoint", () => {
  scenario("is what resolveEndpoint makes of it, at once or later", async (world) => {
    const resolveEndpoint = async (name: string): Promise<string> => `memory://${name}`;
    const server = world.idleServer({ who: () => "me" }, { resolveEndpoint });
    expect(await server.core.bind("home")).toBe("memory://home");
    const client = world.idleClient({ resolveEndpoint });
    client.core.connect("home");
    const answer = client.call("who");
    await world.settle();
    expect(await answer).toBe("me");
  });

  scenario("is taken back as it was given and as it became", async (world) => {
    const resolveEndpoint = async (name: string): Promise<string> => `memory://${name}`;
    const server = world.idleServer({ who: () => "me" }, { resolveEndpoint });
    const client = world.idleClient({ resolveEndpoint });
    for (const take of ["home", "memory://home"]) {
      await server.core.bind("home");
      client.core.connect("home");
      await world.settle();
      expect(client.core.peerCount).toBe(1);
      client.core.disconnect(take);
      await server.core.unbind(take);
      await world.settle();
      expect([server.core.endpoints, client.core.peerCount]).toEqual([[], 0]);
    }
  });

  scenario("that is disconnected while it is resolved is never connected", async (world) => {
    world.server({});
    const resolved = new Deferred<string>();
    const client = world.idleClient({ resolveEndpoint: () => resolved.promise });
    client.core.connect("home");
    client.core.disconnect("home");
    resolved.resolve(HOME);
    await world.settle();
    expect(client.core.peerCount).toBe(0);
  });

  scenario("that cannot be resolved is told to calls that find no peer", async (world) => {
    const resolveEndpoint = (): Promise<string> => Promise.reject(new Error("no such name"));
    const client = world.idleClient({ resolveEndpoint, timeoutMs: 100 });
    client.core.connect("nowhere");
    const worker = world.idleServer({}, { resolveEndpoint });
    worker.core.connect("nowhere");
    const answer = outcomeOf(client.call("who"));
    await world.clock.elapse(100);
    expect(await answer).toMatchObject({
      message: 'no peer took the call of "who" within 100 ms: nowhere (no such name)',
    });
    expect(worker.events).toContainEqual(expect.objectContaining({ type: "unreachable" }));
  });
});
