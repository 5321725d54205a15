import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { asciiText, EventCodec, type EventHead } from "../../../../src/dialects/zerorpc/event.ts";

const msgpack = new MsgpackCodec();
const codec = new EventCodec(() => 0.5);
const ID = "8".repeat(24);

function read(header: unknown, name: unknown = "add", args: unknown = []): EventHead {
  return codec.readHead(msgpack.encode([header, name, args]));
}

describe("writing", () => {
  test("starts an event that opens a channel", () => {
    codec.writeHead(0x1234, undefined, 0);
    codec.writer.text("add");
    codec.writer.value([1]);
    const event = msgpack.decode(codec.writer.finish());
    expect(event).toEqual([
      { message_id: new Uint8Array(Buffer.from(`00001234${ID}`)), v: 3 },
      "add",
      [1],
    ]);
  });

  test("starts an event of an open channel, with room for further fields", () => {
    codec.writeHead(1, codec.rawId(7), 1);
    codec.writer.raw(asciiText("x"));
    codec.writer.value(5);
    codec.writer.text("OK");
    codec.writer.value([]);
    const [header] = msgpack.decode(codec.writer.finish()) as [Record<string, unknown>];
    expect(header).toMatchObject({
      response_to: new Uint8Array(Buffer.from(`00000007${ID}`)),
      x: 5,
    });
  });

  test("refuses to begin an event inside of another", () => {
    codec.writeHead(1, undefined, 0);
    expect(() => codec.writeHead(2, undefined, 0)).toThrow(
      expect.objectContaining({ code: "CODEC_UNSUPPORTED" }),
    );
    codec.writer.discard();
  });

  test("knows its own raw ids again", () => {
    expect(codec.parseRawId(codec.rawId(77))).toBe(77);
    expect(codec.parseRawId(Uint8Array.of(0xc4, 1, 0x30))).toBe(-1);
    const text = codec.rawId(77);
    text[0] = 0xd9;
    expect(codec.parseRawId(text)).toBe(-1);
  });
});

describe("reading", () => {
  test("gives id, channel, version, name and further fields, and leaves the args", () => {
    const head = read({ message_id: "me", v: 2, response_to: 5, trace: "abc" }, "add", [1]);
    const { id, responseTo, version, extra, name } = head;
    expect([id, responseTo]).toEqual([msgpack.encode("me"), Uint8Array.of(5)]);
    expect([version, extra, name]).toEqual([2, { trace: "abc" }, "add"]);
    expect(codec.reader.value()).toEqual([1]);
  });

  test("takes no version and one that is no number for version 1", () => {
    expect(read({}).version).toBe(1);
    expect(read({ v: "3" }).version).toBe(1);
  });

  test("takes a channel of nil for none", () => {
    expect(read({ response_to: null }).responseTo).toBeUndefined();
  });

  test.each([
    [Uint8Array.of(0x61), "b'a'"],
    [5, "5"],
    [null, "null"],
    [["a"], "<no text>"],
    [{ toString: 1 }, "<no text>"],
  ])("gives a name that is no text a form that no method has: %j", (name, shown) => {
    expect(read({}, name).name).toBe(shown);
  });

  test("reads long names and names beyond ASCII", () => {
    for (const name of ["x".repeat(40), "x".repeat(300), "échec☃", "add", "add", ""]) {
      expect(read({}, name).name).toBe(name);
    }
  });

  test("ignores header keys of octets and refuses other ones", () => {
    expect(read(new Map<unknown, unknown>([[Uint8Array.of(1), 2]])).extra).toBeUndefined();
    expect(() => read(new Map<unknown, unknown>([[1, 2]]))).toThrow(
      expect.objectContaining({ code: "CODEC_KEY" }),
    );
    const proto = Buffer.concat([
      Buffer.from([0x93, 0x81, 0xa9]),
      Buffer.from("__proto__"),
      Buffer.from([0xc0, 0xa1, 0x61, 0x90]),
    ]);
    expect(() => codec.readHead(proto)).toThrow(expect.objectContaining({ code: "CODEC_KEY" }));
  });

  test("refuses a header of too many fields before reading it", () => {
    const fields = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
    expect(Object.keys(read(fields(256)).extra ?? {})).toHaveLength(256);
    expect(() => read(fields(257))).toThrow(expect.objectContaining({ code: "CODEC_ELEMENTS" }));
  });

  test.each([[[]], [[1, 2]], [[{}, "a", [], 1]], ["text"], [{ a: 1 }], [[5, "a", []]]])(
    "refuses what is no event: %j",
    (value) => {
      expect(() => codec.readHead(msgpack.encode(value))).toThrow(
        expect.objectContaining({ code: "CODEC_MALFORMED" }),
      );
    },
  );

  test("refuses nothing at all, and an event that ends early", () => {
    expect(() => codec.readHead(new Uint8Array(0))).toThrow(/expected a value/);
    const whole = msgpack.encode([{ message_id: "me" }, "add", []]);
    for (let length = 1; length < whole.length - 1; length++) {
      expect(() => codec.readHead(whole.subarray(0, length))).toThrow(/^expected /);
    }
  });
});
