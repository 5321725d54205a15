import { describe, expect, test } from "vitest";
import { Dealer } from "../../../src/sockets/dealer.ts";
import { Reply } from "../../../src/sockets/reply.ts";
import { Router } from "../../../src/sockets/router.ts";
import { textOf } from "../../support/pipes.ts";
import { world } from "../../support/simulated.ts";

describe.each(["inproc://a", "tcp://a:1"])("DEALER at %s", (endpoint) => {
  test("routes outgoing messages to its peers in turn", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({}, platform);
    await dealer.bind(endpoint);
    const replies = Array.from({ length: 5 }, () => new Reply({ receiveTimeout: 0 }, platform));
    for (const reply of replies) reply.connect(endpoint);
    await clock.elapse(10);
    for (const _ of replies) await dealer.send(["", "ABC"]);
    await clock.elapse(10);
    for (const reply of replies) expect(textOf(await reply.receive())).toEqual(["ABC"]);
  });

  test("receives from its peers in turn", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({}, platform);
    await dealer.bind(endpoint);
    const peers = ["A", "B", "C"].map(() => new Dealer({}, platform));
    for (const peer of peers) peer.connect(endpoint);
    await clock.elapse(10);
    for (const [index, peer] of peers.entries()) {
      for (let n = 0; n < 3; n += 1) await peer.send([`${index}`]);
    }
    await clock.elapse(10);
    const order: string[] = [];
    for (let n = 0; n < 9; n += 1) order.push(textOf(await dealer.receive()).join(""));
    expect(order.join("")).toBe("012012012");
  });

  test("waits to send while it has no peers, or fails when it must not wait", async () => {
    const { platform, clock } = world();
    const impatient = new Dealer({ sendTimeout: 0 }, platform);
    await impatient.bind(endpoint);
    const refused = impatient.send("ABC");
    await Promise.all([
      expect(refused).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(0),
    ]);
    await expect(impatient.send("ABC", { signal: AbortSignal.abort("enough") })).rejects.toBe(
      "enough",
    );

    const patient = new Dealer({}, platform);
    await patient.bind(`${endpoint}1`);
    let sent = false;
    const sending = patient.send("ABC").then(() => {
      sent = true;
    });
    await clock.elapse(1000);
    expect(sent).toBe(false);
    const router = new Router({}, platform);
    router.connect(`${endpoint}1`);
    await clock.elapse(10);
    await sending;
    expect(textOf(await router.receive()).at(-1)).toBe("ABC");
  });

  test("forgets what was queued for a peer that is gone", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({ sendTimeout: 0 }, platform);
    await dealer.bind(endpoint);
    const first = new Dealer({ linger: 0 }, platform);
    first.connect(endpoint);
    await clock.elapse(10);
    await dealer.send("for the first");
    await Promise.all([first.close(), clock.elapse(10)]);
    expect(dealer.peerCount).toBe(0);
    await Promise.all([
      expect(dealer.send("x")).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(0),
    ]);
    const second = new Dealer({ receiveTimeout: 100 }, platform);
    second.connect(endpoint);
    const receiving = second.receive();
    await Promise.all([
      expect(receiving).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(1000),
    ]);
  });

  test("keeps messages for a peer that is being connected, up to the high-water mark", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({ sendHighWaterMark: 3, sendTimeout: 0 }, platform);
    dealer.connect(endpoint);
    for (const text of ["1", "2", "3"]) await dealer.send(text);
    await Promise.all([
      expect(dealer.send("4")).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(0),
    ]);
    const peer = new Dealer({}, platform);
    await peer.bind(endpoint);
    await clock.elapse(1000);
    for (const text of ["1", "2", "3"]) expect(textOf(await peer.receive())).toEqual([text]);
  });

  test("keeps nothing for a peer that is being connected when it is immediate", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({ immediate: true, sendTimeout: 0 }, platform);
    dealer.connect(endpoint);
    await Promise.all([
      expect(dealer.send("1")).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(0),
    ]);
  });

  test("delivers what it kept before it closes, as long as it lingers", async () => {
    const { platform, clock } = world();
    for (const linger of [3000, 100]) {
      const dealer = new Dealer({ linger }, platform);
      dealer.connect(endpoint);
      await dealer.send("kept");
      const closing = dealer.close();
      expect(() => dealer.send("late")).toThrow("send after close");
      expect(() => dealer.connect(endpoint)).toThrow("connect after close");
      await clock.elapse(1000);
      const peer = new Dealer({ receiveTimeout: 2000 }, platform);
      await peer.bind(endpoint);
      const received = peer.receive().then(textOf, () => ["nothing"]);
      await clock.elapse(5000);
      await closing;
      expect(await received).toEqual([linger === 3000 ? "kept" : "nothing"]);
      await Promise.all([peer.close(0), clock.elapse(10)]);
    }
    expect(clock.pending).toBe(0);
  });

  test("ends waits and iterations when it is closed", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({}, platform);
    await dealer.bind(endpoint);
    const waits = [dealer.receive(), dealer.send("x")];
    const iteration = (async () => {
      const seen: unknown[] = [];
      for await (const frames of dealer) seen.push(frames);
      return seen;
    })();
    await clock.elapse(1);
    const closing = dealer.close();
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: "SOCKET_CLOSED" });
    expect(await iteration).toEqual([]);
    expect(() => dealer.receive()).toThrow(expect.objectContaining({ code: "USAGE_CLOSED" }));
    await closing;
    expect(dealer.close()).toBe(closing);
  });

  test("keeps only the last message of each peer when it conflates", async () => {
    const { platform, clock } = world();
    const dealer = new Dealer({ conflate: true, receiveTimeout: 0 }, platform);
    await dealer.bind(endpoint);
    const peer = new Dealer({}, platform);
    peer.connect(endpoint);
    await clock.elapse(10);
    for (const text of ["1", "2", "3"]) await peer.send(text);
    await clock.elapse(10);
    expect(textOf(await dealer.receive())).toEqual(["3"]);
    const more = dealer.receive();
    await Promise.all([
      expect(more).rejects.toMatchObject({ code: "SOCKET_TIMEOUT" }),
      clock.elapse(0),
    ]);
  });
});
