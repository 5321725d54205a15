import { expect, test } from "vitest";
import type { ConnectionEvent } from "../../../src/zmtp/connection-event.ts";
import { type ConnectionOptions, resolveOptions } from "../../../src/zmtp/connection-options.ts";
import { COMMAND, MORE } from "../../../src/zmtp/frame.ts";
import { FrameEncoder } from "../../../src/zmtp/frame-encoder.ts";
import type { Protection } from "../../../src/zmtp/mechanism.ts";
import { nullMechanism } from "../../../src/zmtp/null-mechanism.ts";
import { Traffic } from "../../../src/zmtp/traffic.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { ascii, hex } from "../../support/zmtp.ts";

interface Setup extends Partial<ConnectionOptions> {
  readonly version?: "3.1" | "3.0";
  readonly protection?: Protection;
}

function start(setup: Setup = {}) {
  const { version = "3.1", protection, ...options } = setup;
  const encoder = new FrameEncoder();
  const events: ConnectionEvent[] = [];
  const settings = resolveOptions({ socketType: "DEALER", mechanism: nullMechanism, ...options });
  const emit = (event: ConnectionEvent): void => {
    events.push(event);
  };
  const traffic = new Traffic({ settings, version, protection, encoder, emit }, 0);
  return { traffic, events, output: () => joinOctets(encoder.take()) };
}

/** Turns every octet around and says in the first one what the frame is. */
const mirror: Protection = {
  overheadBytes: 1,
  wrap: (flags, body) => joinOctets([Uint8Array.of(flags), body.map((octet) => octet ^ 0xff)]),
  unwrap: (body) => ({ flags: body[0] ?? 0, body: body.subarray(1).map((octet) => octet ^ 0xff) }),
};

test("gives a message when its last frame is there", () => {
  const { traffic, events } = start();
  traffic.frame(MORE, ascii("a"));
  expect(events).toEqual([]);
  expect(traffic.heldBytes).toBe(1);
  traffic.frame(0, ascii("b"));
  expect(events).toEqual([{ type: "message", frames: [ascii("a"), ascii("b")] }]);
});

test("sends the frames of a message with MORE on all but the last", () => {
  const { traffic, output } = start();
  traffic.send([ascii("a"), new Uint8Array(0), ascii("b")]);
  expect(output()).toEqual(hex("01 01 61 01 00 00 01 62"));
});

test("refuses to send a message without a frame", () => {
  expect(() => start().traffic.send([])).toThrow(
    expect.objectContaining({ code: "USAGE_ARGUMENTS" }),
  );
});

test("answers a PING with its context, also between the frames of a message", () => {
  const { traffic, events, output } = start();
  traffic.frame(MORE, ascii("a"));
  traffic.frame(COMMAND, hex("04 50 49 4e 47 00 00 63 74 78"));
  traffic.frame(0, ascii("b"));
  expect(output()).toEqual(hex("04 08 04 50 4f 4e 47 63 74 78"));
  expect(events).toEqual([{ type: "message", frames: [ascii("a"), ascii("b")] }]);
});

test("obeys the TTL of a PING", () => {
  const { traffic } = start();
  traffic.heard(50);
  traffic.frame(COMMAND, hex("04 50 49 4e 47 00 03"));
  expect(traffic.wakeAt).toBe(350);
  expect(() => traffic.wake(350, false)).toThrow(
    expect.objectContaining({ code: "ZMTP_TTL_EXPIRED" }),
  );
});

test("sends PING with our TTL when one is due", () => {
  const { traffic, output } = start({ heartbeatIntervalMs: 100, heartbeatTtlMs: 2000 });
  expect(traffic.wake(99, false)).toBe(false);
  expect(traffic.wake(100, false)).toBe(true);
  expect(output()).toEqual(hex("04 07 04 50 49 4e 47 00 14"));
  expect(traffic.wake(150, false)).toBe(false);
});

test("reads subscriptions that come as commands at any socket type", () => {
  const { traffic, events } = start();
  traffic.frame(COMMAND, hex("09 53 55 42 53 43 52 49 42 45 6e"));
  traffic.frame(COMMAND, hex("06 43 41 4e 43 45 4c"));
  expect(events).toEqual([
    { type: "subscribe", topic: ascii("n") },
    { type: "cancel", topic: ascii("") },
  ]);
});

test.each(["PUB", "XPUB"] as const)("reads subscriptions that come as messages at a %s", (type) => {
  const { traffic, events } = start({ socketType: type });
  traffic.frame(0, hex("01 41"));
  traffic.frame(0, hex("00"));
  expect(events).toEqual([
    { type: "subscribe", topic: ascii("A") },
    { type: "cancel", topic: ascii("") },
  ]);
});

test("leaves all other messages to a publisher alone", () => {
  const { traffic, events } = start({ socketType: "XPUB" });
  traffic.frame(0, hex("02 41"));
  traffic.frame(0, hex(""));
  traffic.frame(MORE, hex("01"));
  traffic.frame(0, hex("41"));
  expect(events.map(({ type }) => type)).toEqual(["message", "message", "message"]);
});

test("leaves messages that look like subscriptions to other types alone", () => {
  const { traffic, events } = start({ socketType: "PULL" });
  traffic.frame(0, hex("01 41"));
  expect(events).toEqual([{ type: "message", frames: [hex("01 41")] }]);
});

test("subscribes with a command to 3.1 and with a message to 3.0", () => {
  const now = start();
  now.traffic.sendSubscription("SUBSCRIBE", ascii("n"));
  now.traffic.sendSubscription("CANCEL", ascii("n"));
  expect(now.output()).toEqual(
    hex("04 0b 09 53 55 42 53 43 52 49 42 45 6e 04 08 06 43 41 4e 43 45 4c 6e"),
  );
  const old = start({ version: "3.0" });
  old.traffic.sendSubscription("SUBSCRIBE", ascii("n"));
  old.traffic.sendSubscription("CANCEL", ascii("n"));
  expect(old.output()).toEqual(hex("00 02 01 6e 00 02 00 6e"));
});

test("ignores commands that it does not know", () => {
  const { traffic, events, output } = start();
  traffic.frame(COMMAND, hex("04 50 4f 4e 47"));
  traffic.frame(COMMAND, hex("03 46 4f 4f 01 02"));
  expect(events).toEqual([]);
  expect(output()).toHaveLength(0);
});

test("takes an ERROR for the end, since a peer may refuse our READY after its own", () => {
  expect(() => start().traffic.frame(COMMAND, hex("05 45 52 52 4f 52 02 6e 6f"))).toThrow(
    expect.objectContaining({ code: "ZMTP_PEER_ERROR", retry: false }),
  );
});

test("sends and receives protected frames in frames without flags", () => {
  const { traffic, events, output } = start({ protection: mirror });
  traffic.send([ascii("a"), ascii("b")]);
  traffic.sendSubscription("CANCEL", ascii(""));
  expect(output()).toEqual(hex("00 02 01 9e 00 02 00 9d 00 08 04 f9 bc be b1 bc ba b3"));
  traffic.frame(0, hex("01 9e"));
  traffic.frame(0, hex("00 9d"));
  expect(events).toEqual([{ type: "message", frames: [ascii("a"), ascii("b")] }]);
});

test("allows protected frames their overhead", () => {
  const { traffic } = start({ protection: mirror, maxMessageBytes: 4 });
  traffic.admit(0, 5);
  expect(() => traffic.admit(0, 6)).toThrow(
    expect.objectContaining({ code: "ZMTP_MESSAGE_TOO_LARGE" }),
  );
});

test("allows a frame that is shorter than its overhead to reach the protection", () => {
  const { traffic } = start({ protection: mirror, maxMessageBytes: 0 });
  expect(() => traffic.admit(0, 0)).not.toThrow();
});

test("checks commands against their own limit", () => {
  const { traffic } = start({ maxCommandBytes: 10, maxMessageBytes: 1 });
  traffic.admit(COMMAND, 10);
  expect(() => traffic.admit(COMMAND, 11)).toThrow(
    expect.objectContaining({ code: "ZMTP_COMMAND_TOO_LARGE" }),
  );
});

test("holds protected frames to the rules of plain ones once they are open", () => {
  const { traffic, output } = start({ protection: mirror, maxCommandBytes: 10 });
  traffic.frame(0, mirror.wrap(COMMAND, hex("04 50 49 4e 47 00 00")));
  expect(output()).toEqual(hex("00 06 04 fb af b0 b1 b8"));
  traffic.admit(COMMAND, 20);
  expect(() => traffic.frame(0, mirror.wrap(COMMAND, new Uint8Array(11)))).toThrow(
    expect.objectContaining({ code: "ZMTP_COMMAND_TOO_LARGE" }),
  );
  expect(() => traffic.frame(0, mirror.wrap(COMMAND | MORE, hex("")))).toThrow(
    expect.objectContaining({ code: "ZMTP_COMMAND_MORE" }),
  );
});
