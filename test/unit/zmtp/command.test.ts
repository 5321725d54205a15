import { expect, test } from "vitest";
import {
  decodeCommand,
  decodeErrorReason,
  decodePing,
  encodeCommand,
  encodeError,
  encodePing,
  MAX_TTL_MS,
} from "../../../src/zmtp/command.ts";
import { ascii, hex } from "../../support/zmtp.ts";

const malformed = expect.objectContaining({ code: "ZMTP_COMMAND_MALFORMED" }) as Error;

test("reads a command back", () => {
  const body = encodeCommand("SUBSCRIBE", ascii("news"));
  expect(body).toEqual(hex("09 53 55 42 53 43 52 49 42 45 6e 65 77 73"));
  expect(decodeCommand(body)).toEqual({ name: "SUBSCRIBE", data: ascii("news") });
});

test("reads a command without data", () => {
  expect(decodeCommand(hex("04 50 4f 4e 47"))).toEqual({ name: "PONG", data: new Uint8Array(0) });
});

test.each(["", "00", "00 41", "02 41", "5e 52 52 4f 52 03 34 30 30"])(
  "refuses the body %j",
  (body) => {
    expect(() => decodeCommand(hex(body))).toThrow(malformed);
  },
);

test.each([
  [0, "04 50 49 4e 47 00 00"],
  [2000, "04 50 49 4e 47 00 14"],
  [2099, "04 50 49 4e 47 00 14"],
  [MAX_TTL_MS, "04 50 49 4e 47 ff ff"],
])("writes a PING with a TTL of %i ms as %s", (ttlMs, octets) => {
  expect(encodePing(ttlMs)).toEqual(hex(octets));
});

test("reads a PING and cuts its context to 16 octets", () => {
  expect(decodePing(hex("00 14"))).toEqual({ ttlMs: 2000, context: new Uint8Array(0) });
  expect(decodePing(hex("ff ff 61 62"))).toEqual({ ttlMs: MAX_TTL_MS, context: ascii("ab") });
  expect(decodePing(ascii("\0\x000123456789abcdefgh")).context).toEqual(ascii("0123456789abcdef"));
});

test.each(["", "00"])("refuses a PING with the data %j", (data) => {
  expect(() => decodePing(hex(data))).toThrow(malformed);
});

test("writes and reads the reason of an ERROR", () => {
  const body = encodeError("400");
  expect(body).toEqual(hex("05 45 52 52 4f 52 03 34 30 30"));
  expect(decodeErrorReason(decodeCommand(body).data)).toBe("400");
  expect(decodeErrorReason(hex("00"))).toBe("");
});

test("cuts a reason that its size field cannot say", () => {
  expect(encodeError("x".repeat(300))).toHaveLength(6 + 1 + 255);
});

test("shows a reason without its control characters, and nothing behind it", () => {
  expect(decodeErrorReason(hex("03 61 1b 62 63"))).toBe("a?b");
});

test.each(["", "01", "04 61 62 63"])("refuses an ERROR with the data %j", (data) => {
  expect(() => decodeErrorReason(hex(data))).toThrow(malformed);
});
