import { expect, test } from "vitest";
import { isZerocallError } from "../../../src/base/errors.ts";
import { ZMTP_CODES, ZmtpError } from "../../../src/zmtp/errors.ts";

test("says what was expected and what came", () => {
  const error = new ZmtpError("ZMTP_VERSION", "ZMTP 2.0");
  expect(error.message).toBe("expected ZMTP 3.0 or later, got ZMTP 2.0");
  expect(error.side).toBe("peer");
  expect(error.name).toBe("ZmtpError");
  expect(isZerocallError(error)).toBe(true);
});

test("has a message of its own for every code", () => {
  const messages = ZMTP_CODES.map((code) => new ZmtpError(code, "x").message);
  expect(new Set(messages).size).toBe(ZMTP_CODES.length);
  for (const message of messages) expect(message).toMatch(/^expected .*[^.]$/);
});

test("gives up only where another connection cannot go better", () => {
  const final = ZMTP_CODES.filter((code) => !new ZmtpError(code, "x").retry);
  expect(final.toSorted()).toEqual([
    "ZMTP_MECHANISM",
    "ZMTP_NOT_ZMTP",
    "ZMTP_PEER_ERROR",
    "ZMTP_REFUSED",
    "ZMTP_SOCKET_TYPE",
    "ZMTP_VERSION",
  ]);
});
