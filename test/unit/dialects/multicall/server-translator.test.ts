import { describe, expect, test } from "vitest";
import { serializerOf, ujson } from "../../../../src/dialects/multicall/serializer.ts";
import { ServerTranslator } from "../../../../src/dialects/multicall/server-translator.ts";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import type { ChannelRef, Message, Packet } from "../../../../src/rpc/packet.ts";
import { EMPTY, framed, octetsOf, refusing, saidBy, textOf } from "../../../support/multicall.ts";

const make = (maxCalls = 10): ServerTranslator =>
  new ServerTranslator({ serializer: ujson(), maxCalls });

function decode(translator: ServerTranslator, message: Message): Packet[] {
  const packets: Packet[] = [];
  translator.decode(message, packets);
  return packets;
}

const result = (packet: Packet | undefined, value: unknown): Packet => ({
  type: "result",
  channel: packet?.channel as ChannelRef,
  value,
});

const failure = { status: "unknown", name: "ValueError", message: "no" } as const;

describe("requests", () => {
  test("of one call are one packet", () => {
    expect(decode(make(), framed('[["add",[1,2],{}]]'))).toMatchObject([
      { type: "request", method: "add", args: [1, 2], options: undefined },
    ]);
    expect(decode(make(), framed('[["add",[1],{"b":2}]]'))).toMatchObject([
      { options: { named: { b: 2 } } },
    ]);
  });

  test("of several calls run one after the other", () => {
    const packets = decode(make(), framed('[["a",[],{}],["b",[],{"k":1}],["c",[],{}]]'));
    const [a, b, c] = packets as Extract<Packet, { type: "request" }>[];
    expect(a?.options).toBeUndefined();
    expect(b?.options).toEqual({ named: { k: 1 }, after: a?.channel });
    expect(c?.options?.after).toBe(b?.channel);
  });

  test("wait for the last real call before them", () => {
    const packets = decode(make(), framed('[["a",[],{}],7,["c",[],{}]]'));
    expect(packets.map(({ type }) => type)).toEqual(["request", "malformed", "request"]);
    const [a, , c] = packets as Extract<Packet, { type: "request" }>[];
    expect(c?.options?.after).toBe(a?.channel);
  });

  test("of nothing are answered at once", () => {
    const [packet] = decode(make(), framed("[]", octetsOf("hop")));
    expect(packet).toEqual({
      type: "immediate",
      channel: undefined,
      message: [octetsOf("hop"), EMPTY, octetsOf("[]")],
    });
  });

  test.each([
    ["no json", framed("this is not JSON")],
    ["no utf-8", [EMPTY, Uint8Array.of(0x22, 0xff, 0x22)]],
    ["no list", framed("5")],
    ["an object", framed('{"jsonrpc":"2.0"}')],
    ["too many calls", framed(`[${"0,".repeat(10)}0]`)],
    ["no payload", [EMPTY]],
    ["two payloads", [EMPTY, octetsOf("[]"), octetsOf("[]")]],
    ["an empty payload", [EMPTY, EMPTY]],
    ["a refused key", framed('[["a",[{"__proto__":1}],{}]]')],
  ])("with %s are one failure", (_, message) => {
    const translator = make();
    const packets = decode(translator, message);
    expect(packets).toMatchObject([{ type: "malformed", channel: { call: undefined } }]);
    const [packet] = packets;
    const answer = translator.encode({
      type: "error",
      channel: packet?.channel as ChannelRef,
      failure,
    });
    expect(answer?.[0]).toHaveLength(0);
    expect(saidBy(answer)).toMatchObject([{ success: false, error_type: "ValueError" }]);
  });

  test("that a codec refuses with anything thrown are one failure", () => {
    const translator = new ServerTranslator({ serializer: serializerOf(refusing), maxCalls: 10 });
    expect(decode(translator, framed("[]"))).toMatchObject([
      { type: "malformed", reason: "not today" },
    ]);
  });

  test("without a way back are dropped", () => {
    const packets = decode(make(), [octetsOf("a"), octetsOf("b")]);
    expect(packets).toMatchObject([{ type: "malformed", channel: undefined }]);
  });
});

describe("answers", () => {
  test("leave when the last call is over, in the order of the calls", () => {
    const translator = make();
    const [a, b, c] = decode(
      translator,
      framed('[["a",[],{}],5,["c",[],{}]]', octetsOf("one"), octetsOf("two")),
    );
    expect(translator.encode(result(c, 3))).toBeUndefined();
    const channel = b?.channel as ChannelRef;
    expect(translator.encode({ type: "error", channel, failure })).toBeUndefined();
    const answer = translator.encode(result(a, undefined));
    expect(answer?.slice(0, 3)).toEqual([octetsOf("one"), octetsOf("two"), EMPTY]);
    expect(saidBy(answer)).toEqual([
      { success: true, result: null },
      { success: false, error_type: "ValueError", message: "no", traceback: "" },
      { success: true, result: 3 },
    ]);
  });

  test("have no delimiter where the request had none", () => {
    const translator = make();
    const [packet] = decode(translator, [octetsOf('[["a",[],{}]]')]);
    expect(translator.encode(result(packet, 1))).toHaveLength(1);
  });

  test("wait for a call whose result could not be written", () => {
    const translator = make();
    const [a, b] = decode(translator, framed('[["a",[],{}],["b",[],{}]]'));
    expect(translator.encode(result(b, 2))).toBeUndefined();
    expect(() => translator.encode(result(a, () => 1))).toThrow(/cannot be encoded/);
    const channel = a?.channel as ChannelRef;
    const answer = translator.encode({ type: "error", channel, failure });
    expect(saidBy(answer)).toMatchObject([{ success: false }, { success: true, result: 2 }]);
  });

  test("go back the way that was copied from the received chunk", () => {
    const translator = make();
    const chunk = octetsOf("hop");
    const [packet] = decode(translator, framed('[["a",[],{}]]', chunk));
    translator.retain(packet?.channel as ChannelRef);
    chunk.fill(0);
    expect(textOf(translator.encode(result(packet, 1))?.[0])).toBe("hop");
    translator.release();
  });

  test("are written by the codec that was given", () => {
    const codec = new MsgpackCodec();
    const translator = new ServerTranslator({ serializer: serializerOf(codec), maxCalls: 10 });
    const [packet] = decode(translator, [EMPTY, codec.encode([["a", [], {}]])]);
    const answer = translator.encode(result(packet, Uint8Array.of(1)));
    expect(codec.decode(answer?.[1] as Uint8Array)).toEqual([
      { success: true, result: Uint8Array.of(1) },
    ]);
  });

  test("have no words for streams, credit and beats", () => {
    const translator = make();
    const [packet] = decode(translator, framed('[["a",[],{}]]'));
    const channel = packet?.channel as ChannelRef;
    expect(translator.encode({ type: "stream", channel })).toBeUndefined();
    expect(translator.encode({ type: "heartbeat", channel })).toBeUndefined();
    expect(translator.encode({ type: "credit", channel, items: 1 })).toBeUndefined();
  });
});

test("a server opens no channels", () => {
  expect(() => make().open()).toThrow(TypeError);
  expect([...make().openChannels()]).toEqual([]);
});
