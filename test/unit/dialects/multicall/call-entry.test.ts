import { describe, expect, test } from "vitest";
import { callEntry, kindOf, readCall } from "../../../../src/dialects/multicall/call-entry.ts";

describe("entries of calls", () => {
  test("are name, args and kwargs", () => {
    expect(callEntry("a.b", [1], undefined)).toEqual(["a.b", [1], {}]);
    expect(callEntry("a", [], { named: { k: 1 } })).toEqual(["a", [], { k: 1 }]);
  });

  test("cannot have a stream among the arguments", () => {
    expect(() => callEntry("sum", [1, null], { inputIndex: 1 })).toThrow(
      "a stream cannot be encoded, at argument 1 of sum()",
    );
  });

  test("are read back", () => {
    expect(readCall(["a", [1], {}])).toEqual({ method: "a", args: [1], named: undefined });
    expect(readCall(["a", [], { k: 1 }])).toEqual({ method: "a", args: [], named: { k: 1 } });
  });

  test("spread args as Python does", () => {
    expect(readCall(["a", "x😀", {}])).toMatchObject({ args: ["x", "😀"] });
    expect(readCall(["a", { k: 1, l: 2 }, {}])).toMatchObject({ args: ["k", "l"] });
  });

  test.each([
    ["add", "expected a call [name, args, kwargs], got text"],
    [null, "expected a call [name, args, kwargs], got null"],
    [{ name: "add" }, "expected a call [name, args, kwargs], got an object"],
    [[], "expected a call [name, args, kwargs], got a list of 0"],
    [["add", [1, 2]], "expected a call [name, args, kwargs], got a list of 2"],
    [["add", [], {}, 1], "expected a call [name, args, kwargs], got a list of 4"],
    [[["add"], [], {}], "expected text for a name, got a list"],
    [[5, [], {}], "expected text for a name, got a number"],
    [["add", 5, {}], "expected a list of args for add(), got a number"],
    [["add", null, {}], "expected a list of args for add(), got null"],
    [["add", [], null], "expected an object of kwargs for add(), got null"],
    [["add", [], []], "expected an object of kwargs for add(), got a list"],
  ])("are refused when they are %j", (entry, reason) => {
    expect(readCall(entry)).toBe(reason);
  });
});

test("kinds of values have names", () => {
  expect([null, [], {}, "a", 1, 1n, true, undefined].map(kindOf)).toEqual([
    "null",
    "a list",
    "an object",
    "text",
    "a number",
    "a bigint",
    "a boolean",
    "nothing",
  ]);
});
