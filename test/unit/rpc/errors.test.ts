import { describe, expect, test } from "vitest";
import { isZerocallError, ZerocallError } from "../../../src/base/errors.ts";
import { fromFailure, RpcError, toFailure } from "../../../src/rpc/errors.ts";

describe("RpcError", () => {
  test("is an error of zerocall with its status as code", () => {
    const error = new RpcError("not_found", "no such thing");
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ZerocallError);
    expect(isZerocallError(error)).toBe(true);
    expect(error).toMatchObject({
      name: "RpcError",
      code: "not_found",
      status: "not_found",
      origin: "local",
      method: "",
      mayHaveRun: true,
    });
  });
});

describe("toFailure", () => {
  test("lets what a thrown object holds travel as details", () => {
    const thrown = { code: 7, message: "no water" };
    expect(toFailure(thrown, false)).toEqual({
      status: "unknown",
      name: "Error",
      message: "no water",
      details: thrown,
    });
    expect(toFailure({ code: 7 }, false)).toMatchObject({ details: { code: 7 } });
  });

  const statuses: [unknown, string][] = [
    [new RpcError("data_loss", "x"), "data_loss"],
    [Object.assign(new Error("x"), { code: "aborted" }), "aborted"],
    [Object.assign(new Error("x"), { code: "ENOENT" }), "unknown"],
    [AbortSignal.abort().reason, "cancelled"],
    [Object.assign(new Error("x"), { name: "TimeoutError" }), "deadline_exceeded"],
    ["text", "unknown"],
  ];
  for (const [thrown, status] of statuses) {
    test(`gives ${String(thrown)} the status ${status}`, () => {
      expect(toFailure(thrown, false).status).toBe(status);
    });
  }

  test("does not let a handler's own calls say whether it has run", () => {
    const thrown = new RpcError("unavailable", "x", { mayHaveRun: false });
    expect(toFailure(thrown, false).mayHaveRun).toBeUndefined();
  });

  test("sends stacks only where allowed, and no more than five causes", () => {
    let error = new Error("innermost");
    for (let i = 0; i < 20; i++) error = new Error(`level ${i}`, { cause: error });
    let causes = 0;
    for (let at = toFailure(error, false); at.cause !== undefined; at = at.cause) causes++;
    expect(causes).toBe(5);
    expect(toFailure(error, false).stack).toBeUndefined();
    expect(toFailure(error, true).stack).toContain("level 19");
    const cyclic = new Error("cyclic");
    cyclic.cause = cyclic;
    expect(toFailure(cyclic, false).message).toBe("cyclic");
  });

  test("never throws, whatever was thrown", () => {
    const bad = {
      [Symbol.toPrimitive]() {
        throw new Error("no text");
      },
      get [Symbol.toStringTag]() {
        throw new Error("no tag");
      },
    };
    expect(toFailure(bad, true)).toEqual({
      status: "unknown",
      name: "Error",
      message: "the error cannot be read",
    });
    const stackless = new Error("x");
    Object.defineProperty(stackless, "stack", { value: undefined });
    expect(toFailure(stackless, true).stack).toBeUndefined();
  });
});

describe("fromFailure", () => {
  test("keeps everything, with the method in place of a stack of ours", () => {
    const error = fromFailure(
      {
        status: "not_found",
        name: "KeyError",
        message: "no k",
        details: 5,
        stack: "Traceback",
        mayHaveRun: false,
        cause: { status: "unknown", name: "Error", message: "deep" },
      },
      "find",
    );
    expect(error).toMatchObject({
      name: "KeyError",
      code: "not_found",
      details: 5,
      peerStack: "Traceback",
      mayHaveRun: false,
      origin: "peer",
      stack: "KeyError: no k\n    at find() (peer)",
      cause: { message: "deep" },
    });
    expect(fromFailure({ status: "unknown", name: "E", message: "m" }, "").stack).toBe(
      "E: m\n    at the peer() (peer)",
    );
  });
});
