import { describe, expect, test } from "vitest";
import { NonceCounter, NonceGuard } from "../../../src/zmtp/curve-crypto.ts";
import { CurveProtection } from "../../../src/zmtp/curve-protection.ts";
import { COMMAND, MORE } from "../../../src/zmtp/frame.ts";
import { crypto } from "../../support/curve.ts";
import { ascii, hex } from "../../support/zmtp.ts";

function pair(): { client: CurveProtection; server: CurveProtection } {
  const sharedKey = crypto.random(32);
  const parts = () => ({
    crypto,
    sharedKey,
    sent: new NonceCounter(),
    received: new NonceGuard(),
  });
  return {
    client: new CurveProtection({ ...parts(), role: "client" }),
    server: new CurveProtection({ ...parts(), role: "server" }),
  };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing was thrown";
}

test.each([
  ["the only frame of a message", 0],
  ["a frame that others follow", MORE],
  ["a command", COMMAND],
])("%s travels both ways", (_what, flags) => {
  const { client, server } = pair();
  const body = ascii("hello");
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    const wrapped = from.wrap(flags, body);
    expect(wrapped.length).toBe(body.length + from.overheadBytes);
    expect(to.unwrap(wrapped)).toEqual({ flags, body });
  }
});

test("no two frames look alike", () => {
  const { client } = pair();
  const [first, second] = [client.wrap(0, ascii("x")), client.wrap(0, ascii("x"))];
  expect(first).not.toEqual(second);
  expect(first.subarray(0, 16)).toEqual(hex("07 4d 45 53 53 41 47 45 00 00 00 00 00 00 00 01"));
  expect(second.subarray(8, 16)).toEqual(hex("00 00 00 00 00 00 00 02"));
});

describe("refuses", () => {
  test.each([
    ["a frame that is no MESSAGE", (at: Uint8Array) => at.fill(0, 1, 2), "UNEXPECTED_COMMAND"],
    ["an empty frame", () => new Uint8Array(0), "UNEXPECTED_COMMAND"],
    ["a box without flags", (at: Uint8Array) => at.subarray(0, 32), "COMMAND_MALFORMED"],
    ["another nonce", (at: Uint8Array) => at.fill(9, 15, 16), "CURVE_BOX"],
    ["another authenticator", (at: Uint8Array) => at.fill(9, 16, 18), "CURVE_BOX"],
    ["another text", (at: Uint8Array) => at.fill(9, at.length - 2), "CURVE_BOX"],
    ["the nonce 0", (at: Uint8Array) => at.fill(0, 8, 16), "CURVE_NONCE"],
  ])("%s", (_what, change, code) => {
    const { client, server } = pair();
    const wrapped = client.wrap(0, ascii("hello"));
    expect(codeOf(() => server.unwrap(change(wrapped)))).toBe(`ZMTP_${code}`);
  });

  test("a frame that comes again, or that was overtaken", () => {
    const { client, server } = pair();
    const [first, second] = [client.wrap(0, ascii("1")), client.wrap(0, ascii("2"))];
    server.unwrap(second);
    expect(codeOf(() => server.unwrap(second))).toBe("ZMTP_CURVE_NONCE");
    expect(codeOf(() => server.unwrap(first))).toBe("ZMTP_CURVE_NONCE");
  });

  test("its own frame, sent back", () => {
    const { client } = pair();
    expect(codeOf(() => client.unwrap(client.wrap(0, ascii("x"))))).toBe("ZMTP_CURVE_BOX");
  });
});
