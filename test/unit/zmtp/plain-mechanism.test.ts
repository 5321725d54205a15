import { describe, expect, test } from "vitest";
import { encodeCommand, encodeError } from "../../../src/zmtp/command.ts";
import type { Handshake } from "../../../src/zmtp/mechanism.ts";
import { plainClient, plainServer } from "../../../src/zmtp/plain-mechanism.ts";
import { ACCEPT, converse, REFUSE } from "../../support/curve.ts";
import { ascii, closedBy, connection, hex } from "../../support/zmtp.ts";

const METADATA = hex("00");
const HELLO = encodeCommand("HELLO", hex("01 61 01 62"));

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing was thrown";
}

function letIn(): Handshake {
  const far = plainServer.begin(METADATA);
  const step = far.receive(HELLO);
  if (step.type === "authenticate") step.decide(ACCEPT);
  return far;
}

test("both sides come to know each other", () => {
  const far = connection({ socketType: "ROUTER", mechanism: plainServer });
  const told = converse(connection({ mechanism: plainClient("ada", "é") }), far);
  expect(told.server).toMatchObject([
    { credentials: { mechanism: "PLAIN", username: "ada", password: "é" } },
    { type: "handshake-done", peer: { identity: "somebody" } },
  ]);
  expect(told.client).toMatchObject([{ type: "handshake-done" }]);
});

test("a client that is refused is told so", () => {
  const far = connection({ socketType: "ROUTER", mechanism: plainServer });
  const near = connection({ mechanism: plainClient("ada", "") });
  const told = converse(near, far, { verdict: REFUSE });
  expect(closedBy(told.server)).toEqual(["ZMTP_REFUSED", false]);
  expect(closedBy(told.client)).toEqual(["ZMTP_PEER_ERROR", false]);
});

describe("the server refuses", () => {
  test.each([
    ["nothing", ""],
    ["a name that is cut off", "05 61"],
    ["no password", "01 61"],
    ["a password that is cut off", "01 61 05 62"],
    ["something behind the password", "01 61 01 62 00"],
    ["a name that is no UTF-8", "01 ff 01 62"],
    ["a password that is no UTF-8", "01 61 01 ff"],
  ])("a HELLO with %s", (_what, data) => {
    const body = encodeCommand("HELLO", hex(data));
    expect(codeOf(() => plainServer.begin(METADATA).receive(body))).toBe("ZMTP_COMMAND_MALFORMED");
  });

  test.each(["INITIATE", "READY", "WELCOME", "ERROR"])("%s in place of HELLO", (name) => {
    const body = encodeCommand(name, METADATA);
    expect(codeOf(() => plainServer.begin(METADATA).receive(body))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("HELLO in place of INITIATE", () => {
    expect(codeOf(() => letIn().receive(HELLO))).toBe("ZMTP_UNEXPECTED_COMMAND");
  });

  test("a body without a command", () => {
    expect(codeOf(() => letIn().receive(new Uint8Array(0)))).toBe("ZMTP_COMMAND_MALFORMED");
  });
});

describe("the client refuses", () => {
  const begin = (): Handshake => plainClient("a", "b").begin(METADATA);

  test.each(["READY", "HELLO", "INITIATE"])("%s in place of WELCOME", (name) => {
    expect(codeOf(() => begin().receive(encodeCommand(name, METADATA)))).toBe(
      "ZMTP_UNEXPECTED_COMMAND",
    );
  });

  test("a WELCOME that has something to say", () => {
    expect(codeOf(() => begin().receive(encodeCommand("WELCOME", ascii("x"))))).toBe(
      "ZMTP_COMMAND_MALFORMED",
    );
  });

  test("a second WELCOME", () => {
    const near = begin();
    near.receive(encodeCommand("WELCOME", new Uint8Array(0)));
    expect(codeOf(() => near.receive(encodeCommand("WELCOME", new Uint8Array(0))))).toBe(
      "ZMTP_UNEXPECTED_COMMAND",
    );
  });

  test.each([
    ["a well-formed ERROR", encodeError("400"), "ZMTP_PEER_ERROR"],
    ["the ERROR of libzmq", hex("5e 52 52 4f 52 03 34 30 30"), "ZMTP_PEER_ERROR"],
    ["the ERROR of libzmq without its reason", hex("5e 52 52 4f 52"), "ZMTP_COMMAND_MALFORMED"],
  ])("to go on after %s", (_what, body, code) => {
    expect(codeOf(() => begin().receive(body))).toBe(code);
  });
});

test.each(["username", "password"])("a %s has at most 255 octets", (which) => {
  const long = "é".repeat(128);
  const make = (): unknown =>
    which === "username" ? plainClient(long, "") : plainClient("", long);
  expect(make).toThrow(`expected ${which} of PLAIN to have at most 255 octets, got 256`);
});
