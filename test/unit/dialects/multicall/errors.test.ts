import { describe, expect, test } from "vitest";
import { failureEntry, readOutcome } from "../../../../src/dialects/multicall/errors.ts";
import type { Failure } from "../../../../src/rpc/errors.ts";

/** What a failure is after a way there and back, through JSON. */
function roundTrip(failure: Failure): unknown {
  return readOutcome(JSON.parse(JSON.stringify(failureEntry(failure))));
}

describe("results", () => {
  test("are read", () => {
    expect(readOutcome({ success: true, result: 4 })).toEqual({ type: "result", value: 4 });
    expect(readOutcome({ success: true })).toEqual({ type: "result", value: null });
  });
});

describe("failures", () => {
  test("of Python look as Python writes them", () => {
    const failure: Failure = { status: "unknown", name: "ValueError", message: "no" };
    expect(JSON.stringify(failureEntry(failure))).toBe(
      '{"success":false,"error_type":"ValueError","message":"no","traceback":""}',
    );
  });

  test("of an unknown function look as Python writes them", () => {
    const failure: Failure = {
      status: "unimplemented",
      name: "NameError",
      message: 'the service has no method "nope"',
      unknownMethod: "nope",
      mayHaveRun: false,
    };
    expect(JSON.stringify(failureEntry(failure))).toBe(
      '{"success":false,"error_type":"KeyError","message":"Function \'nope\' not found","traceback":""}',
    );
    expect(roundTrip(failure)).toEqual({
      type: "error",
      failure: {
        status: "unimplemented",
        name: "KeyError",
        message: "Function 'nope' not found",
        mayHaveRun: false,
      },
    });
    const hint = 'the service has no method "nope"; did you mean "hope"?';
    expect(roundTrip({ ...failure, message: hint })).toMatchObject({
      failure: { status: "unimplemented", message: hint, mayHaveRun: false },
    });
  });

  test("of a handler are not taken for an unknown function", () => {
    const failure: Failure = {
      status: "unknown",
      name: "KeyError",
      message: "Function 'x' not found",
    };
    expect(roundTrip(failure)).toEqual({ type: "error", failure });
    const raised = { ...failureEntry(failure), status: undefined, traceback: "Traceback" };
    expect(readOutcome(raised)).toMatchObject({ failure: { status: "unknown" } });
  });

  test.each([
    ["NotImplementedError", "unimplemented"],
    ["TimeoutError", "deadline_exceeded"],
    ["PermissionError", "permission_denied"],
    ["MemoryError", "resource_exhausted"],
    ["CancelledError", "cancelled"],
    ["TypeError", "unknown"],
  ] as const)("named %s are %s", (name, status) => {
    const entry = { success: false, error_type: name, message: "", traceback: "" };
    expect(readOutcome(entry)).toEqual({ type: "error", failure: { status, name, message: "" } });
    expect(failureEntry({ status, name, message: "" })["status"]).toBeUndefined();
  });

  test("keep what old peers do not read", () => {
    const failure: Failure = {
      status: "not_found",
      name: "Lost",
      message: "gone",
      stack: "at home",
      details: { id: 5 },
      mayHaveRun: false,
      cause: { status: "unavailable", name: "Error", message: "why", details: [1] },
    };
    expect(roundTrip(failure)).toEqual({ type: "error", failure });
  });

  test("keep so many causes of causes", () => {
    let failure: Failure = { status: "unknown", name: "E9", message: "" };
    for (let i = 8; i >= 0; i--) {
      failure = { status: "unknown", name: `E${i}`, message: "", cause: failure };
    }
    let read = (roundTrip(failure) as { failure: Failure | undefined }).failure;
    let depth = -1;
    for (; read !== undefined; read = read.cause) depth++;
    expect(depth).toBe(5);
  });

  test.each([
    [{ success: false }, { status: "unknown", name: "Error", message: "" }],
    [
      { success: false, error_type: 5, message: ["x"], traceback: null, status: "odd", cause: 1 },
      { status: "unknown", name: "Error", message: "a list" },
    ],
    [
      { success: false, error_type: "KeyError", message: 5, traceback: "" },
      { status: "unknown", name: "KeyError", message: "a number" },
    ],
    [
      { success: false, error_type: "E", message: null, details: null },
      { status: "unknown", name: "E", message: "" },
    ],
  ])("are read as far as they are ones: %j", (entry, failure) => {
    expect(readOutcome(entry)).toEqual({ type: "error", failure });
  });
});

test.each([
  [undefined, "expected an outcome, got nothing"],
  [5, "expected an outcome, got a number"],
  [[], "expected an outcome, got a list"],
  [{}, 'expected "success" to be true or false, got nothing'],
  [{ success: 1 }, 'expected "success" to be true or false, got a number'],
])("%j is no outcome", (entry, reason) => {
  expect(readOutcome(entry)).toEqual({ type: "malformed", reason });
});
