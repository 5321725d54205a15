import { arrived } from "../../../support/octets.ts";
import { expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { EventCodec } from "../../../../src/dialects/zerorpc/event.ts";
import {
  decodeFollowUp,
  encodeFollowUp,
  type FollowUp,
  type ZerorpcChannel,
} from "../../../../src/dialects/zerorpc/events-of-calls.ts";
import type { Packet } from "../../../../src/rpc/packet.ts";

const codec = new EventCodec(() => 0.5);
const msgpack = new MsgpackCodec();

function channelOf(more: Partial<ZerorpcChannel> = {}): ZerorpcChannel {
  return {
    call: undefined,
    extended: true,
    id: codec.rawId(1),
    route: [],
    version: 3,
    announce: false,
    itemTemplate: undefined,
    ...more,
  };
}

function send(channel: ZerorpcChannel, packet: FollowUp): readonly [string, unknown] {
  const event = msgpack.decode(
    arrived(encodeFollowUp(codec, channel, packet)).at(-1) ?? new Uint8Array(0),
  );
  const [, name, args] = event as [unknown, string, unknown];
  return [name, args];
}

function read(channel: ZerorpcChannel, name: string, args: unknown, more = {}): Packet | undefined {
  const octets = msgpack.encode([{ response_to: "x", v: 3, ...more }, name, args]);
  return decodeFollowUp(codec, channel, codec.readHead(octets), 99);
}

const failure = { status: "aborted", name: "A", message: "b" } as const;

test("every packet comes back as it was", () => {
  const channel = channelOf();
  const packets: readonly FollowUp[] = [
    { type: "result", channel, value: [1] },
    { type: "item", channel, value: [1], octets: 0 },
    { type: "end", channel, value: undefined },
    { type: "end", channel, value: "last" },
    { type: "error", channel, failure: { ...failure, details: { a: 1 } } },
    { type: "credit", channel, items: 100 },
    { type: "heartbeat", channel },
    { type: "next", channel, value: 5 },
    { type: "throw", channel, failure: { ...failure, stack: "at x" } },
    { type: "return", channel, value: 5 },
    { type: "cancel", channel, reason: "why" },
  ];
  for (const packet of packets) {
    const octets = arrived(encodeFollowUp(codec, channel, packet)).at(-1) ?? new Uint8Array(0);
    const back = decodeFollowUp(codec, channel, codec.readHead(octets), 0);
    expect(back).toEqual(packet);
  }
});

test("old peers get nil at the end of a stream, whatever the generator returned", () => {
  expect(
    send(channelOf({ extended: false }), { type: "end", channel: channelOf(), value: 5 }),
  ).toEqual(["STREAM_DONE", null]);
});

test("peers of version 1 get one text, those before version 3 grants by the name of beats", () => {
  const old = channelOf({ version: 1, extended: false });
  expect(send(old, { type: "error", channel: old, failure })).toEqual(["ERR", ["A('b')"]]);
  expect(send(old, { type: "credit", channel: old, items: 5 })).toEqual(["_zpc_hb", [5]]);
  const second = channelOf({ version: 2, extended: false });
  expect(send(second, { type: "error", channel: second, failure })).toEqual([
    "ERR",
    ["A", "b", null],
  ]);
  expect(read(second, "_zpc_hb", [5])).toEqual({ type: "credit", channel: second, items: 5 });
  expect(read(second, "_zpc_hb", [0])).toEqual({ type: "heartbeat", channel: second });
  expect(read(channelOf(), "_zpc_hb", [5])).toMatchObject({ type: "heartbeat" });
});

test.each([[null], [[]], [[0]], [[-1]], [["5"]], [[Number.NaN]], [{ a: 1 }]])(
  "a grant of %j grants nothing",
  (args) => {
    expect(read(channelOf(), "_zpc_more", args)).toBeUndefined();
  },
);

test("reads what is left out, or of the wrong kind, as nothing", () => {
  const channel = channelOf();
  expect(read(channel, "STREAM_DONE", [])).toEqual({ type: "end", channel, value: undefined });
  expect(read(channel, "_zpc_hb", null)).toEqual({ type: "heartbeat", channel });
  expect(read(channel, "_zc_cancel", [{ toString: 1 }])).toMatchObject({
    reason: "cancelled by the caller",
  });
  expect(read(channel, "_zc_throw", null)).toMatchObject({ type: "throw" });
  expect(read(channel, "OK", null)).toMatchObject({ type: "malformed", channel });
  expect(read(channel, "x".repeat(500), [])).toMatchObject({
    reason: expect.stringMatching(/^.{0,120}$/) as unknown,
  });
});

test("several items come in one event, of a peer that goes beyond the old protocol", () => {
  const channel = channelOf();
  const values = [1, null, [2], { a: 3 }];
  expect(read(channel, "_zc_items", values)).toEqual({
    type: "items",
    channel,
    values,
    octets: 99,
  });
  expect(read(channel, "_zc_items", { 0: 1 })).toMatchObject({ type: "malformed", channel });
  expect(read(channelOf({ extended: false }), "_zc_items", values)).toBeUndefined();
  const many = Array.from({ length: 4097 }, () => 1);
  expect(read(channel, "_zc_items", many.slice(1))).toMatchObject({ type: "items" });
  expect(read(channel, "_zc_items", many)).toMatchObject({
    type: "malformed",
    reason: "expected at most 4096 items in an event, got 4097",
  });
});

test("each of several items may be as large as one by itself", () => {
  const strict = new EventCodec(() => 0.5, { maxElements: 4 });
  const channel = channelOf();
  const octetsOf = (values: unknown): Uint8Array =>
    msgpack.encode([{ response_to: "x", v: 3 }, "_zc_items", values]);
  const readStrictly = (values: unknown): Packet | undefined =>
    decodeFollowUp(strict, channel, strict.readHead(octetsOf(values)), 99);
  const values = Array.from({ length: 10 }, () => [1, 2, 3]);
  expect(readStrictly(values)).toMatchObject({ type: "items", values });
  expect(() => readStrictly([...values, [1, 2, 3, 4, 5]])).toThrow(
    expect.objectContaining({ code: "CODEC_ELEMENTS" }),
  );
});

test("a channel is known to go beyond the old protocol once its peer says so", () => {
  const channel = channelOf({ extended: false });
  read(channel, "_zpc_hb", [0]);
  expect(channel.extended).toBe(false);
  read(channel, "_zpc_hb", [0], { zc: 1 });
  expect(channel.extended).toBe(true);
});

test("what cannot be written leaves nothing behind and announces later", () => {
  const channel = channelOf({ announce: true });
  expect(() => send(channel, { type: "result", channel, value: () => 1 })).toThrow(
    expect.objectContaining({ code: "CODEC_UNSUPPORTED" }),
  );
  expect(channel.announce).toBe(true);
  expect(send(channel, { type: "result", channel, value: 1 })).toEqual(["OK", [1]]);
  expect(channel.announce).toBe(false);
});

test("counts the elements of each item by itself in a small event, and those of all in a large one", () => {
  const limited = new EventCodec(() => 0.5, { maxElements: 1000 });
  const channel = channelOf({ extended: true });
  const decode = (values: readonly unknown[]): Packet | undefined => {
    const event = msgpack.encode([{ response_to: "x", v: 3 }, "_zc_items", values]);
    return decodeFollowUp(limited, channel, limited.readHead(event), event.length);
  };
  const item = Array.from({ length: 600 }, () => 1);
  expect(decode([item, item])).toMatchObject({ type: "items", values: [item, item] });
  const padding = new Uint8Array(64 * 1024);
  expect(decode([item, padding])).toMatchObject({ type: "items" });
  expect(() => decode([item, item, padding])).toThrow(/at most maxElements = 1000/);
});
