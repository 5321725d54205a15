import { arrived } from "../../../support/octets.ts";
import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { EventCodec } from "../../../../src/dialects/zerorpc/event.ts";
import { reasonOf, ServerTranslator } from "../../../../src/dialects/zerorpc/server-translator.ts";
import type { ChannelRef, Message, Packet } from "../../../../src/rpc/packet.ts";

const msgpack = new MsgpackCodec();
const DELIMITER = new Uint8Array(0);
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
type Header = Record<string, unknown>;

class Peer {
  readonly translator = new ServerTranslator(new EventCodec(() => 0.5));

  say(frames: Message): readonly Packet[] {
    const packets: Packet[] = [];
    this.translator.decode(frames, packets);
    return packets;
  }

  /** An event as the only frame behind a delimiter. */
  send(header: Header, name: unknown = "add", args: unknown = []): readonly Packet[] {
    return this.say([DELIMITER, msgpack.encode([header, name, args])]);
  }

  /** A request whose channel is remembered. */
  open(header: Header = { message_id: "me", v: 3 }, ...route: Message): ChannelRef {
    const [packet] = this.say([...route, DELIMITER, msgpack.encode([header, "add", []])]);
    if (packet?.type !== "request") throw new Error("no request");
    this.translator.retain(packet.channel);
    return packet.channel;
  }

  hear(packet: Packet): readonly [Message, Header, string, unknown] | undefined {
    const message = this.translator.encode(packet);
    if (message === undefined) return undefined;
    const event = msgpack.decode(arrived(message).at(-1) ?? DELIMITER) as [Header, string, unknown];
    return [arrived(message).slice(0, -1), ...event];
  }
}

describe("requests", () => {
  test.each([["text"], [5], [null], [octets("bin")], [[1]], ["x".repeat(1000)]])(
    "are answered with their id as it came: %j",
    (message_id) => {
      const peer = new Peer();
      const channel = peer.open({ message_id, v: 3 });
      const [, header] = peer.hear({ type: "result", channel, value: 1 }) ?? [];
      expect(header?.["response_to"]).toEqual(message_id);
    },
  );

  test("without an id, or with an endless one, are malformed and have no channel", () => {
    const peer = new Peer();
    for (const header of [{ v: 3 }, { v: 3, message_id: "x".repeat(1022) }]) {
      expect(peer.send(header)).toMatchObject([{ type: "malformed", channel: undefined }]);
    }
    expect(peer.send({ response_to: "x".repeat(2000) })).toEqual([]);
  });

  test("with args that are none are malformed and can be answered", () => {
    const peer = new Peer();
    expect(peer.send({ message_id: "me" }, "add", 5)).toMatchObject([
      { type: "malformed", channel: {}, reason: "expected an array of args, got number" },
    ]);
    const whole = msgpack.encode([{ message_id: "me" }, "add", ["text"]]);
    expect(peer.say([DELIMITER, whole.subarray(0, -1)])).toMatchObject([
      { type: "malformed", channel: {} },
    ]);
    expect(peer.send({ message_id: "me" }, "add", "ab")).toMatchObject([{ args: ["a", "b"] }]);
  });

  test("are read beyond the old protocol only if they have the mark", () => {
    const peer = new Peer();
    const fields = {
      timeout: 5,
      total: 6,
      headers: { a: 1 },
      named: { b: 2 },
      input: 1,
      oneway: true,
    };
    expect(peer.send({ message_id: 1, zc: 1, ...fields })).toMatchObject([
      {
        channel: { extended: true },
        options: {
          timeoutMs: 5,
          totalTimeoutMs: 6,
          headers: { a: 1 },
          named: { b: 2 },
          inputIndex: 1,
          oneWay: true,
        },
      },
    ]);
    expect(peer.send({ message_id: 1, ...fields })).toMatchObject([
      { channel: { extended: false }, options: { headers: fields } },
    ]);
    expect(peer.send({ message_id: 1 })).toMatchObject([{ options: undefined }]);
  });

  test("lose fields of the wrong kind", () => {
    const wrong = { timeout: -1, total: "x", headers: [], named: 5, input: 1.5, oneway: 1 };
    const [packet] = new Peer().send({ message_id: 1, zc: 1, ...wrong });
    expect(packet).toMatchObject({ type: "request", options: {} });
    expect(Object.keys((packet as { options: object }).options)).toEqual([]);
  });

  test("that are beats or grants without a channel, rubbish and nothing are no requests", () => {
    const peer = new Peer();
    expect(peer.send({ message_id: 1 }, "_zpc_hb", [0])).toEqual([]);
    expect(peer.send({ message_id: 1 }, "_zpc_more", [5])).toEqual([]);
    expect(peer.say([])).toEqual([]);
    expect(peer.say([octets("rubbish")])).toMatchObject([
      { type: "malformed", channel: undefined },
    ]);
  });
});

describe("routes", () => {
  const hub = octets("hub");
  const event = msgpack.encode([{ message_id: "me", v: 3 }, "add", []]);

  test.each<[string, Message, Message]>([
    ["no delimiter", [event], [DELIMITER]],
    ["a delimiter", [DELIMITER, event], [DELIMITER]],
    ["two hubs", [hub, hub, DELIMITER, event], [hub, hub, DELIMITER]],
    ["a hub and no delimiter", [hub, event], [hub, DELIMITER]],
  ])("lead back: %s", (_what, frames, expected) => {
    const peer = new Peer();
    const [packet] = peer.say(frames);
    if (packet?.type !== "request") throw new Error("no request");
    const [envelope] = peer.hear({ type: "result", channel: packet.channel, value: 1 }) ?? [];
    expect(envelope).toEqual(expected);
  });

  test("keep the same ids of different callers apart", () => {
    const peer = new Peer();
    const one = peer.open(undefined, hub);
    const other = peer.open(undefined, octets("bus"));
    const beat = msgpack.encode([{ response_to: "me", v: 3 }, "_zpc_hb", [0]]);
    expect(peer.say([hub, DELIMITER, beat])).toEqual([{ type: "heartbeat", channel: one }]);
    peer.translator.release(one);
    expect(peer.say([hub, DELIMITER, beat])).toEqual([]);
    expect(peer.say([octets("bus"), DELIMITER, beat])).toEqual([
      { type: "heartbeat", channel: other },
    ]);
  });

  test("that no hub makes are malformed", () => {
    const peer = new Peer();
    const many = Array.from({ length: 17 }, () => hub);
    const long = new Uint8Array(256);
    for (const route of [many, [long]]) {
      expect(peer.say([...route, DELIMITER, event])).toMatchObject([
        { type: "malformed", channel: undefined },
      ]);
    }
  });
});

describe("what follows", () => {
  test("belongs to its channel, and what nobody should say ends nothing", () => {
    const peer = new Peer();
    const channel = peer.open();
    const follow = (name: string, args: unknown): readonly Packet[] =>
      peer.send({ response_to: "me", v: 3 }, name, args);
    expect(follow("_zpc_more", [5])).toEqual([{ type: "credit", channel, items: 5 }]);
    expect(follow("WHAT", [5])).toMatchObject([{ type: "malformed", channel: undefined }]);
    expect(follow("_later", [5])).toEqual([]);
    const broken = msgpack.encode([{ response_to: "me" }, "STREAM", "text"]).subarray(0, -1);
    expect(peer.say([DELIMITER, broken])).toMatchObject([{ type: "malformed", channel }]);
  });

  test("has beats for version 1 only once that has beaten itself", () => {
    const peer = new Peer();
    const channel = peer.open({ message_id: "me" });
    expect(peer.hear({ type: "heartbeat", channel })).toBeUndefined();
    peer.send({ response_to: "me" }, "_zpc_hb", [0]);
    expect(peer.hear({ type: "heartbeat", channel })?.[2]).toBe("_zpc_hb");
  });

  test("has the mark once, in the first answer to a marked request", () => {
    const peer = new Peer();
    const channel = peer.open({ message_id: "me", v: 3, zc: 1 });
    const marks = [1, 2].map(() => peer.hear({ type: "heartbeat", channel })?.[1]["zc"]);
    expect(marks).toEqual([1, undefined]);
  });
});

test("notifies marked peers alone", () => {
  const peer = new Peer();
  const notice = { type: "notify", method: "news", args: [1], named: undefined } as const;
  const old = peer.open({ message_id: "old", v: 3 });
  expect(peer.hear({ ...notice, channel: undefined })).toBeUndefined();
  expect(peer.hear({ ...notice, channel: old })).toBeUndefined();
  const marked = peer.open({ message_id: "new", v: 3, zc: 1 }, octets("hub"));
  expect(peer.hear({ ...notice, channel: marked, named: { a: 1 } })).toMatchObject([
    [octets("hub"), DELIMITER],
    { zc: 1, named: { a: 1 } },
    "news",
    [1],
  ]);
  expect(peer.hear({ ...notice, channel: undefined })?.[0]).toEqual([DELIMITER]);
  expect(() => peer.hear({ ...notice, channel: undefined, args: [() => 1] })).toThrow(
    expect.objectContaining({ code: "CODEC_UNSUPPORTED" }),
  );
});

test("opens no channels and has no word for a stream's beginning", () => {
  const peer = new Peer();
  expect(() => peer.translator.open()).toThrow(TypeError);
  expect(peer.translator.openChannels()).toEqual([]);
  expect(peer.hear({ type: "stream", channel: peer.open() })).toBeUndefined();
});

test("tells a reason of anything that was thrown", () => {
  expect(reasonOf(new Error("why"))).toBe("why");
  expect(reasonOf("text")).toBe("text");
});

describe("request ids", () => {
  const marked = { message_id: "me", v: 3, zc: 1 };

  test("name a request by its method and its id, of marked peers alone", () => {
    const peer = new Peer();
    expect(peer.send({ ...marked, id: "17" })).toMatchObject([
      { type: "request", options: { requestId: 'zerorpc "add" 17' } },
    ]);
    expect(peer.send({ message_id: "me", v: 3, id: "17" })).toMatchObject([
      { type: "request", options: { headers: { id: "17" } } },
    ]);
    expect(peer.send({ message_id: "me", v: 3 }, "_zc_outcome", ["17", "add"])).toMatchObject([
      { type: "request", method: "_zc_outcome", options: undefined },
    ]);
  });

  test("are asked for with a question that runs nothing", () => {
    const asked = new Peer().send({ ...marked, timeout: 50 }, "_zc_outcome", ["17", "add"]);
    expect(asked).toMatchObject([
      {
        type: "request",
        method: "add",
        args: [],
        options: { requestId: 'zerorpc "add" 17', outcomeOnly: true, timeoutMs: 50 },
      },
    ]);
  });

  test.each([[5], [""], ["x".repeat(257)], [["a"]]])("are refused when they are %j", (id) => {
    const peer = new Peer();
    for (const packets of [
      peer.send({ ...marked, id }),
      peer.send(marked, "_zc_outcome", [id, "add"]),
    ]) {
      expect(packets).toMatchObject([
        { type: "malformed", reason: "expected a request id of 1 to 256 characters" },
      ]);
    }
  });

  test("of no method are another's", () => {
    expect(new Peer().send(marked, "_zc_outcome", ["17"])).toMatchObject([
      { method: "", options: { requestId: 'zerorpc "" 17' } },
    ]);
  });
});

describe("the news that a server drains", () => {
  test("is for marked peers that came without a hub", () => {
    const peer = new Peer();
    const news = { type: "draining", channel: undefined } as const;
    expect(peer.hear(news)).toBeUndefined();
    peer.open();
    expect(peer.hear(news)).toBeUndefined();
    peer.open({ message_id: "a", v: 3, zc: 1 }, octets("route"));
    expect(peer.hear(news)).toBeUndefined();
    peer.open({ message_id: "a", v: 3, zc: 1 });
    expect(peer.hear(news)).toMatchObject([[DELIMITER], { zc: 1, v: 3 }, "_zc_drain", []]);
  });
});
