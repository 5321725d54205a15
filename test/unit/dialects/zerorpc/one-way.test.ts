import { expect, test } from "vitest";
import { MsgpackCodec } from "../../../../src/codec/msgpack.ts";
import { OneWayCodec } from "../../../../src/dialects/zerorpc/one-way.ts";

const codec = new OneWayCodec(() => 0.5);
const msgpack = new MsgpackCodec();

test("writes events that it reads, headers included", () => {
  const event = { method: "note", args: [1, "☃"], headers: { trace: "a" } };
  expect(codec.decode([codec.encode(event)])).toEqual(event);
  expect(codec.decode([codec.encode({ ...event, headers: {} })]).headers).toEqual({});
});

test("reads the last frame", () => {
  const octets = codec.encode({ method: "note", args: [], headers: {} });
  expect(codec.decode([new Uint8Array(0), octets]).method).toBe("note");
});

test("refuses what is no event and args that are no list", () => {
  expect(() => codec.decode([])).toThrow(expect.objectContaining({ code: "CODEC_MALFORMED" }));
  const octets = msgpack.encode([{}, "note", 5]);
  expect(() => codec.decode([octets])).toThrow("expected an array of args, got number");
});

test("forgets what it has written of an event that cannot be written", () => {
  const event = { method: "note", args: [() => 1], headers: {} };
  expect(() => codec.encode(event)).toThrow(expect.objectContaining({ code: "CODEC_UNSUPPORTED" }));
  const next = { method: "note", args: [1], headers: {} };
  expect(codec.decode([codec.encode(next)])).toEqual(next);
});

test.each(["message_id", "v", "response_to", "__proto__"])("refuses the header %s", (name) => {
  const headers = Object.fromEntries([[name, 1]]);
  expect(() => codec.encode({ method: "a", args: [], headers })).toThrow(
    expect.objectContaining({ code: "USAGE_ARGUMENTS" }),
  );
});

test("takes thirteen headers and refuses more", () => {
  const headers = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, n]));
  const encode = (count: number): Uint8Array =>
    codec.encode({ method: "a", args: [], headers: headers(count) });
  expect(codec.decode([encode(13)]).headers).toEqual(headers(13));
  expect(() => encode(14)).toThrow(expect.objectContaining({ code: "USAGE_ARGUMENTS" }));
});
