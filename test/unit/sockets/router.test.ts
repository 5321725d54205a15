import { describe, expect, test } from "vitest";
import { Dealer } from "../../../src/sockets/dealer.ts";
import { Router } from "../../../src/sockets/router.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { textOf } from "../../support/pipes.ts";
import { blurt, world } from "../../support/simulated.ts";
import { ascii, frame, greeting, readyBody } from "../../support/zmtp.ts";

const UNKNOWN = new TextEncoder().encode("UNKNOWN");

describe.each(["inproc://a", "tcp://a:1"])("ROUTER at %s", (endpoint) => {
  test("receives from its peers in turn, each with its id", async () => {
    const { platform, clock } = world();
    const router = new Router({}, platform);
    await router.bind(endpoint);
    const names = ["A", "B", "C"];
    const dealers = names.map((routingId) => new Dealer({ routingId }, platform));
    for (const dealer of dealers) dealer.connect(endpoint);
    await clock.elapse(10);
    for (const dealer of dealers) for (const text of ["1", "2"]) await dealer.send(text);
    await clock.elapse(10);
    const seen: string[] = [];
    for (let n = 0; n < 6; n += 1) seen.push(textOf(await router.receive()).join(""));
    expect(seen).toEqual(["A1", "B1", "C1", "A2", "B2", "C2"]);
    for (const name of names) await router.send([name, `to ${name}`]);
    await clock.elapse(10);
    for (const [index, dealer] of dealers.entries()) {
      expect(textOf(await dealer.receive())).toEqual([`to ${names[index]}`]);
    }
  });

  test("makes up an id of five octets, the first zero, for a peer without one", async () => {
    const { platform, clock } = world();
    const router = new Router({}, platform);
    await router.bind(endpoint);
    const [one, two] = [new Dealer({}, platform), new Dealer({}, platform)];
    for (const dealer of [one, two]) {
      dealer.connect(endpoint);
      await dealer.send("x");
    }
    await clock.elapse(10);
    const [first] = await router.receive();
    const [second] = await router.receive();
    expect([first?.length, first?.[0], second?.length]).toEqual([5, 0, 5]);
    expect(first).not.toEqual(second);
    await router.send([second ?? UNKNOWN, "back"]);
    await clock.elapse(10);
    expect(textOf(await two.receive())).toEqual(["back"]);
  });

  test("drops a message for nobody, unless it is mandatory", async () => {
    const { platform, clock } = world();
    const lenient = new Router({}, platform);
    await lenient.send([UNKNOWN, "DATA"]);
    const strict = new Router({ mandatory: true }, platform);
    await strict.bind(endpoint);
    await expect(strict.send([UNKNOWN, "DATA"])).rejects.toMatchObject({
      code: "SOCKET_UNROUTABLE",
      message: "no peer has the routing id 554e4b4e4f574e",
    });
    const dealer = new Dealer({ routingId: "X" }, platform);
    dealer.connect(endpoint);
    await dealer.send("Hello");
    await clock.elapse(10);
    expect(textOf(await strict.receive())).toEqual(["X", "Hello"]);
    await strict.send(["X", "Hello"]);
    await clock.elapse(10);
    expect(textOf(await dealer.receive())).toEqual(["Hello"]);
    expect(() => strict.send("alone")).toThrow("expected a routing id and at least one frame");
  });

  test("hands an id over to a new peer when told to", async () => {
    const { platform, clock } = world();
    const router = new Router({ handover: true }, platform);
    await router.bind(endpoint);
    const options = { routingId: "X", reconnectInterval: -1, receiveTimeout: 100 };
    const [one, two] = [new Dealer(options, platform), new Dealer(options, platform)];
    for (const dealer of [one, two]) {
      dealer.connect(endpoint);
      await dealer.send("Hello");
      await clock.elapse(10);
      expect(textOf(await router.receive())).toEqual(["X", "Hello"]);
    }
    await router.send(["X", "Hello"]);
    const late = one.receive();
    await Promise.all([
      expect(late).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(200),
    ]);
    expect(textOf(await two.receive())).toEqual(["Hello"]);
    expect([router.peerCount, one.peerCount, two.peerCount]).toEqual([1, 0, 1]);
  });

  test("leaves an id with the peer that has it, and hears the next one when it is gone", async () => {
    const { platform, clock } = world();
    const router = new Router({}, platform);
    await router.bind(endpoint);
    const [one, two] = ["X", "X"].map((routingId) => new Dealer({ routingId }, platform));
    one?.connect(endpoint);
    await one?.send("from one");
    await clock.elapse(10);
    two?.connect(endpoint);
    await two?.send("from two");
    await clock.elapse(10);
    expect(textOf(await router.receive())).toEqual(["X", "from one"]);
    const next = router.receive();
    await router.send(["X", "to one"]);
    await clock.elapse(10);
    expect(textOf((await one?.receive()) ?? [])).toEqual(["to one"]);
    const closing = one?.close();
    await clock.elapse(10);
    await closing;
    expect(textOf(await next)).toEqual(["X", "from two"]);
    await router.send(["X", "to two"]);
    await clock.elapse(10);
    expect(textOf((await two?.receive()) ?? [])).toEqual(["to two"]);
  });

  test("waits for a full peer when it is mandatory, and drops for it otherwise", async () => {
    for (const mandatory of [true, false]) {
      const { platform, clock } = world({ bufferBytes: 1000 });
      const router = new Router({ mandatory, sendHighWaterMark: 1, sendTimeout: 0 }, platform);
      await router.bind(endpoint);
      const dealer = new Dealer({ routingId: "X", receiveHighWaterMark: 1 }, platform);
      dealer.connect(endpoint);
      await dealer.send("Hello");
      await clock.elapse(10);
      await router.receive();
      let refused = 0;
      for (let n = 0; n < 20; n += 1) {
        const sending = router.send(["X", new Uint8Array(1000)]).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "SOCKET_TIMEOUT" });
          refused += 1;
        });
        await Promise.all([sending, clock.elapse(1)]);
      }
      if (mandatory) expect(refused).toBeGreaterThan(10);
      else expect(refused).toBe(0);
      await Promise.all([router.close(0), dealer.close(0), clock.elapse(10)]);
    }
  });

  test("a peer that is full does not keep messages from the others", async () => {
    const { platform, clock } = world({ bufferBytes: 1000 });
    const router = new Router({ mandatory: true, sendHighWaterMark: 1 }, platform);
    await router.bind(endpoint);
    const slow = new Dealer({ routingId: "slow", receiveHighWaterMark: 1 }, platform);
    const quick = new Dealer({ routingId: "quick" }, platform);
    for (const dealer of [slow, quick]) {
      dealer.connect(endpoint);
      await dealer.send("Hello");
    }
    await clock.elapse(10);
    await router.receive();
    await router.receive();
    const waiting = Array.from({ length: 20 }, () => router.send(["slow", new Uint8Array(1000)]));
    waiting.at(-1)?.catch(() => {});
    await router.send(["quick", "at once"]);
    await clock.elapse(10);
    expect(textOf(await quick.receive())).toEqual(["at once"]);
    for (const _ of waiting) await Promise.all([slow.receive(), clock.elapse(5)]);
    await Promise.all(waiting);
  });

  test("who waits to send to a peer that goes away hears of it", async () => {
    const { platform, clock } = world({ bufferBytes: 1000 });
    const router = new Router({ mandatory: true, sendHighWaterMark: 1 }, platform);
    await router.bind(endpoint);
    const dealer = new Dealer({ routingId: "X", receiveHighWaterMark: 1, linger: 0 }, platform);
    dealer.connect(endpoint);
    await dealer.send("Hello");
    await clock.elapse(10);
    const outcomes = Promise.allSettled(
      Array.from({ length: 20 }, () => router.send(["X", new Uint8Array(1000)])),
    );
    await clock.elapse(10);
    await Promise.all([dealer.close(), clock.elapse(10)]);
    expect((await outcomes).at(-1)).toMatchObject({ reason: { code: "SOCKET_UNROUTABLE" } });
  });

  test("probes a ROUTER or a DEALER that it connects to", async () => {
    const { platform, clock } = world();
    const server = new Router({}, platform);
    await server.bind(endpoint);
    const router = new Router({ routingId: "R", probeRouter: true }, platform);
    const dealer = new Dealer({ routingId: "D", probeRouter: true }, platform);
    for (const client of [router, dealer]) {
      client.connect(endpoint);
      await clock.elapse(10);
    }
    expect(textOf(await server.receive())).toEqual(["R", ""]);
    expect(textOf(await server.receive())).toEqual(["D", ""]);
    await server.send(["R", "Hello"]);
    await server.send(["D", "Hello"]);
    await clock.elapse(10);
    const [id, hello] = await router.receive();
    expect([id?.length, textOf([hello ?? UNKNOWN])]).toEqual([5, ["Hello"]]);
    expect(textOf(await dealer.receive())).toEqual(["Hello"]);
  });

  test("calls a peer that it connects to what the user says", async () => {
    const { platform, clock } = world();
    const server = new Router({ routingId: "announced" }, platform);
    await server.bind(endpoint);
    const client = new Router({ routingId: "C" }, platform);
    client.connect(endpoint, { routingId: "chosen" });
    await clock.elapse(10);
    await client.send(["chosen", "Hello"]);
    await clock.elapse(10);
    expect(textOf(await server.receive())).toEqual(["C", "Hello"]);
    client.disconnect(endpoint);
    await clock.elapse(10);
    expect(client.peerCount).toBe(0);
  });
});

test("what a peer sent together with its handshake is kept until its id is free", async () => {
  const here = world();
  const router = new Router({}, here.platform);
  await router.bind("tcp://a:1");
  const identity = "08 4964656e74697479 00000001 58";
  const [first] = await Promise.all(
    ["first", "second"].map((text) => {
      const ready = frame(4, readyBody("DEALER", identity));
      return blurt(here, "tcp://a:1", joinOctets([greeting(), ready, frame(0, ascii(text))]));
    }),
  );
  await here.clock.elapse(10);
  expect(textOf(await router.receive())).toEqual(["X", "first"]);
  const next = router.receive();
  first?.destroy();
  await here.clock.elapse(10);
  expect(textOf(await next)).toEqual(["X", "second"]);
  await Promise.all([router.close(), here.clock.elapse(10)]);
});
