import { expect, test } from "vitest";
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

test("a peer gives us up after the time to live that we told it", async () => {
  const here = world();
  const server = watched(here, "ROUTER");
  const client = watched(here, "DEALER", {
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
