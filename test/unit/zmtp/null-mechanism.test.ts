import { expect, test } from "vitest";
import { nullMechanism } from "../../../src/zmtp/null-mechanism.ts";
import { ascii, hex } from "../../support/zmtp.ts";

const metadata = hex("01 41 00 00 00 00");

test("sends READY with our properties at once", () => {
  expect(nullMechanism.begin(metadata).open()).toEqual([
    hex("05 52 45 41 44 59 01 41 00 00 00 00"),
  ]);
});

test("is done with the peer's READY and protects nothing", () => {
  const step = nullMechanism.begin(metadata).receive(hex("05 52 45 41 44 59 01 42 00 00 00 00"));
  expect(step).toEqual({ type: "done", send: [], metadata: hex("01 42 00 00 00 00") });
});

test("ends with the peer's ERROR and its reason", () => {
  const error = hex("05 45 52 52 4f 52 03 34 30 30");
  expect(() => nullMechanism.begin(metadata).receive(error)).toThrow(
    expect.objectContaining({
      code: "ZMTP_PEER_ERROR",
      message:
        'expected the peer to accept the handshake, got ERROR "400": it does not let us in with this key, user or password',
    }),
  );
});

test("refuses any other command", () => {
  const hello = new Uint8Array([5, ...ascii("HELLO")]);
  expect(() => nullMechanism.begin(metadata).receive(hello)).toThrow(
    expect.objectContaining({ code: "ZMTP_UNEXPECTED_COMMAND" }),
  );
});
