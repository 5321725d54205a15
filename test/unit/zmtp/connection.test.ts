import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { ZmtpError } from "../../../src/zmtp/errors.ts";
import type { Handshake, HandshakeStep, Mechanism } from "../../../src/zmtp/mechanism.ts";
import {
  ascii,
  closedBy,
  connection,
  established,
  frame,
  greeting,
  hex,
  opening,
  outputOf,
  readyBody,
} from "../../support/zmtp.ts";

describe("the handshake", () => {
  test("starts with our whole greeting", () => {
    expect(outputOf(connection())).toEqual(greeting());
  });

  test("sends READY once the peer's greeting fits", () => {
    const made = connection({ socketType: "PUSH" });
    made.takeOutput();
    expect(made.receive(greeting(), 0)).toEqual([]);
    expect(outputOf(made)).toEqual(frame(4, readyBody("PUSH")));
  });

  test("is done with the peer's READY, and tells who the peer is", () => {
    const identity = "08 49 64 65 6e 74 69 74 79 00 00 00 02 6d 65 03 58 2d 41 00 00 00 01 07";
    const ready = frame(4, readyBody("ROUTER", identity));
    expect(connection().receive(joinOctets([greeting(), ready]), 0)).toEqual([
      {
        type: "handshake-done",
        peer: {
          socketType: "ROUTER",
          routingId: ascii("me"),
          metadata: new Map([
            ["socket-type", ascii("ROUTER")],
            ["identity", ascii("me")],
            ["x-a", Uint8Array.of(7)],
          ]),
          version: "3.1",
          mechanism: "NULL",
        },
      },
    ]);
  });

  test("takes messages that come together with READY", () => {
    const events = connection().receive(joinOctets([opening(), hex("00 01 61")]), 0);
    expect(events.map(({ type }) => type)).toEqual(["handshake-done", "message"]);
  });

  test("says which version both sides speak", () => {
    const [event] = connection().receive(opening("DEALER", "0300"), 0);
    expect(event).toMatchObject({ peer: { version: "3.0" } });
  });

  test.each([
    ["ZMTP_VERSION", false, hex("ff 00 00 00 00 00 00 00 01 7f 01")],
    ["ZMTP_NOT_ZMTP", false, ascii("GET / HTTP/1.1")],
    ["ZMTP_MECHANISM", false, greeting("0301", "PLAIN")],
    ["ZMTP_SOCKET_TYPE", false, opening("PUB")],
    [
      "ZMTP_PEER_ERROR",
      false,
      joinOctets([greeting(), hex("04 0a 05 45 52 52 4f 52 03 34 30 30")]),
    ],
    ["ZMTP_UNEXPECTED_COMMAND", true, joinOctets([greeting(), hex("04 06 05 48 45 4c 4c 4f")])],
    ["ZMTP_COMMAND_MALFORMED", true, joinOctets([greeting(), hex("04 00")])],
    ["ZMTP_METADATA", true, joinOctets([greeting(), hex("04 07 05 52 45 41 44 59 01")])],
    ["ZMTP_UNEXPECTED_MESSAGE", true, joinOctets([greeting(), hex("00 01 61")])],
    ["ZMTP_RESERVED_FLAGS", true, joinOctets([greeting(), hex("0c 00")])],
    ["ZMTP_COMMAND_MORE", true, joinOctets([greeting(), hex("05 00")])],
    ["ZMTP_COMMAND_TOO_LARGE", true, joinOctets([greeting(), hex("06 00 00 00 00 00 01 00 01")])],
    ["ZMTP_FRAME_SIZE", true, joinOctets([greeting(), hex("06 80 00 00 00 00 00 00 00")])],
  ])("ends with %s, retry %s", (code, retry, octets) => {
    const made = connection();
    expect(closedBy(made.receive(octets, 0))).toEqual([code, retry]);
    expect(made.receive(opening(), 0)).toEqual([]);
    expect(made.wakeAt).toBeUndefined();
    expect(made.wake(1e9)).toEqual([]);
  });

  test("names the version that it refuses", () => {
    const [event] = connection().receive(hex("ff 00 00 00 00 00 00 00 01 7f 01"), 0);
    expect(event).toMatchObject({
      error: { message: "expected ZMTP 3.0 or later, got ZMTP 2.0", side: "peer" },
    });
  });

  test("lets a peer that does not fit see our READY", () => {
    const made = connection();
    made.receive(opening("PUB"), 0);
    expect(outputOf(made)).toHaveLength(64 + 43);
  });

  test.each([
    [greeting().subarray(0, 63), "no whole greeting in 200 ms"],
    [greeting(), "a greeting and no whole handshake in 200 ms"],
  ])("times out", (octets, text) => {
    const made = connection({ handshakeTimeoutMs: 200 });
    made.receive(octets, 100);
    expect(made.wakeAt).toBe(200);
    expect(made.wake(199)).toEqual([]);
    const events = made.wake(200);
    expect(closedBy(events)).toEqual(["ZMTP_HANDSHAKE_TIMEOUT", true]);
    expect(events).toMatchObject([{ error: { message: expect.stringContaining(text) as string } }]);
  });

  test("has no limit of time where none is set, and none once it is done", () => {
    expect(connection({ handshakeTimeoutMs: 0 }).wakeAt).toBeUndefined();
    expect(established().wakeAt).toBeUndefined();
    expect(established().wake(1e9)).toEqual([]);
  });
});

describe("a mechanism of several steps", () => {
  function mechanism(steps: HandshakeStep[]): Mechanism {
    const handshake: Handshake = {
      open: () => [ascii("\x05HELLO")],
      receive: () => steps.shift() ?? { type: "continue", send: [] },
    };
    return { name: "TEST", asServer: true, begin: () => handshake };
  }

  const metadata = readyBody("DEALER").subarray(6);
  const command = hex("04 02 01 41");

  test("goes on until it is done", () => {
    const made = connection({
      mechanism: mechanism([
        { type: "continue", send: [ascii("\x03ONE"), ascii("\x03TWO")] },
        { type: "done", send: [ascii("\x03END")], metadata },
      ]),
    });
    expect(outputOf(made)[32]).toBe(1);
    expect(made.receive(greeting("0301", "TEST"), 0)).toEqual([]);
    expect(outputOf(made)).toEqual(frame(4, ascii("\x05HELLO")));
    expect(made.receive(command, 0)).toEqual([]);
    expect(outputOf(made)).toEqual(
      joinOctets([frame(4, ascii("\x03ONE")), frame(4, ascii("\x03TWO"))]),
    );
    expect(made.receive(command, 0)).toMatchObject([{ type: "handshake-done" }]);
    expect(outputOf(made)).toEqual(frame(4, ascii("\x03END")));
  });

  test("may refuse the peer and tell it so", () => {
    const error = new ZmtpError("ZMTP_UNEXPECTED_COMMAND", "a test");
    const made = connection({
      mechanism: mechanism([{ type: "refuse", send: [ascii("\x05ERROR\0")], error }]),
    });
    made.receive(greeting("0301", "TEST"), 0);
    made.takeOutput();
    expect(made.receive(command, 0)).toEqual([{ type: "closed", error, retry: true }]);
    expect(outputOf(made)).toEqual(frame(4, ascii("\x05ERROR\0")));
  });

  test("does not hide its own mistakes behind the peer", () => {
    const broken: Mechanism = {
      name: "TEST",
      asServer: false,
      begin: () => {
        throw new RangeError("a mistake");
      },
    };
    const made = connection({ mechanism: broken });
    expect(() => made.receive(greeting("0301", "TEST"), 0)).toThrow(RangeError);
  });
});

describe("the traffic", () => {
  test("carries messages both ways", () => {
    const made = established();
    made.send([ascii("a"), ascii("b")]);
    expect(made.queuedMessages).toBe(1);
    expect(made.queuedBytes).toBe(6);
    expect(outputOf(made)).toEqual(hex("01 01 61 00 01 62"));
    expect([made.queuedMessages, made.queuedBytes]).toEqual([0, 0]);
    expect(made.receive(hex("01 01 61 00 01 62"), 1)).toEqual([
      { type: "message", frames: [ascii("a"), ascii("b")] },
    ]);
  });

  test("counts what is held of a message that is not whole", () => {
    const made = connection();
    made.receive(greeting().subarray(0, 20), 0);
    expect(made.heldInputBytes).toBe(20);
    made.receive(greeting().subarray(20), 0);
    made.receive(hex("04"), 0);
    expect(made.heldInputBytes).toBe(1);
    const busy = established();
    busy.receive(hex("01 03 61 62 63 00"), 0);
    expect(busy.heldInputBytes).toBe(4);
    busy.receive(hex("00"), 0);
    expect(busy.heldInputBytes).toBe(0);
  });

  test.each([
    ["ZMTP_MESSAGE_TOO_LARGE", hex("00 0b")],
    ["ZMTP_MESSAGE_TOO_LARGE", hex("01 06 00 00 00 00 00 00 00 05")],
    ["ZMTP_TOO_MANY_FRAMES", hex("01 00 01 00 01 00 00 00")],
    ["ZMTP_RESERVED_FLAGS", hex("08 00")],
    ["ZMTP_COMMAND_MORE", hex("05 00")],
    ["ZMTP_COMMAND_TOO_LARGE", hex("04 29")],
    ["ZMTP_COMMAND_MALFORMED", hex("04 01 00")],
    ["ZMTP_FRAME_SIZE", hex("02 00 20 00 00 00 00 00 00")],
  ])("ends with %s, and another connection may go better", (code, octets) => {
    const made = established({ maxMessageBytes: 10, maxFrames: 3, maxCommandBytes: 40 });
    made.send([ascii("queued")]);
    expect(closedBy(made.receive(octets, 0))).toEqual([code, true]);
    expect(made.takeOutput()).toEqual([]);
  });

  test("gives the messages before a mistake", () => {
    const events = established().receive(hex("00 01 61 ff 00 00 01 62"), 0);
    expect(events.map(({ type }) => type)).toEqual(["message", "closed"]);
  });

  test("subscribes and cancels", () => {
    const made = established({ socketType: "SUB" }, "PUB", "0300");
    made.subscribe(ascii("a"));
    made.cancel(ascii("a"));
    expect(outputOf(made)).toEqual(hex("00 02 01 61 00 02 00 61"));
  });
});

describe("heartbeats", () => {
  const options = { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 250 };

  test("begin with the traffic", () => {
    const made = connection(options);
    made.receive(opening(), 40);
    made.takeOutput();
    expect(made.wakeAt).toBe(140);
    expect(made.wake(140)).toEqual([]);
    expect(outputOf(made)).toEqual(hex("04 07 04 50 49 4e 47 00 00"));
    expect(closedBy(made.wake(390))).toEqual(["ZMTP_HEARTBEAT_TIMEOUT", true]);
  });

  test("queue one PING at most", () => {
    const made = established(options);
    for (let now = 100; now <= 1000; now += 100) expect(made.wake(now)).toEqual([]);
    expect(made.queuedBytes).toBe(9);
  });

  test("count no silence while we do not read", () => {
    const made = established(options);
    made.wake(100);
    made.takeOutput();
    made.pause(110);
    expect(made.wake(5000)).toEqual([]);
    made.takeOutput();
    made.resume(5000);
    expect(closedBy(made.wake(5250))).toEqual(["ZMTP_HEARTBEAT_TIMEOUT", true]);
  });
});

describe("the owner", () => {
  test.each(["send", "subscribe", "cancel"] as const)(
    "may not %s before the handshake is done",
    (verb) => {
      const made = connection();
      const act = (): void => {
        if (verb === "send") made.send([ascii("a")]);
        else made[verb](ascii("a"));
      };
      expect(act).toThrow(UsageError);
      expect(act).toThrow(expect.objectContaining({ code: "USAGE_STATE" }));
      made.pause(0);
      made.resume(0);
    },
  );

  test("may not send a message without frames", () => {
    const made = established();
    expect(() => made.send([])).toThrow(expect.objectContaining({ code: "USAGE_ARGUMENTS" }));
    expect(made.queuedMessages).toBe(0);
  });

  test("may close at any time, twice, and take what was queued", () => {
    const made = established();
    made.send([ascii("a")]);
    made.close();
    made.close();
    made.send([ascii("dropped")]);
    made.subscribe(ascii("dropped"));
    expect(made.receive(hex("00 01 61"), 0)).toEqual([]);
    expect(made.heldInputBytes).toBe(0);
    expect(outputOf(made)).toEqual(hex("00 01 61"));
  });

  test("may not give options that cannot be", () => {
    expect(() => connection({ maxFrames: 0 })).toThrow(UsageError);
    expect(() => connection({ routingId: new Uint8Array(256) })).toThrow(UsageError);
    expect(() => connection({ mechanism: { ...nameless, name: "not upper" } })).toThrow(UsageError);
  });
});

const nameless: Mechanism = {
  name: "",
  asServer: false,
  begin: () => {
    throw new RangeError("never begun");
  },
};
