/** What one peer may cost a server: streams, calls in a second, connections on which nothing happens. */

import { describe, expect, vi } from "vitest";
import { Bucket } from "../../../src/rpc/rate-limit.ts";
import { Network } from "../../../src/testing/network.ts";
import { zmqTransport } from "../../../src/transports/zmq.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";

const REFUSED = { code: "resource_exhausted", origin: "peer" };

describe("streams of one peer", () => {
  scenario("are bounded, whichever way they go, and make room when they end", async (world) => {
    const gate = new Gate();
    const service = {
      async *items() {
        yield 1;
        await gate.pass();
      },
      take: async (items: AsyncIterable<number>) => (await collect(items)).length,
      add: () => 1,
    };
    const server = world.server(service, { maxStreamsPerPeer: 2 });
    const client = world.client();
    const out = client.call("items");
    expect(await out.next()).toMatchObject({ value: 1 });
    const numbers = async function* (): AsyncGenerator<number> {
      await gate.pass();
      yield 1;
    };
    const taken = client.call("take", numbers());
    await world.settle();
    const refused = {
      ...REFUSED,
      message: "expected at most maxStreamsPerPeer = 2 open streams of one peer, got one more",
    };
    expect(await outcomeOf(collect(client.call("items")))).toMatchObject(refused);
    expect(await outcomeOf(client.call("take", numbers()))).toMatchObject(refused);
    expect(await client.call("add")).toBe(1);
    gate.open();
    expect(await taken).toBe(1);
    const again = client.call("items");
    expect(await again.next()).toMatchObject({ value: 1 });
    expect(server.core.openCalls).toBe(2);
    const ends = [collect(out), collect(again)];
    await world.settle();
    gate.open();
    await Promise.all(ends);
  });
});

describe("calls of one peer in a second", () => {
  scenario("are bounded: what is over is refused and runs nothing", async (world) => {
    let ran = 0;
    world.server(
      { work: () => ++ran },
      { rateLimit: { callsPerSecond: 10, burst: 3, by: "connection" } },
    );
    const [greedy, modest] = [world.client(), world.client()];
    await world.settle();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => outcomeOf(greedy.call("work"))));
    expect(outcomes).toEqual([
      1,
      2,
      3,
      expect.objectContaining({ ...REFUSED, mayHaveRun: false, details: { retryAfterMs: 100 } }),
    ]);
    await greedy.caller.notify("work", []);
    expect(await modest.call("work")).toBe(4);
    await world.clock.elapse(100);
    expect(await greedy.call("work")).toBe(5);
  });

  scenario("are bounded: or the caller is slowed down, and loses nothing", async (world) => {
    const server = world.server(
      { work: () => world.clock.now() },
      { rateLimit: { callsPerSecond: 10, burst: 1, excess: "wait" } },
    );
    const client = world.client();
    const start = world.clock.now();
    const answers: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) answers.push(await client.call("work"));
    };
    const done = lane();
    await world.clock.elapse(1000);
    expect(answers.length).toBeGreaterThanOrEqual(10);
    expect(answers.length).toBeLessThanOrEqual(12);
    await world.clock.elapse(2000);
    await done;
    expect((answers.at(-1) as number) - start).toBeGreaterThanOrEqual(1700);
    expect(server.core.openCalls).toBe(0);
  });

  scenario("slow down nobody after their peer is gone", async (world) => {
    world.server({ work: () => 1 }, { rateLimit: { callsPerSecond: 1, burst: 1, excess: "wait" } });
    const client = world.client();
    const calls = [1, 2, 3].map(() => outcomeOf(client.call("work")));
    await world.settle();
    await client.core.close();
    await Promise.all(calls);
    // The timer of its rest has gone with it.
    expect(world.clock.pending).toBe(0);
  });
});

scenario("a peer that has left holds no count of its calls any more", async (world) => {
  world.server({ work: () => 1 }, { rateLimit: { callsPerSecond: 10 } });
  const [staying, leaving] = [world.client(), world.client()];
  await Promise.all([staying.call("work"), leaving.call("work")]);
  const released = vi.spyOn(Bucket.prototype, "release");
  await leaving.core.close();
  await world.settle();
  expect(released).toHaveBeenCalledTimes(1);
  released.mockRestore();
});

describe("a connection on which nothing happens", () => {
  scenario("is closed after idleTimeoutMs, and one in use is not", async (world) => {
    const gate = new Gate();
    const server = world.server(
      { add: () => 1, wait: () => gate.pass() },
      { idleTimeoutMs: 1000, heartbeatMs: 0 },
    );
    const [idle, calling, waiting] = [world.client(), world.client(), world.client()];
    const answer = waiting.callWith({ timeoutMs: 60_000 }, "wait");
    await calling.call("add");
    await world.clock.elapse(900);
    await calling.call("add");
    await idle.core.close();
    const silent = world.rawClient();
    await world.settle();
    const closed = () =>
      server.events.filter((event) => event.type === "peer-closed" && event.error !== undefined);
    await world.clock.elapse(900);
    expect(closed()).toEqual([]);
    await world.clock.elapse(1200);
    expect(closed().map((event) => "error" in event && String(event.error))).toContain(
      "RpcError: expected messages or calls within idleTimeoutMs = 1000, got none",
    );
    silent.transport.disconnect("memory://home");
    gate.open();
    await answer;
    await Promise.all([calling.core.close(), waiting.core.close(), silent.transport.close(0)]);
    await world.settle();
  });

  scenario("is left by a client of ours, which loses no call that crosses", async (world) => {
    const { clock } = world;
    const network = new Network(clock, { latencyMs: 200 });
    const transport = zmqTransport({ transports: { tcp: network }, clock, random: () => 0.5 }, {});
    const options = { heartbeatMs: 0, transport };
    const server = world.idleServer({ add: () => 1 }, { ...options, idleTimeoutMs: 1000 });
    const endpoint = await server.core.bind("tcp://home:1");
    const client = world.idleClient(options);
    client.core.connect(endpoint);
    const opened = () => server.events.find(({ type }) => type === "peer-opened");
    while (opened() === undefined) await clock.elapse(1);
    const openedAt = clock.now();
    const first = client.call("add");
    await clock.elapse(500);
    expect(await first).toBe(1);
    // On its way when the server asks to leave, after two seconds.
    await clock.elapse(openedAt + 1900 - clock.now());
    const crossing = outcomeOf(client.call("add"));
    await clock.elapse(250);
    expect(server.events.filter(({ type }) => type === "call-finished")).toHaveLength(1);
    await clock.elapse(2500);
    expect(await crossing).toBe(1);
    expect(network.links).toHaveLength(2);
    await Promise.all([client.core.close(), server.core.close(), clock.elapse(2000)]);
  });

  scenario("is left, and its next call goes over another", async (world) => {
    const server = world.server({ add: () => 1 }, { idleTimeoutMs: 1000, heartbeatMs: 0 });
    const client = world.client({ heartbeatMs: 0 });
    await client.call("add");
    const { wire } = world;
    await world.clock.elapse(2000);
    expect(wire.state).toBe("closed");
    expect(server.events.find(({ type }) => type === "peer-closed")).toMatchObject({
      error: { code: "deadline_exceeded" },
    });
    expect(await client.call("add")).toBe(1);
    await client.core.close();
    await world.settle();
  });
});
