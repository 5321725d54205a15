import { describe, expect, test } from "vitest";
import { decodeFailure, encodeFailure } from "../../../../src/dialects/zrpc/errors.ts";
import type { Failure } from "../../../../src/rpc/errors.ts";
import { STATUSES } from "../../../../src/rpc/status.ts";

describe("failures", () => {
  test("of a method are class and message", () => {
    const failure: Failure = { status: "unknown", name: "ValueError", message: "a: b\nc" };
    expect(encodeFailure(failure)).toBe("ValueError: a: b\nc");
    expect(decodeFailure("ValueError: a: b\nc")).toEqual(failure);
  });

  test("of any length are read", () => {
    // An expression that took all of it ran out of stack here.
    const long = "ж".repeat(8_000_000);
    expect(decodeFailure(long)).toEqual({ status: "unknown", name: "RPCError", message: long });
    expect(decodeFailure(`Ж: ${long}`)).toEqual({ status: "unknown", name: "Ж", message: long });
  });

  test("of an unknown method have no class", () => {
    const text = "Invalid RPC method name: nope";
    const failure: Failure = { status: "unimplemented", name: "NameError", message: "…" };
    expect(encodeFailure({ ...failure, unknownMethod: "nope" })).toBe(text);
    expect(decodeFailure(text)).toMatchObject({
      status: "unimplemented",
      message: 'the service has no method "nope"',
      mayHaveRun: false,
    });
  });

  test.each(STATUSES)("%s of our own survives", (status) => {
    const text = encodeFailure({ status, name: "RpcError", message: "text" });
    expect(text).toMatch(/^[A-Z]\w+Error: text$/);
    expect(decodeFailure(text)).toMatchObject({ status, message: "text" });
  });

  test("a refusal tells that nothing has run", () => {
    const refusal: Failure = {
      status: "unavailable",
      name: "RpcError",
      message: "closing",
      mayHaveRun: false,
    };
    expect(encodeFailure(refusal)).toBe("RefusedError: closing");
    expect(decodeFailure("RefusedError: closing")).toEqual(refusal);
    const { mayHaveRun: _, ...broken } = refusal;
    expect(encodeFailure(broken)).toBe("UnavailableError: closing");
  });

  test.each([
    ["PermissionError: no", "permission_denied"],
    ["NotImplementedError: ", "unimplemented"],
    ["TypeError: add() missing", "unknown"],
    ["module.Error: dotted", "unknown"],
  ])("%s of Python is %s", (text, status) => {
    expect(decodeFailure(text).status).toBe(status);
  });

  test.each(["no class at all", "", "two words: text", ": empty"])("%j has no class", (text) => {
    expect(decodeFailure(text)).toEqual({ status: "unknown", name: "RPCError", message: text });
  });

  test.each([[null], [7], [{ a: 1 }], [new Map()]])(
    "%j is no text and becomes details",
    (payload) => {
      expect(decodeFailure(payload)).toMatchObject({ status: "unknown", details: payload });
    },
  );
});
