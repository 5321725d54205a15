import { describe, expect, test } from "vitest";
import {
  looksLikeCalls,
  numberedMessage,
  numberOf,
  readEnvelope,
} from "../../../../src/dialects/multicall/envelope.ts";
import { EMPTY, framed, octetsOf } from "../../../support/multicall.ts";

const hop = octetsOf("hop");

describe("envelopes", () => {
  test("keep everything up to the delimiter as the way back", () => {
    expect(readEnvelope(framed("[]"))).toEqual({ route: [EMPTY], payload: octetsOf("[]") });
    expect(readEnvelope(framed("[]", hop, hop))).toEqual({
      route: [hop, hop, EMPTY],
      payload: octetsOf("[]"),
    });
  });

  test("may be a payload alone", () => {
    expect(readEnvelope([octetsOf("[]")])).toEqual({ route: [], payload: octetsOf("[]") });
  });

  test.each([
    ["nothing behind the delimiter", [EMPTY]],
    ["two frames behind the delimiter", [hop, EMPTY, hop, hop]],
    ["a delimiter as payload", [EMPTY, EMPTY, hop]],
  ])("have no payload where there is %s", (_, message) => {
    const envelope = readEnvelope(message);
    expect(envelope?.payload).toBeUndefined();
    expect(envelope?.route.at(-1)).toHaveLength(0);
  });

  test.each([
    ["no frames", []],
    ["several frames and no delimiter", [hop, hop]],
    ["17 hops", framed("[]", ...Array.from({ length: 17 }, () => hop))],
    ["a hop of 256 octets", framed("[]", new Uint8Array(256).fill(1))],
  ])("cannot be read from %s", (_, message) => {
    expect(readEnvelope(message)).toBeUndefined();
  });

  test("take 16 hops of 255 octets", () => {
    const hops = Array.from({ length: 16 }, () => new Uint8Array(255).fill(1));
    expect(readEnvelope(framed("[]", ...hops))?.route).toHaveLength(17);
  });
});

describe("numbers of requests", () => {
  test.each([0, 1, 255, 2 ** 32 - 1])("come back as %d", (number) => {
    const message = numberedMessage(number, octetsOf("[]"));
    expect(message.map(({ length }) => length)).toEqual([4, 0, 2]);
    expect(numberOf(readEnvelope(message) ?? { route: [], payload: undefined })).toBe(number);
  });

  test.each([
    ["no hop", [EMPTY]],
    ["a hop of another length", [hop, EMPTY]],
    ["two hops", [octetsOf("four"), octetsOf("four"), EMPTY]],
    ["no delimiter", []],
  ])("are not there with %s", (_, route) => {
    expect(numberOf({ route, payload: undefined })).toBe(-1);
  });
});

describe("recognition", () => {
  test.each(["[[", "[]", '["add"', ' \t\r\n[ \n["add",[],{}]]', "[ ]"])("takes %j", (text) => {
    expect(looksLikeCalls(octetsOf(text))).toBe(true);
  });

  test.each(["", " ", "[", "[ ", "{}", '[{"jsonrpc":"2.0"}]', "[1]", "null", "\u0093\u0080", "|"])(
    "leaves %j to others",
    (text) => {
      expect(looksLikeCalls(octetsOf(text))).toBe(false);
    },
  );

  test("leaves messages without payload to others", () => {
    expect(looksLikeCalls(undefined)).toBe(false);
  });
});
