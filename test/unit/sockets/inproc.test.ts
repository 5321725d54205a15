import { describe, expect, test } from "vitest";
import { InprocHub } from "../../../src/sockets/inproc.ts";
import { message, textOf } from "../../support/pipes.ts";
import { watched, world } from "../../support/simulated.ts";

const ENDPOINT = "inproc://name";
const text = (octets: Uint8Array | undefined): string => new TextDecoder().decode(octets);

describe("inproc", () => {
  test("tells each side about the other", async () => {
    const here = world();
    const server = watched(here, "ROUTER", { routingId: "S" });
    const client = watched(here, "REQ", { routingId: "C" });
    client.core.connect(ENDPOINT);
    expect(client.core.pendingConnects).toBe(1);
    expect(await server.core.bind(ENDPOINT)).toBe(ENDPOINT);
    await here.clock.elapse(0);
    expect(client.core.pendingConnects).toBe(0);
    expect(server.log).toEqual(["0 bind", "0 accept", "0 handshake"]);
    expect(client.log).toEqual(["0 connect:delay", "0 connect", "0 handshake"]);
    const [pipe] = server.pipes;
    expect(pipe?.peer).toMatchObject({ socketType: "REQ", version: "inproc", address: "" });
    expect(text(pipe?.peer.routingId)).toBe("C");
    expect(text(pipe?.peer.metadata.get("socket-type"))).toBe("REQ");
    expect(text(client.pipes[0]?.peer.metadata.get("identity"))).toBe("S");
  });

  test("refuses sockets that do not fit, for good", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const client = watched(here, "DEALER");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(1000);
    expect(client.log.slice(-2)).toEqual(["0 handshake:error:protocol", "0 connect:stopped"]);
    expect(server.log.at(-1)).toBe("0 handshake:error:protocol");
    await Promise.all([server.core.close(), client.core.close()]);
  });

  test("binds a name once, and again after it was unbound", async () => {
    const here = world();
    const first = watched(here, "PULL");
    const second = watched(here, "PULL");
    await first.core.bind(ENDPOINT);
    await expect(second.core.bind(ENDPOINT)).rejects.toMatchObject({
      code: "TRANSPORT_ADDRESS_IN_USE",
    });
    await first.core.unbind(ENDPOINT);
    expect(await second.core.bind(ENDPOINT)).toBe(ENDPOINT);
  });

  test("delivers messages of a turn together, in order, with small frames copied", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const client = watched(here, "PUSH");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(0);
    const [pipe] = client.pipes;
    const frame = Uint8Array.of(97);
    pipe?.send([frame]);
    frame[0] = 98;
    pipe?.send([frame]);
    expect([pipe?.queuedMessages, pipe?.sentMessages]).toEqual([2, 0]);
    await here.clock.elapse(0);
    expect(server.received.map(textOf)).toEqual([["a"], ["b"]]);
    expect([pipe?.queuedMessages, pipe?.sentMessages]).toEqual([0, 2]);
  });

  test("keeps messages while the other side is paused, and tells when there is room", async () => {
    const here = world();
    let drained = 0;
    const server = watched(here, "PULL");
    const client = watched(here, "PUSH", {
      sendHighWaterMark: 2,
      owner: {
        drained: () => {
          drained += 1;
        },
      },
    });
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(0);
    const [pipe] = client.pipes;
    server.pipes[0]?.pause();
    pipe?.send(message("1"));
    pipe?.send(message("2"));
    await here.clock.elapse(0);
    expect([pipe?.full, pipe?.queuedMessages, server.received.length]).toEqual([true, 2, 0]);
    server.pipes[0]?.resume();
    await here.clock.elapse(0);
    expect([pipe?.full, drained, server.received.length]).toEqual([false, 1, 2]);
  });

  test("delivers what was sent before close, even to a side that is paused", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const client = watched(here, "PUSH");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(0);
    server.pipes[0]?.pause();
    client.pipes[0]?.send(message("last"));
    const closing = client.core.close();
    client.pipes[0]?.send(message("late"));
    await closing;
    expect(server.received.map(textOf)).toEqual([["last"]]);
    expect([client.ends, server.ends]).toEqual([[""], [""]]);
  });

  test("drops what was sent when it must not linger, and when both sides close", async () => {
    const here = world();
    const server = watched(here, "PULL");
    const client = watched(here, "PUSH");
    await server.core.bind(ENDPOINT);
    client.core.connect(ENDPOINT);
    await here.clock.elapse(0);
    client.pipes[0]?.send(message("dropped"));
    await client.core.close(0);
    expect(server.received).toEqual([]);

    const next = watched(here, "PUSH");
    next.core.connect(ENDPOINT);
    await here.clock.elapse(0);
    next.pipes[0]?.send(message("to nobody"));
    await Promise.all([server.core.close(), next.core.close()]);
    expect(server.received).toEqual([]);
    expect(here.clock.pending).toBe(0);
  });

  test("waits for the name to be bound again after its socket is gone", async () => {
    const here = world();
    const client = watched(here, "PUSH");
    client.core.connect(ENDPOINT);
    for (const round of [1, 2]) {
      const server = watched(here, "PULL");
      await server.core.bind(ENDPOINT);
      await here.clock.elapse(200);
      client.pipes.at(-1)?.send(message(`${round}`));
      await here.clock.elapse(0);
      expect(server.received.map(textOf)).toEqual([[`${round}`]]);
      await server.core.close();
      expect(client.core.pipes.size).toBe(0);
    }
    await client.core.close();
    expect(here.clock.pending).toBe(0);
  });

  test("is left alone by whoever closes before the other side has started", async () => {
    for (const closing of ["client", "server"] as const) {
      const here = world();
      const server = watched(here, "PULL");
      const client = watched(here, "PUSH");
      client.core.connect(ENDPOINT);
      const binding = server.core.bind(ENDPOINT);
      await { client, server }[closing].core.close().then(
        () => {},
        () => {},
      );
      await binding.catch(() => {});
      await here.clock.elapse(1);
      expect([server.core.pipes.size, client.core.pipes.size]).toEqual([0, 0]);
      await Promise.all([server.core.close(), client.core.close()]);
      expect(here.clock.pending).toBe(0);
    }
  });

  test("gives up waiting for a name when told to", async () => {
    const hub = new InprocHub();
    const identity = {
      socketType: "PUSH" as const,
      routingId: new Uint8Array(0),
      metadata: new Map([["X-Name", Uint8Array.of(1)]]),
    };
    const controller = new AbortController();
    const dialling = hub.dial(ENDPOINT, identity, controller.signal);
    controller.abort();
    await expect(dialling).rejects.toMatchObject({ code: "TRANSPORT_ABORTED" });
    // Nobody is left who would be joined with a socket that is bound now.
    const accepted: unknown[] = [];
    await hub.listen(ENDPOINT, identity, (opening) => accepted.push(opening));
    await Promise.resolve();
    expect(accepted).toEqual([]);
  });

  test("has no transport unless the platform has one", () => {
    const here = world();
    const { inproc: _inproc, ...platform } = here.platform;
    const { core } = watched({ ...here, platform }, "PULL");
    for (const verb of ["bind", "connect"] as const) {
      expect(() => core[verb](ENDPOINT)).toThrow(
        "no transport for inproc://name; there are tcp, ipc",
      );
    }
  });
});
