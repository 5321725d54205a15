import { describe, expect, test } from "vitest";
import {
  decodeFailure,
  encodeError,
  encodeText,
  encodeTriple,
  statusOfOldPeer,
} from "../../../../src/dialects/zerorpc/errors.ts";
import type { Failure } from "../../../../src/rpc/errors.ts";

const failure: Failure = { status: "not_found", name: "Missing", message: "no cup" };
const unknownMethod: Failure = {
  status: "unimplemented",
  name: "NameError",
  message: 'the service has no method "ad"; did you mean "add"?',
  unknownMethod: "ad",
};

describe("the triple", () => {
  test("has class, message and stack, or nil for no stack", () => {
    expect(encodeTriple(failure, false)).toEqual(["Missing", "no cup", null]);
    expect(encodeTriple({ ...failure, stack: "at x" }, true)).toEqual([
      "Missing",
      "no cup",
      "at x",
    ]);
  });

  test("has the bare name of an unknown method for old peers alone", () => {
    expect(encodeTriple(unknownMethod, false)[1]).toBe("ad");
    expect(encodeTriple(unknownMethod, true)[1]).toContain("did you mean");
  });
});

describe("the text of version 1", () => {
  test.each([
    ["plain", "Missing('plain')"],
    ["it's", `Missing("it's")`],
    [`it's "x"`, `Missing('it\\'s "x"')`],
    ["a\\b\nc", "Missing('a\\\\b\\nc')"],
  ])("prints %j as Python does", (message, text) => {
    expect(encodeText({ ...failure, message })).toEqual([text]);
  });

  test("has the bare name of an unknown method", () => {
    expect(encodeText(unknownMethod)).toEqual(["NameError('ad')"]);
  });
});

describe("reading", () => {
  test("takes a triple, with and without the field beside it", () => {
    expect(decodeFailure(["Missing", "no cup", null], undefined, 3)).toEqual({
      status: "unknown",
      name: "Missing",
      message: "no cup",
    });
    const cause: Failure = { status: "internal", name: "Deep", message: "why", mayHaveRun: false };
    const sent = { ...failure, details: { cup: 1 }, cause };
    expect(decodeFailure(["Missing", "no cup", "at x"], encodeError(sent), 3)).toEqual({
      ...sent,
      stack: "at x",
    });
  });

  test("takes the text of version 1, and what is none as it is", () => {
    expect(decodeFailure(["ValueError('old')"], undefined, 1)).toMatchObject({
      name: "ValueError",
      message: "old",
    });
    expect(decodeFailure(["free words"], undefined, 1)).toMatchObject({
      name: "RemoteError",
      message: "free words",
    });
  });

  test.each([[[]], [["a", "b"]], [null], ["text"], [{ a: 1 }]])("refuses %j", (args) => {
    expect(decodeFailure(args, undefined, 3)).toMatchObject({
      status: "internal",
      name: "ProtocolError",
    });
  });

  test("takes no status that is none, no field that is no map, and at most five causes", () => {
    const read = (field: unknown): Failure => decodeFailure(["A", "b", null], field, 3);
    for (const field of [null, 5, "x", [], { status: "great", details: null, cause: 5 }]) {
      expect(read(field)).toEqual({ status: "unknown", name: "A", message: "b" });
    }
    let cause: Record<string, unknown> = {};
    for (let depth = 0; depth < 50; depth++) cause = { cause };
    let depth = 0;
    for (let at: Failure | undefined = read(cause); at !== undefined; at = at.cause) depth++;
    expect(depth).toBe(6);
    expect(read({ cause: {} }).cause).toEqual({ status: "unknown", name: "Error", message: "" });
  });
});

test("tells what an old peer does not have from what its handlers raise", () => {
  const named: Failure = { status: "unknown", name: "NameError", message: "ad" };
  expect(statusOfOldPeer(named, "ad")).toMatchObject({
    status: "unimplemented",
    mayHaveRun: false,
  });
  expect(statusOfOldPeer(named, "add")).toBe(named);
  expect(statusOfOldPeer(failure, "no cup")).toBe(failure);
});
