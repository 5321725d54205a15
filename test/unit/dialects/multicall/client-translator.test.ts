import { describe, expect, test } from "vitest";
import { ClientTranslator } from "../../../../src/dialects/multicall/client-translator.ts";
import { serializerOf, ujson } from "../../../../src/dialects/multicall/serializer.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../../../src/rpc/packet.ts";
import { answerTo, EMPTY, framed, octetsOf, refusing, textOf } from "../../../support/multicall.ts";

interface Sent {
  readonly channel: ChannelRef;
  readonly message: Message;
}

function send(
  translator: ClientTranslator,
  method: string,
  args: readonly unknown[] = [],
  options?: RequestOptions,
): Sent {
  const channel = translator.open();
  const message = translator.encode({ type: "request", channel, method, args, options });
  return { channel, message: message as Message };
}

function decode(translator: ClientTranslator, message: Message): Packet[] {
  const packets: Packet[] = [];
  translator.decode(message, packets);
  return packets;
}

const make = (): ClientTranslator => new ClientTranslator(ujson());

describe("requests", () => {
  test("have a number of their own in front", () => {
    const translator = make();
    const [first, second] = [
      send(translator, "a"),
      send(translator, "b", [1], { named: { k: 2 } }),
    ];
    expect(first.message.map(({ length }) => length)).toEqual([4, 0, 13]);
    expect(first.message[0]).not.toEqual(second.message[0]);
    expect(textOf(second.message[2])).toBe('[["b",[1],{"k":2}]]');
  });

  test("do not have streams among their arguments", () => {
    expect(() => send(make(), "a", [null], { inputIndex: 0 })).toThrow(
      /a stream cannot be encoded/,
    );
  });

  test("are joined to one message in one order", () => {
    const translator = make();
    const requests = [send(translator, "a", [1]), send(translator, "b"), send(translator, "c")];
    const message = translator.join(requests);
    expect(textOf(message[2])).toBe('[["a",[1],{}],["b",[],{}],["c",[],{}]]');
    const packets = decode(
      translator,
      answerTo(message, '[{"success":true,"result":1},{"success":false},{"success":true}]'),
    );
    expect(packets.map(({ channel }) => channel)).toEqual(requests.map(({ channel }) => channel));
    expect(packets.map(({ type }) => type)).toEqual(["result", "error", "result"]);
    // The numbers that they had by themselves mean nothing any more.
    expect(decode(translator, answerTo(requests[0]?.message, "[]"))).toEqual([]);
  });
});

describe("answers", () => {
  test("belong to the request whose number they carry, whatever their order", () => {
    const translator = make();
    const [first, second] = [send(translator, "a"), send(translator, "b")];
    expect(decode(translator, answerTo(second.message, '[{"success":true,"result":2}]'))).toEqual([
      { type: "result", value: 2, channel: second.channel },
    ]);
    expect(decode(translator, answerTo(first.message, '[{"success":true,"result":1}]'))).toEqual([
      { type: "result", value: 1, channel: first.channel },
    ]);
  });

  test.each([
    ["no number", framed("[]")],
    ["a number of another length", framed("[]", octetsOf("three"))],
    ["no delimiter", [octetsOf("[]")]],
    ["nothing that can be read", [octetsOf("a"), octetsOf("b")]],
  ])("with %s are dropped", (_, message) => {
    const translator = make();
    send(translator, "a");
    expect(decode(translator, message)).toMatchObject([{ type: "malformed", channel: undefined }]);
  });

  test("that nobody waits for are ignored", () => {
    const translator = make();
    const { channel, message } = send(translator, "a");
    translator.release(channel);
    expect([...translator.openChannels()]).toEqual([]);
    expect(decode(translator, answerTo(message, "[]"))).toEqual([]);
  });

  test("reach those calls of a batch that still wait", () => {
    const translator = make();
    const requests = [send(translator, "a"), send(translator, "b")];
    const message = translator.join(requests);
    translator.release(requests[0]?.channel as ChannelRef);
    const answer = answerTo(message, '[{"success":true,"result":1},{"success":true,"result":2}]');
    expect(decode(translator, answer)).toMatchObject([{ type: "result", value: 2 }]);
  });

  test.each([
    ["no json", "nonsense"],
    ["no list", '{"success":true}'],
    ["nothing in it", "[]"],
    ["something else in it", "[5]"],
  ])("with %s fail the call", (_, payload) => {
    const translator = make();
    const { channel, message } = send(translator, "a");
    expect(decode(translator, answerTo(message, payload))).toMatchObject([
      { type: "malformed", channel },
    ]);
  });

  test("that a codec refuses with anything thrown fail the call", () => {
    const translator = new ClientTranslator(serializerOf(refusing));
    const { channel, message } = send(translator, "a");
    expect(decode(translator, answerTo(message, "[]"))).toEqual([
      { type: "malformed", reason: "not today", channel },
    ]);
  });

  test("of several frames fail the call", () => {
    const translator = make();
    const { channel, message } = send(translator, "a");
    const packets = decode(translator, [...message.slice(0, 2), octetsOf("[]"), EMPTY]);
    expect(packets).toMatchObject([{ type: "malformed", channel }]);
  });

  test("that are too short fail the calls that they leave out", () => {
    const translator = make();
    const message = translator.join([send(translator, "a"), send(translator, "b")]);
    const packets = decode(translator, answerTo(message, '[{"success":true}]'));
    expect(packets).toMatchObject([{ type: "result" }, { type: "malformed" }]);
  });

  test("of one failure are that of all calls", () => {
    const translator = make();
    const message = translator.join([send(translator, "a"), send(translator, "b")]);
    const packets = decode(
      translator,
      answerTo(message, '[{"success":false,"error_type":"TypeError","message":"all"}]'),
    );
    expect(packets).toMatchObject([
      { type: "error", failure: { message: "all" } },
      { type: "error", failure: { message: "all" } },
    ]);
  });

  test("that are too long end where the calls end", () => {
    const translator = make();
    const { message } = send(translator, "a");
    expect(decode(translator, answerTo(message, '[{"success":true},5,6]'))).toHaveLength(1);
  });
});

test("there are no words but requests", () => {
  const translator = make();
  const { channel } = send(translator, "a");
  expect(translator.encode({ type: "cancel", channel, reason: "" })).toBeUndefined();
  expect(translator.encode({ type: "heartbeat", channel })).toBeUndefined();
  translator.retain();
});
