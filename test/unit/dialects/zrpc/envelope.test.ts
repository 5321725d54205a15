import { describe, expect, test } from "vitest";
import {
  closeEnvelope,
  looksLikeRequest,
  openEnvelope,
  toRequest,
} from "../../../../src/dialects/zrpc/envelope.ts";

const EMPTY = new Uint8Array(0);
const PAYLOAD = Uint8Array.of(0x94);
const HOP = Uint8Array.of(1, 2);

describe("envelopes", () => {
  test.each([
    ["one of REQ", [EMPTY, PAYLOAD], [EMPTY]],
    ["a bare one", [PAYLOAD], []],
    ["one that came through two hubs", [HOP, HOP, EMPTY, PAYLOAD], [HOP, HOP, EMPTY]],
    ["an empty payload", [EMPTY, EMPTY], [EMPTY]],
  ])("%s is opened, and answered the same way", (_, message, back) => {
    const envelope = openEnvelope(message);
    expect(envelope).toEqual({ back, payload: message.at(-1) });
    if (typeof envelope === "string") return;
    expect(closeEnvelope(envelope.back, HOP)).toEqual([...back, HOP]);
  });

  test.each([
    ["no frames", []],
    ["two frames behind the delimiter", [EMPTY, PAYLOAD, PAYLOAD]],
    ["two frames without a delimiter", [PAYLOAD, PAYLOAD]],
    ["a delimiter at the end", [PAYLOAD, EMPTY]],
    ["too many hubs", [...Array.from({ length: 17 }, () => HOP), EMPTY, PAYLOAD]],
    ["a long routing id", [new Uint8Array(256).fill(1), EMPTY, PAYLOAD]],
  ])("%s are refused", (_, message) => {
    expect(openEnvelope(message)).toMatch(/^expected /);
  });

  test("requests have a delimiter", () => {
    expect(toRequest(PAYLOAD)).toEqual([EMPTY, PAYLOAD]);
  });

  test.each([
    ["9407", true],
    ["93a161", true],
    ["93d905", true],
    ["93c401", true],
    ["9382", false],
    ["9307", false],
    ["95a161", false],
    ["7b", false],
    ["", false],
  ])("%s begins like a request: %s", (hex, expected) => {
    expect(looksLikeRequest(new Uint8Array(Buffer.from(hex, "hex")))).toBe(expected);
  });
});
