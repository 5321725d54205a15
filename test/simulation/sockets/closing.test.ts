import { describe, expect, test } from "vitest";
import { message } from "../../support/pipes.ts";
import { type Watched, watched, world, type World } from "../../support/simulated.ts";

const ENDPOINT = "tcp://server:5555";
const BIG = [new Uint8Array(100_000)];

async function pair(here: World): Promise<{ server: Watched; client: Watched }> {
  const server = watched(here, "PULL");
  const client = watched(here, "PUSH");
  await server.core.bind(ENDPOINT);
  client.core.connect(ENDPOINT);
  await here.clock.elapse(1000);
  return { server, client };
}

describe("closing", () => {
  test("delivers what was sent before it", async () => {
    const here = world({ latencyMs: 10, bufferBytes: 50_000 });
    const { server, client } = await pair(here);
    for (let n = 0; n < 20; n += 1) client.pipes[0]?.send(BIG);
    const closing = client.core.close(5000);
    await here.clock.elapse(4000);
    await closing;
    expect(server.received).toHaveLength(20);
    expect(client.log.at(-1)).toMatch(/ end$/u);
    await Promise.all([server.core.close(), here.clock.elapse(1)]);
    expect(here.clock.pending).toBe(0);
  });

  test("drops what was sent when it must not linger", async () => {
    const here = world({ bufferBytes: 50_000 });
    const { server, client } = await pair(here);
    server.pipes[0]?.pause();
    for (let n = 0; n < 20; n += 1) client.pipes[0]?.send(BIG);
    const closing = client.core.close(0);
    await here.clock.elapse(0);
    await closing;
    expect(server.received.length).toBeLessThan(20);
    await Promise.all([server.core.close(0), here.clock.elapse(1)]);
  });

  test("waits no longer than it lingers for a peer that does not read", async () => {
    const here = world({ bufferBytes: 50_000 });
    const { server, client } = await pair(here);
    server.pipes[0]?.pause();
    for (let n = 0; n < 20; n += 1) client.pipes[0]?.send(BIG);
    let closed = false;
    const closing = client.core.close(3000).then(() => {
      closed = true;
    });
    await here.clock.elapse(2999);
    expect(closed).toBe(false);
    await here.clock.elapse(1);
    await closing;
    await Promise.all([server.core.close(0), here.clock.elapse(1)]);
    expect(here.clock.pending).toBe(0);
  });

  test("waits for ever when it lingers for ever", async () => {
    const here = world({ bufferBytes: 50_000 });
    const { server, client } = await pair(here);
    server.pipes[0]?.pause();
    for (let n = 0; n < 20; n += 1) client.pipes[0]?.send(BIG);
    const closing = client.core.close(-1);
    await here.clock.elapse(10_000_000);
    server.pipes[0]?.resume();
    await here.clock.elapse(10);
    await closing;
    expect(server.received).toHaveLength(20);
    await Promise.all([server.core.close(0), here.clock.elapse(1)]);
  });

  test.each(["close", "unbind"] as const)(
    "cuts a peer that does not read, which counts until then, after %s of its own",
    async (what) => {
      const here = world({ bufferBytes: 50_000 });
      const server = watched(here, "PUSH", { maxConnections: 1, linger: 3000 });
      const greedy = watched(here, "PULL", { reconnectInterval: -1 });
      const next = watched(here, "PULL", { reconnectInterval: 100, reconnectMaxInterval: 0 });
      const other = await server.core.bind("tcp://server:0");
      await server.core.bind(ENDPOINT);
      greedy.core.connect(ENDPOINT);
      await here.clock.elapse(10);
      greedy.pipes[0]?.pause();
      for (let n = 0; n < 20; n += 1) server.pipes[0]?.send(BIG);
      await here.clock.elapse(10);
      if (what === "close") server.pipes[0]?.close();
      else await server.core.unbind(ENDPOINT);
      expect(server.ends).toEqual([""]);
      next.core.connect(other);
      await here.clock.elapse(2900);
      expect(server.events.at(-1)).toMatchObject({ error: { code: "SOCKET_CONNECTIONS" } });
      expect(server.core.pipes.size).toBe(0);
      await here.clock.elapse(200);
      expect(server.core.pipes.size).toBe(1);
      greedy.pipes[0]?.resume();
      await here.clock.elapse(10);
      expect(greedy.received.length).toBeLessThan(20);
      const all = [server, greedy, next].map(({ core }) => core.close(0));
      await Promise.all([...all, here.clock.elapse(1)]);
      expect(here.clock.pending).toBe(0);
    },
  );

  test("lingers as long as it is told, whatever the option says", async () => {
    const here = world({ bufferBytes: 50_000 });
    const { server, client } = await pair(here);
    server.pipes[0]?.pause();
    for (let n = 0; n < 20; n += 1) client.pipes[0]?.send(BIG);
    const closing = client.core.close(60_000);
    await here.clock.elapse(59_000);
    server.pipes[0]?.resume();
    await here.clock.elapse(10);
    await closing;
    expect(server.received).toHaveLength(20);
    await Promise.all([server.core.close(0), here.clock.elapse(1)]);
  });

  test("tells the owner of every pipe before it returns, and happens once", async () => {
    const here = world();
    const { server, client } = await pair(here);
    const closing = client.core.close();
    expect(client.ends).toEqual([""]);
    expect(client.core.close()).toBe(closing);
    for (const verb of ["bind", "connect", "unbind", "disconnect"] as const) {
      expect(() => client.core[verb](ENDPOINT)).toThrow(`${verb} after close`);
    }
    await Promise.all([closing, here.clock.elapse(10)]);
    expect(server.ends).toEqual([""]);
    await server.core.close();
  });

  test("unbinding ends the connections that came through the endpoint, and no others", async () => {
    const here = world();
    const { server, client } = await pair(here);
    const other = watched(here, "PUSH");
    const second = await server.core.bind("tcp://server:0");
    other.core.connect(second);
    await here.clock.elapse(10);
    expect(server.core.endpoints).toEqual([ENDPOINT, second]);
    await server.core.unbind(ENDPOINT);
    await here.clock.elapse(10);
    expect([client.core.pipes.size, other.core.pipes.size]).toEqual([0, 1]);
    expect(server.core.endpoints).toEqual([second]);
    expect(server.log.at(-1)).toMatch(/ close$/u);
    expect(() => server.core.unbind(ENDPOINT)).toThrow(`${ENDPOINT} is not bound; bound is`);
    const all = [server, client, other].map(({ core }) => core.close(0));
    await Promise.all([...all, here.clock.elapse(1)]);
  });

  test("an owner may close again, or try to connect, when it hears that its pipe is closed", async () => {
    const here = world();
    const outcomes: unknown[] = [];
    const server = watched(here, "PULL");
    const client = watched(here, "PUSH", {
      owner: {
        closed: () => {
          outcomes.push(client.core.closed);
          void client.core.close(0);
          expect(() => client.core.connect("tcp://other:1")).toThrow("connect after close");
        },
      },
    });
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(10);
    await Promise.all([client.core.close(), here.clock.elapse(10)]);
    expect(outcomes).toEqual([true]);
    expect(client.log.filter((line) => line.endsWith("end"))).toHaveLength(1);
    await server.core.close();
  });

  test("an endpoint is unbound by what it was asked for, too", async () => {
    const here = world();
    const server = watched(here, "PULL");
    await server.core.bind("tcp://server:0");
    await server.core.unbind("tcp://server:0");
    expect(server.core.endpoints).toEqual([]);
  });

  test("a socket that is closed while it binds is not bound", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const binding = server.core.bind(ENDPOINT);
    const closing = server.core.close();
    await expect(binding).rejects.toMatchObject({ code: "SOCKET_CLOSED" });
    await closing;
    const next = watched(here, "PULL");
    expect(await next.core.bind(ENDPOINT)).toBe(ENDPOINT);
  });

  test("an endpoint whose binding was given up is not bound", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const controller = new AbortController();
    const binding = server.core.bind(ENDPOINT, controller.signal);
    controller.abort(new Error("enough"));
    await expect(binding).rejects.toThrow("enough");
    expect(await server.core.bind(ENDPOINT)).toBe(ENDPOINT);
    await expect(watched(here, "PULL").core.bind(ENDPOINT)).rejects.toMatchObject({
      code: "TRANSPORT_ADDRESS_IN_USE",
    });
  });

  test("a message of which a frame is too large is dropped as a whole, with its peer", async () => {
    const here = world();
    const server = watched(here, "ROUTER", { maxMessageSize: 64 });
    const client = watched(here, "DEALER", { reconnectInterval: -1 });
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(10);
    client.pipes[0]?.send([new Uint8Array(6), new Uint8Array(127)]);
    await here.clock.elapse(10);
    expect(server.received).toEqual([]);
    expect(server.ends).toEqual(["ZMTP_MESSAGE_TOO_LARGE"]);
    expect(client.log.slice(-2)).toEqual(["10 disconnect", "10 connect:stopped"]);
    await server.core.close();
  });

  test("a message that was sent after the end of a pipe is dropped", async () => {
    const here = world();
    const { server, client } = await pair(here);
    const [pipe] = client.pipes;
    pipe?.close();
    pipe?.send(message("late"));
    pipe?.close();
    await here.clock.elapse(10);
    expect(server.received).toEqual([]);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });
});
