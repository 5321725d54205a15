import { describe, expect, test } from "vitest";
import { encodeCommand, encodeError } from "../../../src/zmtp/command.ts";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { curveClient } from "../../../src/zmtp/curve-client.ts";
import { curveServer } from "../../../src/zmtp/curve-server.ts";
import type { Handshake, HandshakeStep } from "../../../src/zmtp/mechanism.ts";
import { ACCEPT, client, clientPair, crypto, serverPair } from "../../support/curve.ts";
import { ascii, closedBy, greeting, hex } from "../../support/zmtp.ts";

const METADATA = hex("00");

function only(step: HandshakeStep): Uint8Array {
  const [body] = step.send;
  return body as Uint8Array;
}

function upToWelcome(): {
  near: Handshake;
  far: Handshake;
  welcome: Uint8Array;
  hello: Uint8Array;
} {
  const keys = { serverKey: serverPair.publicKey, pair: clientPair };
  const near = curveClient(keys, crypto).begin(METADATA);
  const far = curveServer([serverPair], crypto).begin(METADATA);
  const [hello] = near.open();
  return { near, far, hello: hello as Uint8Array, welcome: only(far.receive(hello as Uint8Array)) };
}

function upToReady(): { near: Handshake; ready: Uint8Array } {
  const { near, far, welcome } = upToWelcome();
  const step = far.receive(only(near.receive(welcome)));
  if (step.type !== "authenticate") throw new Error(step.type);
  return { near, ready: only(step.decide(ACCEPT)) };
}

function changed(body: Uint8Array, at: number): Uint8Array {
  const copy = body.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing was thrown";
}

describe("hostile servers", () => {
  test.each([
    ["WELCOME one octet short", (body: Uint8Array) => body.subarray(0, 167), "COMMAND_MALFORMED"],
    [
      "WELCOME one octet long",
      (body: Uint8Array) => joinOctets([body, hex("00")]),
      "COMMAND_MALFORMED",
    ],
    ["another name", (body: Uint8Array) => changed(body, 2), "UNEXPECTED_COMMAND"],
    ["another nonce", (body: Uint8Array) => changed(body, 8), "CURVE_BOX"],
    ["another box", (body: Uint8Array) => changed(body, 167), "CURVE_BOX"],
  ])("%s", (_what, change, code) => {
    const { near, welcome } = upToWelcome();
    expect(codeOf(() => near.receive(change(welcome)))).toBe(`ZMTP_${code}`);
  });

  test("a WELCOME twice", () => {
    const { near, welcome } = upToWelcome();
    near.receive(welcome);
    expect(codeOf(() => near.receive(welcome))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("a WELCOME with a key that gives everybody the same secret", () => {
    const { near, hello } = upToWelcome();
    const key = crypto.sharedKey(hello.subarray(80, 112), serverPair.secretKey) as Uint8Array;
    const random = new Uint8Array(16);
    const nonce = joinOctets([ascii("WELCOME-"), random]);
    const box = crypto.box(key, nonce, new Uint8Array(128));
    const welcome = encodeCommand("WELCOME", joinOctets([random, box]));
    expect(codeOf(() => near.receive(welcome))).toBe("ZMTP_CURVE_BOX");
  });

  test("a READY in place of WELCOME", () => {
    expect(codeOf(() => upToWelcome().near.receive(upToReady().ready))).toBe(
      "ZMTP_UNEXPECTED_COMMAND",
    );
  });

  test("a WELCOME of another connection", () => {
    expect(codeOf(() => upToWelcome().near.receive(upToWelcome().welcome))).toBe("ZMTP_CURVE_BOX");
  });

  test.each([
    ["READY too short", (body: Uint8Array) => body.subarray(0, 29), "COMMAND_MALFORMED"],
    ["another nonce", (body: Uint8Array) => changed(body, 6), "CURVE_BOX"],
    ["another box", (body: Uint8Array) => changed(body, body.length - 1), "CURVE_BOX"],
  ])("%s", (_what, change, code) => {
    const { near, ready } = upToReady();
    expect(codeOf(() => near.receive(change(ready)))).toBe(`ZMTP_${code}`);
  });

  test("a READY whose nonce is 0", () => {
    const { near, ready } = upToReady();
    const zero = ready.slice();
    zero.fill(0, 6, 14);
    expect(codeOf(() => near.receive(zero))).toBe("ZMTP_CURVE_NONCE");
  });

  test.each(["WELCOME", "READY"])("an ERROR in place of %s says that we are refused", (when) => {
    const { near } = when === "WELCOME" ? upToWelcome() : upToReady();
    expect(codeOf(() => near.receive(encodeError("400")))).toBe("ZMTP_PEER_ERROR");
  });
});

test("a server key of no use closes the connection before anything is sent", () => {
  const made = client(new Uint8Array(32));
  expect(closedBy(made.receive(greeting("0301", "CURVE"), 0))?.[0]).toBe("ZMTP_CURVE_BOX");
});
