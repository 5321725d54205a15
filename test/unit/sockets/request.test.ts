import { describe, expect, test } from "vitest";
import { Reply } from "../../../src/sockets/reply.ts";
import { Request } from "../../../src/sockets/request.ts";
import { Router } from "../../../src/sockets/router.ts";
import { textOf } from "../../support/pipes.ts";
import { world, type World } from "../../support/simulated.ts";

const NOTHING = new Uint8Array(0);
const STATE = expect.objectContaining({ code: "USAGE_STATE" });

describe.each(["inproc://a", "tcp://a:1"])("REQ at %s", (endpoint) => {
  /** A bound REQ and as many connected peers, which connected in order. */
  async function withPeers<Peer extends Reply | Router>(
    here: World,
    request: Request,
    make: () => Peer,
  ): Promise<Peer[]> {
    await request.bind(endpoint);
    const peers: Peer[] = [];
    for (let n = 0; n < 3; n += 1) {
      const peer = make();
      peer.connect(endpoint);
      await here.clock.elapse(10);
      peers.push(peer);
    }
    return peers;
  }

  test("routes requests to its peers in turn", async () => {
    const here = world();
    const request = new Request({}, here.platform);
    const replies = await withPeers(here, request, () => new Reply({}, here.platform));
    for (const reply of replies) {
      await request.send("ABC");
      await here.clock.elapse(1);
      expect(textOf(await reply.receive())).toEqual(["ABC"]);
      await reply.send("DEF");
      await here.clock.elapse(1);
      expect(textOf(await request.receive())).toEqual(["DEF"]);
    }
  });

  test("listens only to the peer that it asked", async () => {
    const here = world();
    const request = new Request({ routingId: "Q" }, here.platform);
    const make = (): Router => new Router({}, here.platform);
    const routers = await withPeers(here, request, make);
    for (const asked of routers) {
      await request.send("ABC");
      await here.clock.elapse(1);
      expect(textOf(await asked.receive())).toEqual(["Q", "", "ABC"]);
      for (const router of routers) {
        await router.send(["Q", "", router === asked ? "GOOD" : "BAD"]);
      }
      await here.clock.elapse(1);
      expect(textOf(await request.receive())).toEqual(["GOOD"]);
    }
  });

  test("puts an empty frame in front of its message and takes one off the reply", async () => {
    const here = world();
    const router = new Router({}, here.platform);
    await router.bind(endpoint);
    const request = new Request({}, here.platform);
    request.connect(endpoint);
    const sending = request.send(["ABC", "DEF"]);
    await here.clock.elapse(10);
    await sending;
    const [id = NOTHING, ...frames] = await router.receive();
    expect(textOf(frames)).toEqual(["", "ABC", "DEF"]);
    for (const wrong of [["x", "data"], [""], ["only"]]) await router.send([id, ...wrong]);
    await router.send([id, "", "GHI"]);
    await here.clock.elapse(10);
    expect(textOf(await request.receive())).toEqual(["GHI"]);
  });

  test("waits to send while it has no peers, or fails when it must not wait", async () => {
    const { platform, clock } = world();
    const request = new Request({ sendTimeout: 250 }, platform);
    await request.bind(endpoint);
    const sending = request.send("x");
    expect(() => request.send("y")).toThrow(STATE);
    await Promise.all([
      expect(sending).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(250),
    ]);
    expect(() => request.receive()).toThrow(STATE);
  });

  test("sends and receives in strict turn", async () => {
    const { platform, clock } = world();
    const reply = new Reply({}, platform);
    await reply.bind(endpoint);
    const request = new Request({}, platform);
    request.connect(endpoint);
    expect(() => request.receive()).toThrow(STATE);
    expect(() => reply.send("x")).toThrow(STATE);
    const sending = request.send("1");
    await clock.elapse(10);
    await sending;
    expect(() => request.send("2")).toThrow(STATE);
    await reply.receive();
    expect(() => reply.receive()).toThrow(STATE);
    await reply.send("a");
    expect(() => reply.send("b")).toThrow(STATE);
    await clock.elapse(10);
    expect(() => request.send("2")).toThrow(STATE);
    await request.receive();
    await request.send("2");
  });

  test("takes only the reply that carries the number of its request", async () => {
    const { platform, clock } = world();
    const router = new Router({}, platform);
    await router.bind(endpoint);
    const request = new Request({ correlate: true }, platform);
    request.connect(endpoint);
    const sending = request.send(["ABC", "DEF"]);
    await clock.elapse(10);
    await sending;
    const [id = NOTHING, number = NOTHING, ...frames] = await router.receive();
    expect(number.length).toBe(4);
    expect(textOf(frames)).toEqual(["", "ABC", "DEF"]);
    const wrong = number.map((octet) => octet ^ 0xff);
    await router.send([id, wrong, "", "DATA"]);
    await router.send([id, "", "DATA"]);
    await router.send([id, number, "", "GHI"]);
    await clock.elapse(10);
    expect(textOf(await request.receive())).toEqual(["GHI"]);
  });

  test("relaxed, sends again before a reply and drops the reply to the earlier one", async () => {
    const here = world();
    const request = new Request({ relaxed: true, correlate: true }, here.platform);
    const replies = await withPeers(here, request, () => new Reply({}, here.platform));
    const [first, second, third] = replies as [Reply, Reply, Reply];
    const { clock } = here;

    await request.send(["A", "B"]);
    await clock.elapse(1);
    await first.receive();
    await request.send(["C", "D"]);
    await clock.elapse(1);
    await second.receive();
    await first.send("WRONG");
    await second.send("OK");
    await clock.elapse(1);
    expect(textOf(await request.receive())).toEqual(["OK"]);

    // A reply that is already here is dropped as well.
    await request.send("H");
    await clock.elapse(1);
    await third.receive();
    await third.send("BAD");
    await clock.elapse(1);
    await request.send("I");
    await clock.elapse(1);
    expect(textOf(await first.receive())).toEqual(["I"]);
    await first.send("GOOD");
    await clock.elapse(1);
    expect(textOf(await request.receive())).toEqual(["GOOD"]);
    expect(request.peerCount).toBe(3);
  });

  test("relaxed, takes the reply to the last of the requests that waited for a peer", async () => {
    const { platform, clock } = world();
    const request = new Request({ relaxed: true, correlate: true }, platform);
    request.connect(endpoint);
    const sending = [request.send("TO_BE_DISCARDED"), request.send("TO_BE_ANSWERED")];
    const router = new Router({}, platform);
    await router.bind(endpoint);
    await clock.elapse(1000);
    await Promise.all(sending);
    for (let n = 0; n < 2; n += 1) await router.send(await router.receive());
    await clock.elapse(10);
    expect(textOf(await request.receive())).toEqual(["TO_BE_ANSWERED"]);
  });

  test("says that the peer is gone instead of waiting for ever, and may ask again", async () => {
    const { platform, clock } = world();
    const request = new Request({}, platform);
    request.connect(endpoint);
    for (const waiting of [true, false]) {
      const reply = new Reply({ linger: 0 }, platform);
      await reply.bind(endpoint);
      const sending = request.send("question");
      await clock.elapse(6000);
      await sending;
      await reply.receive();
      const early = waiting ? request.receive() : undefined;
      const closed = reply.close();
      early?.catch(() => {});
      await clock.elapse(10);
      await closed;
      await expect(early ?? request.receive()).rejects.toMatchObject({ code: "SOCKET_PEER_GONE" });
    }
    const closing = request.close();
    await clock.elapse(10);
    await closing;
    expect(() => request.receive()).toThrow(expect.objectContaining({ code: "USAGE_CLOSED" }));
  });
});
