import { describe, expect, test } from "vitest";
import { everyOctet, randomCuts, seededRandom, whole } from "../../../src/testing/cut.ts";
import { Pair } from "../../../src/testing/pair.ts";
import type { Connection } from "../../../src/zmtp/connection.ts";
import type { ConnectionOptions } from "../../../src/zmtp/connection-options.ts";
import { ascii, closedBy, connection, frame, hex, opening } from "../../support/zmtp.ts";

function pairOf(left: Partial<ConnectionOptions>, right: Partial<ConnectionOptions>, cut = whole) {
  const [a, b] = [connection(left), connection(right)];
  return { a, b, pair: new Pair(a, b, { cut }) };
}

describe.each([
  ["whole chunks", whole],
  ["single octets", everyOctet],
  ["random cuts", randomCuts(seededRandom(7), 30)],
])("over %s", (_name, cut) => {
  test("two connections shake hands and talk", () => {
    const { a, b, pair } = pairOf(
      { socketType: "REQ" },
      { socketType: "ROUTER", routingId: ascii("r") },
      cut,
    );
    pair.settle();
    expect(pair.leftEvents).toMatchObject([
      { type: "handshake-done", peer: { socketType: "ROUTER", routingId: ascii("r") } },
    ]);
    expect(pair.rightEvents).toMatchObject([
      { type: "handshake-done", peer: { socketType: "REQ" } },
    ]);
    a.send([ascii(""), ascii("question"), new Uint8Array(100_000).fill(3)]);
    b.send([ascii(""), ascii("answer")]);
    pair.settle();
    expect(pair.rightEvents.at(-1)).toEqual({
      type: "message",
      frames: [ascii(""), ascii("question"), new Uint8Array(100_000).fill(3)],
    });
    expect(pair.leftEvents.at(-1)).toEqual({
      type: "message",
      frames: [ascii(""), ascii("answer")],
    });
  });

  test("a subscriber reaches a publisher", () => {
    const { a, pair } = pairOf({ socketType: "SUB" }, { socketType: "XPUB" }, cut);
    pair.settle();
    a.subscribe(ascii("news"));
    a.cancel(ascii("news"));
    pair.settle();
    expect(pair.rightEvents.slice(1)).toEqual([
      { type: "subscribe", topic: ascii("news") },
      { type: "cancel", topic: ascii("news") },
    ]);
  });

  test("two that do not fit part, each knowing why", () => {
    const { pair } = pairOf({ socketType: "PUSH" }, { socketType: "REP" }, cut);
    pair.settle();
    expect(closedBy(pair.leftEvents)).toEqual(["ZMTP_SOCKET_TYPE", false]);
    expect(closedBy(pair.rightEvents)).toEqual(["ZMTP_SOCKET_TYPE", false]);
  });
});

test("a peer that sends nothing is given up after the handshake timeout", () => {
  const { pair } = pairOf({ handshakeTimeoutMs: 500 }, { handshakeTimeoutMs: 0 });
  pair.silence("left");
  pair.advance(499);
  expect(pair.leftEvents).toEqual([]);
  pair.advance(1);
  expect(closedBy(pair.leftEvents)).toEqual(["ZMTP_HANDSHAKE_TIMEOUT", true]);
});

test("a peer that sends its greeting octet by octet gets no more time for it", () => {
  const made = connection({ handshakeTimeoutMs: 1000 });
  let now = 0;
  for (const octet of opening()) {
    now += 100;
    const events = now >= 1000 ? made.wake(now) : made.receive(Uint8Array.of(octet), now);
    if (events.length === 0) continue;
    expect(now).toBe(1000);
    expect(closedBy(events)).toEqual(["ZMTP_HANDSHAKE_TIMEOUT", true]);
    return;
  }
  expect.unreachable();
});

describe("heartbeats", () => {
  const beating = { heartbeatIntervalMs: 1000, heartbeatTimeoutMs: 1500, heartbeatTtlMs: 3000 };

  test("keep two idle peers together for ever", () => {
    const { pair } = pairOf(beating, beating);
    pair.advance(3_600_000);
    expect(pair.leftEvents).toHaveLength(1);
    expect(pair.rightEvents).toHaveLength(1);
  });

  test("of one side alone are enough", () => {
    const { pair } = pairOf(beating, {});
    pair.advance(60_000);
    expect(pair.leftEvents).toHaveLength(1);
    expect(pair.rightEvents).toHaveLength(1);
  });

  test("part two peers when the wire dies, each within its own bound", () => {
    const { a, b, pair } = pairOf(beating, {});
    pair.advance(10_000);
    pair.silence("left").silence("right");
    pair.advance(2499);
    expect(pair.leftEvents).toHaveLength(1);
    pair.advance(1);
    // The last PING went at 10 s and was answered, the next one went unanswered at 11 s.
    expect(closedBy(pair.leftEvents)).toEqual(["ZMTP_HEARTBEAT_TIMEOUT", true]);
    pair.advance(499);
    expect(pair.rightEvents).toHaveLength(1);
    pair.advance(1);
    expect(closedBy(pair.rightEvents)).toEqual(["ZMTP_TTL_EXPIRED", true]);
    expect([a.wakeAt, b.wakeAt]).toEqual([undefined, undefined]);
  });

  test("give a peer time as long as octets of a large message come in", () => {
    const made = connection(beating);
    made.receive(opening(), 0);
    made.takeOutput();
    made.receive(hex("02 00 00 00 00 00 01 00 00"), 0);
    for (let now = 500; now < 60_000; now += 500) {
      expect(made.wake(now)).toEqual([]);
      made.takeOutput();
      expect(made.receive(new Uint8Array(500), now)).toEqual([]);
    }
  });

  test("do not make a peer pay for a wire that takes nothing from us", () => {
    const made = connection(beating);
    made.receive(opening(), 0);
    for (let now = 1000; now < 60_000; now += 1000) expect(made.wake(now)).toEqual([]);
    made.takeOutput();
    expect(made.wake(60_000)).toEqual([]);
    made.takeOutput();
    expect(closedBy(made.wake(61_500))).toEqual(["ZMTP_HEARTBEAT_TIMEOUT", true]);
  });
});

test("a peer that announces a hundred MiB and sends nothing costs next to nothing", () => {
  const made = connection();
  made.receive(opening(), 0);
  made.receive(hex("02 00 00 00 00 06 40 00 00"), 0);
  expect(made.heldInputBytes).toBeLessThanOrEqual(4096);
});

test("a peer that floods us with PINGs fills our output, which the owner can see", () => {
  const made: Connection = connection();
  made.receive(opening(), 0);
  made.takeOutput();
  const ping = frame(4, ascii("\x04PING\0\x000123456789abcdef"));
  for (let i = 0; i < 100; i++) made.receive(ping, 0);
  expect(made.queuedBytes).toBe(100 * (2 + 5 + 16));
  expect(made.queuedMessages).toBe(0);
});
