import { describe, expect } from "vitest";
import { Gate, gather, named, outcomeOf, scenario } from "../../support/rpc.ts";

const eventsOf = (events: readonly { readonly type: string }[]): readonly string[] =>
  events.map(({ type }) => type);

describe("a draining server", () => {
  scenario("is left before any call is refused", async (world) => {
    const gate = new Gate();
    const first = named(world, "first", { slow: () => gate.pass() });
    named(world, "second");
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    const running = client.call("slow");
    await world.settle();
    client.core.connect("memory://second");
    const drained = first.core.drain(10_000);
    await world.settle();
    expect(client.core.peers.map(({ draining }) => draining)).toEqual([true, false]);
    expect(await gather(world, () => client.call("who"), 3)).toEqual(Array(3).fill("second"));
    gate.open();
    await world.settle();
    await Promise.all([running, drained]);
    const refused = first.events.filter(({ type }) => type === "call-finished");
    expect(refused).toHaveLength(1);
  });

  scenario("moves requests that cross the news", async (world) => {
    const first = named(world, "first");
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    expect(await gather(world, () => client.call("who"), 1)).toEqual(["first"]);
    const crossing = client.call("who");
    const drained = first.core.drain(10_000);
    named(world, "second");
    client.core.connect("memory://second");
    await world.settle();
    expect(await crossing).toBe("second");
    await drained;
  });

  scenario("moves streams of arguments from their beginning", async (world) => {
    const sum = async (numbers: AsyncIterable<number>): Promise<number> => {
      let total = 0;
      for await (const number of numbers) total += number;
      return total;
    };
    const first = named(world, "first", { sum });
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    await gather(world, () => client.call("who"), 1);
    let ended = 0;
    async function* upTo(count: number): AsyncGenerator<number> {
      try {
        for (let n = 1; n <= count; n++) yield n;
      } finally {
        ended++;
      }
    }
    const crossing = [1, 100].map((count) => client.call("sum", upTo(count)));
    const drained = first.core.drain(10_000);
    named(world, "second", { sum });
    client.core.connect("memory://second");
    await world.settle();
    await drained;
    for (let turn = 0; turn < 10; turn++) await world.settle();
    expect(await Promise.all(crossing)).toEqual([1, 5050]);
    expect(ended).toBe(2);
  });

  scenario("runs one-way requests that cross the news", async (world) => {
    const heard: string[] = [];
    const server = world.server({ hear: (what: string) => void heard.push(what), who: () => 1 });
    const client = world.client();
    await gather(world, () => client.call("who"), 1);
    const sent = client.caller.notify("hear", ["crossing"]);
    const drained = server.core.drain(1000);
    await world.settle();
    await Promise.all([sent, drained]);
    expect(heard).toEqual(["crossing"]);
  });

  scenario(
    "lets its clients wait for the next server, which may be bound at once",
    async (world) => {
      const gate = new Gate();
      const first = world.server({ slow: () => gate.pass(), who: () => "first" });
      const client = world.client();
      const running = client.call("slow");
      await world.settle();
      const drained = first.core.drain(Infinity);
      await world.settle();
      const waiting = client.call("who");
      world.server({ who: () => "second" });
      await world.settle();
      gate.open();
      await world.settle();
      await running;
      expect(await waiting).toBe("second");
      await drained;
    },
  );

  scenario("lets nobody in", async (world) => {
    const gate = new Gate();
    const server = world.server({ slow: () => gate.pass() });
    const running = world.client().call("slow");
    await world.settle();
    const drained = server.core.drain(Infinity);
    expect(server.core.endpoints).toEqual([]);
    const late = world.client();
    await world.settle();
    expect(late.core.peerCount).toBe(0);
    gate.open();
    await world.settle();
    await Promise.all([running, drained]);
  });

  scenario("waits a second for a peer that was told and does not leave", async (world) => {
    const server = world.server({ who: () => 1 });
    const peer = world.rawClient();
    await world.settle();
    peer.send("who", [], { zc: 1 });
    await world.settle();
    let over = false;
    const drained = server.core.drain(10_000).then(() => (over = true));
    await world.clock.elapse(999);
    expect([peer.said.at(-1), over]).toEqual([["_zc_drain", []], false]);
    await world.clock.elapse(1);
    expect(await drained).toBe(true);
  });

  scenario("waits for what somebody says who has just come", async (world) => {
    const server = world.server({ who: () => "first" });
    const peer = world.rawClient();
    await world.settle();
    let over = false;
    const drained = server.core.drain(10_000).then(() => (over = true));
    await world.clock.elapse(500);
    expect(over).toBe(false);
    peer.send("who", [], { zc: 1 });
    await world.settle();
    expect(peer.said.map(([name]) => name)).toEqual(["_zc_drain", "ERR"]);
    await world.clock.elapse(1000);
    await drained;
  });

  scenario("does not wait for who has been silent for long", async (world) => {
    const server = world.server({});
    const client = world.client();
    await world.clock.elapse(1000);
    await server.core.drain(10_000);
    await world.settle();
    expect(client.core.peerCount).toBe(0);
  });

  scenario("tells nothing to old peers and refuses what they ask", async (world) => {
    const gate = new Gate();
    const server = world.server({ slow: () => gate.pass() });
    const old = world.rawClient();
    await world.settle();
    old.send("slow", []);
    await world.settle();
    const drained = server.core.drain(Infinity);
    await world.settle();
    old.send("slow", []);
    await world.settle();
    expect(old.said).toEqual([
      ["ERR", ["RpcError", "the server is closing and takes no new calls", null]],
    ]);
    gate.open();
    await world.settle();
    await drained;
  });

  scenario("answers to the end who asks for an outcome", async (world) => {
    const gate = new Gate();
    const server = world.server({ slow: () => gate.pass().then(() => "done") });
    const peer = world.rawClient();
    await world.settle();
    peer.send("slow", [], { zc: 1, id: "a" });
    await world.settle();
    const drained = server.core.drain(Infinity);
    peer.send("_zc_outcome", ["a", "slow"], { zc: 1 });
    await world.settle();
    gate.open();
    await world.clock.elapse(1000);
    await drained;
    expect(peer.said.filter(([name]) => name === "OK")).toEqual([
      ["OK", ["done"]],
      ["OK", ["done"]],
    ]);
  });

  scenario("that is a worker is left by the client that is bound", async (world) => {
    const client = world.idleClient();
    await client.core.bind("memory://hub");
    const worker = world.idleServer({ who: () => "worker" });
    worker.core.connect("memory://hub");
    await world.settle();
    await gather(world, () => client.call("who"), 1);
    const drained = worker.core.drain(10_000);
    await world.settle();
    await drained;
    expect(client.core.peerCount).toBe(0);
    expect(eventsOf(worker.events).at(-1)).toBe("closed");
  });
});

describe("a client whose call is refused without news, as behind a hub", () => {
  scenario("sends it again a few times, then looks for another connection", async (world) => {
    const server = world.rawServer();
    const client = world.client();
    const answer = client.call("who");
    const refusal = { zc: 1, error: { status: "unavailable", ran: false } };
    for (let turn = 0; turn < 4; turn++) {
      await world.settle();
      const asked = server.events.at(-1);
      expect(server.events).toHaveLength(turn + 1);
      if (asked) server.answer(asked, "ERR", ["RpcError", "closing", null], refusal);
    }
    await world.settle();
    expect(eventsOf(client.events).filter((type) => type === "peer-opened")).toHaveLength(2);
    const asked = server.events.at(-1);
    if (asked) server.answer(asked, "OK", ["late"]);
    await world.settle();
    expect(await answer).toBe("late");
  });
});

describe("a client that is told by a server that goes on all the same", () => {
  scenario("comes back to it over another connection", async (world) => {
    const server = world.rawServer();
    const client = world.client();
    const first = outcomeOf(client.call("who"));
    await world.settle();
    const [asked] = server.events;
    server.send("_zc_drain", [], { zc: 1 });
    if (asked) server.answer(asked, "OK", [1]);
    await world.settle();
    expect(await first).toBe(1);
    expect(client.core.peers).toMatchObject([{ draining: false }]);
  });
});
