import { describe, expect, test } from "vitest";
import { watched, world } from "../../support/simulated.ts";

const ENDPOINT = "tcp://server:5555";

test("a peer that falls silent is given up after the heartbeat timeout", async () => {
  const here = world();
  const server = watched(here, "ROUTER", { heartbeatInterval: 1000, heartbeatTimeout: 500 });
  const client = watched(here, "DEALER", { reconnectInterval: -1 });
  await server.core.bind(ENDPOINT);
  client.core.connect(ENDPOINT);
  await here.clock.elapse(10_000);
  expect(server.ends).toEqual([]);
  here.network.links[0]?.freeze();
  await here.clock.elapse(1499);
  expect(server.ends).toEqual([]);
  await here.clock.elapse(1);
  expect(server.ends).toEqual(["ZMTP_HEARTBEAT_TIMEOUT"]);
  await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
});

const PAIRS = [
  ["DEALER", "ROUTER"],
  ["REQ", "REP"],
  ["PULL", "PUSH"],
  ["SUB", "PUB"],
  ["PAIR", "PAIR"],
] as const;

describe.each(PAIRS)("%s connected to %s", (connecting, bound) => {
  test("is given up after the time to live that it told", async () => {
    const here = world();
    const server = watched(here, bound);
    const client = watched(here, connecting, {
      heartbeatInterval: 1000,
      heartbeatTimeout: 100_000,
      heartbeatTimeToLive: 300,
    });
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1000);
    expect(server.ends).toEqual([]);
    await here.clock.elapse(300);
    expect(server.ends).toEqual(["ZMTP_TTL_EXPIRED"]);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });

  test("stays as long as PING and PONG go back and forth", async () => {
    const here = world({ latencyMs: 20 });
    const server = watched(here, bound, { heartbeatInterval: 50 });
    const client = watched(here, connecting);
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(60_000);
    expect([server.ends, client.ends, server.pipes.length]).toEqual([[], [], 1]);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(100)]);
  });
});

test("a peer that has not answered a PING is silent until it is heard again", async () => {
  const here = world();
  const server = watched(here, "ROUTER", { heartbeatInterval: 1000, heartbeatTimeout: 0 });
  const client = watched(here, "DEALER", { reconnectInterval: -1 });
  await server.core.bind(ENDPOINT);
  client.core.connect(ENDPOINT);
  await here.clock.elapse(10_000);
  const [pipe] = server.pipes;
  expect([pipe?.silent, client.pipes[0]?.silent]).toEqual([false, false]);
  here.network.links[0]?.freeze();
  await here.clock.elapse(60_000);
  expect([pipe?.silent, server.ends]).toEqual([true, []]);
  here.network.links[0]?.thaw();
  await here.clock.elapse(1000);
  expect(pipe?.silent).toBe(false);
  await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
});

test("a peer that is not read from is not given up for its silence", async () => {
  const here = world();
  const server = watched(here, "ROUTER", { heartbeatInterval: 1000 });
  const client = watched(here, "DEALER");
  await server.core.bind(ENDPOINT);
  client.core.connect(ENDPOINT);
  await here.clock.elapse(10);
  server.pipes[0]?.pause();
  await here.clock.elapse(60_000);
  server.pipes[0]?.resume();
  await here.clock.elapse(10_000);
  expect(server.ends).toEqual([]);
  const heardAt = server.pipes[0]?.lastHeardAt ?? 0;
  expect(here.clock.now() - heardAt).toBeLessThanOrEqual(1000);
  await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  expect(here.clock.pending).toBe(0);
});
