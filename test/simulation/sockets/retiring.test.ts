import { describe, expect, test } from "vitest";
import { message } from "../../support/pipes.ts";
import { type Watched, watched, world, type World } from "../../support/simulated.ts";

const ENDPOINT = "tcp://server:5555";

async function pair(here: World): Promise<{ server: Watched; client: Watched }> {
  const server = watched(here, "PULL");
  const client = watched(here, "PUSH");
  await server.core.bind(ENDPOINT);
  client.core.connect(ENDPOINT);
  await here.clock.elapse(1000);
  return { server, client };
}

async function end(here: World, ...all: readonly Watched[]): Promise<void> {
  await Promise.all([...all.map(({ core }) => core.close(0)), here.clock.elapse(1)]);
  expect(here.clock.pending).toBe(0);
}

describe("a socket that retires", () => {
  test("accepts nobody any more and keeps the peers that it has", async () => {
    const here = world();
    const { server, client } = await pair(here);
    server.core.retire();
    expect(server.core.endpoints).toEqual([]);
    client.pipes[0]?.send(message("still"));
    const late = watched(here, "PUSH");
    late.core.connect(ENDPOINT);
    await here.clock.elapse(1000);
    expect(server.received).toHaveLength(1);
    expect([late.pipes.length, server.ends]).toEqual([0, []]);
    const next = watched(here, "PULL");
    expect(await next.core.bind(ENDPOINT)).toBe(ENDPOINT);
    await here.clock.elapse(10_000);
    expect(late.pipes).toHaveLength(1);
    await end(here, server, client, late, next);
    expect(server.log.filter((line) => line.endsWith(" close"))).toHaveLength(1);
  });

  test("dials no more, whether its peer is there or not", async () => {
    const here = world();
    const { server, client } = await pair(here);
    client.core.connect("tcp://nobody:1");
    await here.clock.elapse(10);
    client.core.retire();
    client.pipes[0]?.send(message("still"));
    await here.clock.elapse(10);
    expect(server.received).toHaveLength(1);
    server.pipes[0]?.close();
    await here.clock.elapse(60_000);
    expect(client.pipes).toHaveLength(1);
    expect(client.log.at(-1)).toMatch(/connect:stopped$/u);
    expect(here.clock.pending).toBe(0);
    await end(here, server, client);
  });

  test("is not bound where it was about to be", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const binding = server.core.bind(ENDPOINT);
    server.core.retire();
    await expect(binding).rejects.toMatchObject({ code: "SOCKET_CLOSED" });
    await end(here, server);
  });

  test("lets in who came before it retired", async () => {
    const here = world();
    const { server, client } = await pair(here);
    const late = watched(here, "PUSH", { reconnectInterval: -1 });
    late.core.connect(ENDPOINT);
    server.core.retire();
    server.core.retire();
    await here.clock.elapse(1000);
    expect([late.pipes.length, server.pipes.length]).toEqual([1, 2]);
    await end(here, server, client, late);
  });
});
