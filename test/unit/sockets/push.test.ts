import { describe, expect, test } from "vitest";
import { Pull } from "../../../src/sockets/pull.ts";
import { Push } from "../../../src/sockets/push.ts";
import { textOf } from "../../support/pipes.ts";
import { world } from "../../support/simulated.ts";

/** Sends until nothing more is taken at once, and counts. */
async function fill(push: Push, settle: () => Promise<void>): Promise<number> {
  for (let count = 0; ; count += 1) {
    let taken = false;
    push.send("x").then(
      () => {
        taken = true;
      },
      () => {},
    );
    await settle();
    if (!taken) return count;
  }
}

describe.each(["inproc://a", "tcp://a:1"])("PUSH and PULL at %s", (endpoint) => {
  test("PUSH routes messages to its peers in turn", async () => {
    const { platform, clock } = world();
    const push = new Push({}, platform);
    await push.bind(endpoint);
    const pulls = Array.from({ length: 5 }, () => new Pull({}, platform));
    for (const pull of pulls) pull.connect(endpoint);
    await clock.elapse(10);
    for (const text of ["ABC", "DEF"]) for (const _ of pulls) await push.send(text);
    await clock.elapse(10);
    for (const pull of pulls) {
      expect(textOf(await pull.receive())).toEqual(["ABC"]);
      expect(textOf(await pull.receive())).toEqual(["DEF"]);
    }
  });

  test("PULL receives from its peers in turn", async () => {
    const { platform, clock } = world();
    const pull = new Pull({}, platform);
    await pull.bind(endpoint);
    const pushes = Array.from({ length: 5 }, () => new Push({}, platform));
    for (const push of pushes) push.connect(endpoint);
    await clock.elapse(10);
    for (const push of pushes) for (const text of ["first", "second"]) await push.send(text);
    await clock.elapse(10);
    const texts: string[] = [];
    for (let n = 0; n < 10; n += 1) texts.push(...textOf(await pull.receive()));
    expect(texts).toEqual([...Array(5).fill("first"), ...Array(5).fill("second")]);
  });

  test.each([
    ["messages", { sendHighWaterMark: 32 }, 1],
    ["octets", { sendHighWaterBytes: 70_000 }, 70_000],
  ])(
    "PUSH sends once what has waited for a peer, at a high-water mark of %s",
    async (_, limit, length) => {
      const { platform, clock } = world();
      const push = new Push(limit, platform);
      push.connect(endpoint);
      for (let n = 0; n < 32; n += 1) await push.send([`${n}`, new Uint8Array(length)]);
      const pull = new Pull({}, platform);
      await pull.bind(endpoint);
      await clock.elapse(1000);
      await push.send("last");
      await clock.elapse(1000);
      const got: unknown[] = [];
      for (let n = 0; n <= 32; n += 1) got.push(textOf(await pull.receive())[0]);
      expect(got).toEqual([...Array.from({ length: 32 }, (__, n) => `${n}`), "last"]);
    },
  );

  test("PUSH fails to send without peers when it must not wait", async () => {
    const { platform, clock } = world();
    const push = new Push({ sendTimeout: 0 }, platform);
    await push.bind(endpoint);
    await Promise.all([
      expect(push.send("x")).rejects.toThrow("expected a peer to send to within 0 ms"),
      clock.elapse(0),
    ]);
  });

  test("a message arrives with all of its frames or not at all", async () => {
    const { platform, clock } = world();
    const push = new Push({ sendTimeout: 100 }, platform);
    const pull = new Pull({ receiveTimeout: 1000 }, platform);
    await pull.bind(endpoint);
    push.connect(endpoint);
    await clock.elapse(100);
    const large = new Uint8Array(300_000);
    for (let n = 0; n < 5; n += 1) await push.send([`${n}`, large, large]);
    push.disconnect(endpoint);
    push.connect(endpoint);
    await push.send(["5", large, large]);
    await clock.elapse(1000);
    const seen: number[] = [];
    const reading = (async () => {
      try {
        for await (const frames of pull) seen.push(frames.length);
      } catch (error) {
        expect(error).toMatchObject({ code: "SOCKET_TIMEOUT" });
      }
    })();
    await clock.elapse(5000);
    await reading;
    expect(new Set(seen)).toEqual(new Set([3]));
  });

  test("what both sides hold together is bounded by their high-water marks", async () => {
    const { platform, clock } = world({ bufferBytes: 1 });
    const pull = new Pull({ receiveHighWaterMark: 10 }, platform);
    const push = new Push({ sendHighWaterMark: 20 }, platform);
    await pull.bind(endpoint);
    push.connect(endpoint);
    await clock.elapse(100);
    const count = await fill(push, () => clock.elapse(1));
    // One more of each may be on the wire between them.
    expect(count).toBeGreaterThanOrEqual(30);
    expect(count).toBeLessThanOrEqual(32);
    for (let n = 0; n < count; n += 1) await Promise.all([pull.receive(), clock.elapse(1)]);
    await push.send("one more");
    await clock.elapse(1);
    await pull.receive();
  });
});

test.each(["inproc://a", "tcp://a:1"])(
  "large messages count by their octets at %s, and one may exceed the mark",
  async (endpoint) => {
    const { platform, clock } = world({ bufferBytes: 1 });
    const pull = new Pull({ receiveHighWaterBytes: 1000 }, platform);
    const push = new Push({ sendHighWaterBytes: 1000, sendTimeout: 0 }, platform);
    await pull.bind(endpoint);
    push.connect(endpoint);
    await clock.elapse(100);
    let taken = 0;
    for (let n = 0; n < 20; n += 1) {
      const sending = push.send(new Uint8Array(1500)).then(
        () => {
          taken += 1;
        },
        () => {},
      );
      await Promise.all([sending, clock.elapse(1)]);
    }
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(taken).toBeLessThanOrEqual(4);
    for (let n = 0; n < taken; n += 1) await Promise.all([pull.receive(), clock.elapse(1)]);
    await push.send("room again");
    await clock.elapse(1);
    expect(textOf(await pull.receive())).toEqual(["room again"]);
  },
);

test("one message of each high-water mark of one is held inside of a process", async () => {
  for (const first of ["bind", "connect"]) {
    const { platform, clock } = world();
    const pull = new Pull({ receiveHighWaterMark: 1 }, platform);
    const push = new Push({ sendHighWaterMark: 1 }, platform);
    if (first === "bind") await pull.bind("inproc://a");
    push.connect("inproc://a");
    if (first === "connect") await pull.bind("inproc://a");
    await clock.elapse(1);
    expect(await fill(push, () => clock.elapse(1))).toBe(2);
  }
});

test("two thousand messages are held by default inside of a process", async () => {
  const { platform, clock } = world();
  const pull = new Pull({}, platform);
  const push = new Push({}, platform);
  await pull.bind("inproc://a");
  push.connect("inproc://a");
  await clock.elapse(1);
  expect(await fill(push, () => clock.elapse(0))).toBe(2000);
  for (let n = 0; n < 2000; n += 1) await pull.receive();
});

test("messages for a peer that is being connected stay when the sender closes first", async () => {
  const { platform, clock } = world();
  const push = new Push({ sendHighWaterMark: 1, linger: -1 }, platform);
  push.connect("tcp://a:1");
  expect(await fill(push, () => clock.elapse(0))).toBe(1);
  const closing = push.close();
  const pull = new Pull({}, platform);
  await pull.bind("tcp://a:1");
  await clock.elapse(1000);
  expect(textOf(await pull.receive())).toEqual(["x"]);
  await Promise.all([closing, clock.elapse(10)]);
});
