import { describe, expect, test } from "vitest";
import { everyOctet } from "../../../src/testing/cut.ts";
import { message, textOf } from "../../support/pipes.ts";
import { watched, world } from "../../support/simulated.ts";

const ENDPOINT = "tcp://server:5555";

describe("connecting", () => {
  test("joins two sockets whatever comes first, and whatever the wire does to the octets", async () => {
    for (const first of ["bind", "connect"]) {
      const here = world({ latencyMs: 10, cut: everyOctet });
      const server = watched(here, "ROUTER");
      const client = watched(here, "DEALER");
      if (first === "bind") await server.core.bind(ENDPOINT);
      client.core.connect(ENDPOINT);
      await here.clock.elapse(60);
      if (first === "connect") await server.core.bind(ENDPOINT);
      await here.clock.elapse(1000);

      client.pipes[0]?.send(message("hello"));
      await here.clock.elapse(20);
      expect(server.received.map(textOf)).toEqual([["hello"]]);
      expect(client.pipes[0]).toMatchObject({ origin: "connected", endpoint: ENDPOINT });
      expect(server.pipes[0]?.peer).toMatchObject({ socketType: "DEALER", version: "3.1" });
      await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(2000)]);
      expect(here.clock.pending).toBe(0);
    }
  });

  test("tries again after an interval that doubles up to its limit", async () => {
    const here = world();
    const client = watched(here, "DEALER", { reconnectInterval: 100, reconnectMaxInterval: 400 });
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1000);
    expect(client.log).toEqual([
      "0 connect:delay",
      "0 connect:retry",
      "75 connect:delay",
      "75 connect:retry",
      "225 connect:delay",
      "225 connect:retry",
      "525 connect:delay",
      "525 connect:retry",
      "825 connect:delay",
      "825 connect:retry",
    ]);
    expect(client.events[1]).toMatchObject({
      address: ENDPOINT,
      interval: 75,
      error: { code: "TRANSPORT_REFUSED" },
    });
    await client.core.close();
    expect(here.clock.pending).toBe(0);
  });

  test("keeps the interval without a limit for it", async () => {
    const here = world();
    const client = watched(here, "DEALER", { reconnectInterval: 100, reconnectMaxInterval: 0 });
    client.core.connect(ENDPOINT);
    await here.clock.elapse(300);
    expect(client.log.filter((line) => line.endsWith("delay"))).toEqual(
      [0, 75, 150, 225, 300].map((at) => `${at} connect:delay`),
    );
    await client.core.close();
  });

  test("tries once when reconnecting is off, and says so", async () => {
    const here = world();
    const client = watched(here, "DEALER", { reconnectInterval: -1 });
    client.core.connect(ENDPOINT);
    await here.clock.elapse(100_000);
    expect(client.log).toEqual(["0 connect:delay", "0 connect:stopped"]);
    expect(client.core.pendingConnects).toBe(0);
  });

  test("begins anew where an endpoint that was given up is connected again", async () => {
    const here = world();
    const client = watched(here, "DEALER", { reconnectInterval: -1 });
    client.core.connect(ENDPOINT);
    expect([client.core.connected, client.core.stoppedConnects]).toEqual([[ENDPOINT], 0]);
    await here.clock.elapse(1);
    expect([client.core.connected, client.core.stoppedConnects]).toEqual([[], 1]);
    const server = watched(here, "ROUTER");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1);
    expect(client.core.pipes.size).toBe(1);
    expect([client.core.connected, client.core.stoppedConnects]).toEqual([[ENDPOINT], 0]);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });

  test("comes back after the connection is lost, starting with the first interval again", async () => {
    const here = world();
    const server = watched(here, "ROUTER");
    const client = watched(here, "DEALER");
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1000);
    await server.core.bind(ENDPOINT);
    await here.clock.elapse(2000);
    client.log.length = 0;
    here.network.links.at(-1)?.lose();
    const lostAt = here.clock.now();
    await here.clock.elapse(500);
    expect(client.log).toEqual([
      `${lostAt} disconnect`,
      `${lostAt} connect:retry`,
      `${lostAt + 75} connect:delay`,
      `${lostAt + 75} connect`,
      `${lostAt + 75} handshake`,
    ]);
    expect(client.core.pipes.size).toBe(1);
    expect(client.pipes.map(({ id }) => id)).toEqual([1, 2]);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });

  test("does not try again where another attempt would end in the same way", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const client = watched(here, "DEALER");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(60_000);
    expect(client.log).toEqual([
      "0 connect:delay",
      "0 connect",
      "0 handshake:error:protocol",
      "0 connect:stopped",
    ]);
    expect(client.events[3]).toMatchObject({ error: { code: "ZMTP_SOCKET_TYPE" } });
    expect(server.log).toContain("0 handshake:error:protocol");
    expect(here.network.links.every((link) => link.bytesInFlight === 0)).toBe(true);
    await Promise.all([server.core.close(), client.core.close(), here.clock.elapse(1)]);
  });

  test("gives up a handshake that takes too long, and tries again", async () => {
    const here = world();
    // Somebody who accepts and never says a word.
    await here.network.listen({ scheme: "tcp", host: "server", port: 5555 }, () => {});
    const client = watched(here, "DEALER", { handshakeInterval: 1000 });
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1074);
    expect(client.log.slice(0, 4)).toEqual([
      "0 connect:delay",
      "0 connect",
      "1000 handshake:error:other",
      "1000 connect:retry",
    ]);
    await here.clock.elapse(1);
    expect(client.log.at(-1)).toBe("1075 connect");
    const closing = client.core.close(0);
    await here.clock.elapse(5000);
    await closing;
    expect(here.clock.pending).toBe(0);
  });

  test("gives up an attempt that takes longer than connectTimeout", async () => {
    const here = world();
    const never = { dial: () => new Promise<never>(() => {}), listen: here.network.listen };
    const client = watched(
      { ...here, platform: { ...here.platform, transports: { tcp: never } } },
      "DEALER",
      { connectTimeout: 500 },
    );
    client.core.connect(ENDPOINT);
    await here.clock.elapse(500);
    expect(client.log).toEqual(["0 connect:delay", "500 connect:retry"]);
    expect(client.events[1]).toMatchObject({ error: { code: "TRANSPORT_TIMEOUT" } });
    await client.core.close();
    expect(here.clock.pending).toBe(0);
  });

  test("stops when told to disconnect, in every phase", async () => {
    const here = world({ latencyMs: 10 });
    const server = watched(here, "ROUTER");
    for (const after of [0, 5, 15, 100]) {
      const client = watched(here, "DEALER");
      client.core.connect("tcp://nobody:1");
      client.core.connect(ENDPOINT);
      await here.clock.elapse(after);
      client.core.disconnect(ENDPOINT);
      client.core.disconnect("tcp://nobody:1");
      expect(() => client.core.disconnect(ENDPOINT)).toThrow("is not connected");
      client.log.length = 0;
      await here.clock.elapse(10_000);
      expect(client.log).toEqual([]);
      expect(client.core.pipes.size).toBe(0);
      if (after === 5) await server.core.bind(ENDPOINT);
    }
    await server.core.close(0);
  });

  test("connects once to an endpoint that is connected already", async () => {
    const here = world();
    const server = watched(here, "ROUTER");
    const client = watched(here, "DEALER");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(100);
    expect(client.core.pipes.size).toBe(1);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });

  test("dials again after the owner closed a pipe", async () => {
    const here = world();
    const server = watched(here, "ROUTER");
    const client = watched(here, "DEALER");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(10);
    client.pipes[0]?.close();
    expect(client.ends).toEqual([""]);
    expect(client.core.pipes.size).toBe(0);
    expect(client.core.pendingConnects).toBe(1);
    await here.clock.elapse(200);
    expect(client.core.pipes.size).toBe(1);
    await Promise.all([server.core.close(0), client.core.close(0), here.clock.elapse(1)]);
  });
});
