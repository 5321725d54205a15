import { arrived } from "../../../support/octets.ts";
import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { ClientTranslator } from "../../../../src/dialects/zerorpc/client-translator.ts";
import { EventCodec } from "../../../../src/dialects/zerorpc/event.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../../../src/rpc/packet.ts";

const msgpack = new MsgpackCodec();
type Header = Record<string, unknown>;

/** A translator with one open channel whose request was written. */
function opened(options?: RequestOptions): {
  readonly translator: ClientTranslator;
  readonly channel: ChannelRef;
  readonly header: Header;
  hear(name: string, args: unknown, header?: Header): readonly Packet[];
} {
  const translator = new ClientTranslator(new EventCodec(() => 0.5));
  const channel = translator.open();
  const message = translator.encode({
    type: "request",
    channel,
    method: "add",
    args: [1],
    options,
  });
  const [header] = eventOf(arrived(message));
  const hear = (name: string, args: unknown, more: Header = {}): readonly Packet[] => {
    const packets: Packet[] = [];
    const answer = { v: 3, response_to: header["message_id"], ...more };
    translator.decode([msgpack.encode([answer, name, args])], packets);
    return packets;
  };
  return { translator, channel, header, hear };
}

function eventOf(message: Message | undefined): readonly [Header, string, unknown] {
  return msgpack.decode(message?.at(-1) ?? new Uint8Array(0)) as [Header, string, unknown];
}

describe("requests", () => {
  test("have a delimiter, the mark and nothing more than is asked for", () => {
    const { header } = opened();
    expect(Object.keys(header)).toEqual(["message_id", "v", "zc"]);
    expect(opened({ timeoutMs: 0.2 }).header["timeout"]).toBe(1);
  });

  test("say all that is asked for", () => {
    const { header } = opened({
      timeoutMs: 10,
      totalTimeoutMs: 20.5,
      headers: { a: 1 },
      named: { b: 2 },
      inputIndex: 0,
      oneWay: true,
    });
    expect(header).toMatchObject({
      zc: 1,
      timeout: 10,
      total: 21,
      headers: { a: 1 },
      named: { b: 2 },
      input: 0,
      oneway: true,
    });
  });

  test("that cannot be written leave nothing behind", () => {
    const { translator } = opened();
    const channel = translator.open();
    const request = { type: "request", channel, method: "x", options: undefined } as const;
    expect(() => translator.encode({ ...request, args: [() => 1] })).toThrow(
      expect.objectContaining({ code: "CODEC_UNSUPPORTED" }),
    );
    expect(eventOf(arrived(translator.encode({ ...request, args: [2] })))[2]).toEqual([2]);
  });
});

describe("answers", () => {
  test("find their channel until it is released", () => {
    const { translator, channel, hear } = opened();
    expect([...translator.openChannels()]).toEqual([channel]);
    expect(hear("OK", [5])).toEqual([{ type: "result", channel, value: 5 }]);
    translator.release(channel);
    expect(hear("OK", [5])).toEqual([]);
    expect([...translator.openChannels()]).toEqual([]);
  });

  test("of unknown channels, of foreign ids and to nobody are ignored", () => {
    const { hear } = opened();
    for (const response_to of ["text", 5, new Uint8Array(32)]) {
      expect(hear("OK", [1], { response_to })).toEqual([]);
    }
    expect(hear("_zpc_hb", [0], { response_to: null })).toEqual([]);
  });

  test("that are no events are malformed, with their channel if it is known", () => {
    const { translator, channel, hear } = opened();
    const packets: Packet[] = [];
    translator.decode([Uint8Array.of(0xc1)], packets);
    translator.decode([], packets);
    expect(packets).toMatchObject([{ type: "malformed", channel: undefined }]);
    expect(hear("OK", [])).toMatchObject([{ type: "malformed", channel }]);
    expect(hear("WHAT", [])).toMatchObject([{ type: "malformed", channel }]);
    expect(hear("_later", [])).toEqual([]);
  });

  test("of an old peer tell an unknown method by its name", () => {
    const { hear } = opened();
    expect(hear("ERR", ["NameError", "add", null])).toMatchObject([
      { failure: { status: "unimplemented", mayHaveRun: false } },
    ]);
    expect(hear("ERR", ["NameError", "add", null], { zc: 1 })).toMatchObject([
      { failure: { status: "unknown" } },
    ]);
  });

  test("have a structured error only if the peer has announced itself", () => {
    const error = { status: "aborted" };
    const read = (more: Header): unknown => opened().hear("ERR", ["A", "b", null], more);
    expect(read({ error })).toMatchObject([{ failure: { status: "unknown" } }]);
    expect(read({ error, zc: 1 })).toMatchObject([{ failure: { status: "aborted" } }]);
  });

  test("tell the peer's version with the first event", () => {
    const { translator, channel, hear } = opened();
    const grant = (): string =>
      eventOf(arrived(translator.encode({ type: "credit", channel, items: 5 })))[1];
    expect(grant()).toBe("_zpc_more");
    hear("STREAM", 1, { v: 2 });
    expect(grant()).toBe("_zpc_hb");
    hear("STREAM", 1, { v: 3 });
    expect(grant()).toBe("_zpc_hb");
  });
});

test("hears what marked servers tell beside all answers, and nothing else of that kind", () => {
  const { hear } = opened();
  const told = { response_to: null, zc: 1 };
  expect(hear("news", [1], { ...told, named: { a: 2 } })).toEqual([
    { type: "notify", channel: undefined, method: "news", args: [1], named: { a: 2 } },
  ]);
  expect(hear("news", [1], { ...told, named: 5 })).toMatchObject([{ named: undefined }]);
  expect(hear("news", 5, told)).toEqual([]);
  expect(hear("_news", [1], told)).toEqual([]);
  expect(hear("news", [1], { response_to: null })).toEqual([]);
});

test("has no words for what only servers say", () => {
  const { translator, channel } = opened();
  expect(translator.encode({ type: "malformed", channel: undefined, reason: "" })).toBeUndefined();
  expect(translator.encode({ type: "stream", channel })).toBeUndefined();
  translator.retain();
});

describe("what lasts beyond a channel", () => {
  test("is a request id, and a question for its outcome that says no more than it has to", () => {
    expect(opened({ requestId: "17" }).header["id"]).toBe("17");
    const { translator, hear } = opened();
    const channel = translator.open();
    const message = translator.encode({
      type: "request",
      channel,
      method: "add",
      args: [1],
      options: { requestId: "17", outcomeOnly: true, timeoutMs: 50, headers: { a: 1 } },
    });
    const [header, ...event] = eventOf(arrived(message));
    expect(event).toEqual(["_zc_outcome", ["17", "add"]]);
    expect(Object.keys(header)).toEqual(["message_id", "v", "zc", "timeout"]);
    expect(hear("OK", [1])).toMatchObject([{ type: "result" }]);
  });

  test("is that the server drains, from marked servers alone", () => {
    const { hear } = opened();
    expect(hear("_zc_drain", [], { response_to: null, zc: 1 })).toEqual([
      { type: "draining", channel: undefined },
    ]);
    expect(hear("_zc_drain", [], { response_to: null })).toEqual([]);
  });
});
