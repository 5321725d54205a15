import { describe, expect, test } from "vitest";
import { joinOctets } from "../../../src/testing/transcript.ts";
import { encodeError } from "../../../src/zmtp/command.ts";
import { curveClient } from "../../../src/zmtp/curve-client.ts";
import { makeKeyPair } from "../../../src/zmtp/curve-crypto.ts";
import { curveServer } from "../../../src/zmtp/curve-server.ts";
import type { Handshake, HandshakeStep } from "../../../src/zmtp/mechanism.ts";
import {
  ACCEPT,
  client,
  clientPair,
  converse,
  crypto,
  REFUSE,
  server,
  serverPair,
} from "../../support/curve.ts";
import { ascii, closedBy, hex, outputOf } from "../../support/zmtp.ts";

const METADATA = hex("00");

function begin(): { near: Handshake; far: Handshake; hello: Uint8Array } {
  const keys = { serverKey: serverPair.publicKey, pair: clientPair };
  const near = curveClient(keys, crypto).begin(METADATA);
  const far = curveServer([serverPair], crypto).begin(METADATA);
  const [hello] = near.open();
  expect(far.open()).toEqual([]);
  return { near, far, hello: hello as Uint8Array };
}

function only(step: HandshakeStep): Uint8Array {
  const [body] = step.send;
  return body as Uint8Array;
}

/** A handshake up to INITIATE. */
function upToInitiate(): { far: Handshake; initiate: Uint8Array } {
  const { near, far, hello } = begin();
  return { far, initiate: only(near.receive(only(far.receive(hello)))) };
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

describe("a handshake", () => {
  test("tells each side who the other is", () => {
    const told = converse(client(), server());
    expect(told.server.map(({ type }) => type)).toEqual(["authenticate", "handshake-done"]);
    expect(told.server[0]).toMatchObject({ credentials: { publicKey: clientPair.publicKey } });
    expect(told.server[1]).toMatchObject({ peer: { identity: "somebody", socketType: "DEALER" } });
    expect(told.client).toMatchObject([{ type: "handshake-done", peer: { socketType: "ROUTER" } }]);
  });

  test("has HELLO longer than the answer to it, so that nobody can be flooded with answers", () => {
    const { far, hello } = begin();
    expect(hello.length).toBe(200);
    expect(only(far.receive(hello)).length).toBe(168);
  });

  test("refuses whom the verdict refuses", () => {
    const told = converse(client(), server(), { verdict: REFUSE });
    expect(closedBy(told.server)).toEqual(["ZMTP_REFUSED", false]);
    expect(closedBy(told.client)).toEqual(["ZMTP_PEER_ERROR", false]);
  });

  test("knows the client by any of the server's keys", () => {
    const pairs = [makeKeyPair(crypto), serverPair];
    const far = curveServer(pairs, crypto).begin(METADATA);
    const { hello } = begin();
    expect(far.receive(hello).type).toBe("continue");
  });

  test("spends two operations more on a HELLO, and two on an INITIATE", () => {
    let operations = 0;
    const counting = {
      ...crypto,
      publicKey: (key: Uint8Array) => (operations++, crypto.publicKey(key)),
      sharedKey: (a: Uint8Array, b: Uint8Array) => (operations++, crypto.sharedKey(a, b)),
    };
    const { near, hello } = begin();
    const far = curveServer([serverPair], counting).begin(METADATA);
    const welcome = only(far.receive(hello));
    expect(operations).toBe(2);
    far.receive(only(near.receive(welcome)));
    expect(operations).toBe(4);
  });
});

// The names are those of libzmq's test_security_curve.
describe("hostile clients", () => {
  test("unauthenticated_message: a message in place of HELLO", () => {
    const far = server();
    const events = far.receive(
      joinOctets([outputOf(client()).subarray(0, 64), hex("00 05 68 65 6c 6c 6f")]),
      0,
    );
    expect(closedBy(events)?.[0]).toBe("ZMTP_UNEXPECTED_MESSAGE");
  });

  test.each([
    ["one octet short", (hello: Uint8Array) => hello.subarray(0, 199)],
    ["one octet long", (hello: Uint8Array) => joinOctets([hello, hex("00")])],
    ["nothing but its name", (hello: Uint8Array) => hello.subarray(0, 6)],
  ])("invalid_hello_wrong_length: %s", (_what, change) => {
    const { far, hello } = begin();
    expect(codeOf(() => far.receive(change(hello)))).toBe("ZMTP_COMMAND_MALFORMED");
  });

  test("invalid_hello_command_name", () => {
    const { far, hello } = begin();
    expect(codeOf(() => far.receive(changed(hello, 1)))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test.each([6, 7])("invalid_hello_version: octet %i", (at) => {
    const { far, hello } = begin();
    expect(codeOf(() => far.receive(changed(hello, at)))).toBe("ZMTP_COMMAND_MALFORMED");
  });

  test("a HELLO whose padding is not of zeros", () => {
    const { far, hello } = begin();
    expect(codeOf(() => far.receive(changed(hello, 79)))).toBe("ZMTP_COMMAND_MALFORMED");
  });

  test("a HELLO whose nonce is 0", () => {
    const { far, hello } = begin();
    const zero = hello.slice();
    zero.fill(0, 112, 120);
    expect(codeOf(() => far.receive(zero))).toBe("ZMTP_CURVE_NONCE");
  });

  test.each([
    ["the client's key", 80],
    ["the nonce", 119],
    ["the authenticator", 120],
    ["the last octet", 199],
  ])("a HELLO with a change in %s is refused with ERROR", (_what, at) => {
    const { far, hello } = begin();
    const step = far.receive(changed(hello, at === 119 ? 112 : at));
    expect(step).toMatchObject({ type: "refuse", error: { code: "ZMTP_CURVE_BOX" } });
    expect(step.send).toEqual([encodeError("400")]);
  });

  test("a HELLO with a key that gives everybody the same secret", () => {
    const { far, hello } = begin();
    const low = hello.slice();
    low.fill(0, 80, 112);
    expect(far.receive(low)).toMatchObject({ error: { code: "ZMTP_CURVE_BOX" } });
  });

  test("a HELLO whose box holds something else than zeros", () => {
    const { far, hello } = begin();
    const pair = makeKeyPair(crypto);
    const key = crypto.sharedKey(serverPair.publicKey, pair.secretKey) as Uint8Array;
    const nonce = joinOctets([ascii("CurveZMQHELLO---"), hello.subarray(112, 120)]);
    const box = crypto.box(key, nonce, new Uint8Array(64).fill(1));
    const forged = joinOctets([
      hello.subarray(0, 80),
      pair.publicKey,
      hello.subarray(112, 120),
      box,
    ]);
    expect(far.receive(forged)).toMatchObject({ error: { code: "ZMTP_CURVE_BOX" } });
  });

  test("a second HELLO", () => {
    const { far, hello } = begin();
    far.receive(hello);
    expect(codeOf(() => far.receive(hello))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("an INITIATE without a HELLO", () => {
    const { initiate } = upToInitiate();
    expect(codeOf(() => begin().far.receive(initiate))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("a command called nothing after a HELLO that was refused", () => {
    const { far, hello } = begin();
    far.receive(changed(hello, 199));
    expect(codeOf(() => far.receive(hex("07 6e 6f 74 68 69 6e 67")))).toBe(
      "ZMTP_UNEXPECTED_COMMAND",
    );
  });

  test("invalid_initiate_wrong_length", () => {
    const { far, initiate } = upToInitiate();
    expect(codeOf(() => far.receive(initiate.subarray(0, 256)))).toBe("ZMTP_COMMAND_MALFORMED");
  });

  test("invalid_initiate_command_name", () => {
    const { far, initiate } = upToInitiate();
    expect(codeOf(() => far.receive(changed(initiate, 1)))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test.each([
    ["invalid_initiate_command_encrypted_cookie: nonce", 9],
    ["invalid_initiate_command_encrypted_cookie: box", 25],
    ["invalid_initiate_command_encrypted_cookie: last octet", 104],
    ["a wrong nonce", 105],
    ["invalid_initiate_command_encrypted_content: authenticator", 113],
    ["invalid_initiate_command_encrypted_content: last octet", 257],
  ])("%s", (_what, at) => {
    const { far, initiate } = upToInitiate();
    expect(codeOf(() => far.receive(changed(initiate, at)))).toBe("ZMTP_CURVE_BOX");
  });

  test("an INITIATE with the nonce of its HELLO", () => {
    const { far, initiate } = upToInitiate();
    const again = initiate.slice();
    again.set(hex("00 00 00 00 00 00 00 01"), 105);
    expect(codeOf(() => far.receive(again))).toBe("ZMTP_CURVE_NONCE");
  });

  test("a cookie of another connection of the same client", () => {
    const { initiate } = upToInitiate();
    const { far } = upToInitiate();
    expect(codeOf(() => far.receive(initiate))).toBe("ZMTP_CURVE_BOX");
  });

  test("an INITIATE that is sent again", () => {
    const { far, initiate } = upToInitiate();
    const step = far.receive(initiate);
    if (step.type === "authenticate") step.decide(ACCEPT);
    expect(codeOf(() => far.receive(initiate))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("an INITIATE that vouches for another server", () => {
    const other = makeKeyPair(crypto);
    const { hello, near, far } = lying(other.publicKey);
    const initiate = only(near.receive(only(far.receive(hello))));
    expect(codeOf(() => far.receive(initiate))).toBe("ZMTP_CURVE_BOX");
  });

  test("an INITIATE with the public key of somebody else", () => {
    const victim = makeKeyPair(crypto).publicKey;
    const pair = { publicKey: victim, secretKey: clientPair.secretKey };
    const near = curveClient({ serverKey: serverPair.publicKey, pair }, crypto).begin(METADATA);
    const far = curveServer([serverPair], crypto).begin(METADATA);
    const [hello] = near.open();
    const initiate = only(near.receive(only(far.receive(hello as Uint8Array))));
    expect(codeOf(() => far.receive(initiate))).toBe("ZMTP_CURVE_BOX");
  });

  test("a key of somebody that gives everybody the same secret", () => {
    const pair = { publicKey: new Uint8Array(32), secretKey: clientPair.secretKey };
    const near = curveClient({ serverKey: serverPair.publicKey, pair }, crypto).begin(METADATA);
    const far = curveServer([serverPair], crypto).begin(METADATA);
    const [hello] = near.open();
    const initiate = only(near.receive(only(far.receive(hello as Uint8Array))));
    expect(codeOf(() => far.receive(initiate))).toBe("ZMTP_CURVE_BOX");
  });

  test("a command while the peer is authenticated", () => {
    const near = client();
    const far = server();
    for (let turn = 0; turn < 2; turn++) {
      far.receive(outputOf(near), 0);
      near.receive(outputOf(far), 0);
    }
    const initiate = outputOf(near);
    const events = far.receive(joinOctets([initiate, hex("04 05 04 50 49 4e 47")]), 0);
    expect(events.map(({ type }) => type)).toEqual(["authenticate", "closed"]);
    expect(closedBy(events)?.[0]).toBe("ZMTP_UNEXPECTED_COMMAND");
    expect(far.decide(ACCEPT, 0)).toEqual([]);
  });

  test("a command above 4 KiB is not even stored", () => {
    const far = server();
    far.receive(outputOf(client()).subarray(0, 64), 0);
    const events = far.receive(hex("06 00 00 00 00 00 00 10 01"), 0);
    expect(closedBy(events)?.[0]).toBe("ZMTP_COMMAND_TOO_LARGE");
  });
});

/** A client whose vouch names another server key than its HELLO. */
function lying(claimed: Uint8Array): { near: Handshake; far: Handshake; hello: Uint8Array } {
  const keys = { serverKey: serverPair.publicKey, pair: clientPair };
  const near = curveClient(keys, crypto).begin(METADATA);
  const [hello] = near.open();
  (keys as { serverKey: Uint8Array }).serverKey = claimed;
  const far = curveServer([serverPair], crypto).begin(METADATA);
  return { near, far, hello: hello as Uint8Array };
}
