import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { readServiceArguments } from "../../../src/cli/service-words.ts";

describe("arguments of a service's method", () => {
  test.each([
    [
      "numbers, text and JSON",
      ["1", "-2.5", "haha", '{"a":[1]}', '"1"'],
      [1, -2.5, "haha", { a: [1] }, "1"],
      {},
    ],
    ["words of Python", ["True", "False", "None"], [true, false, null], {}],
    [
      "names",
      ["a", "b=2", "c=text", "d=", "e=None", "f=x=y"],
      ["a"],
      { b: 2, c: "text", d: "", e: null, f: "x=y" },
    ],
    ["what only looks like a name", ['"a=b"', "=1", "1a=2"], ["a=b", "=1", "1a=2"], {}],
    ["large integers", ["9007199254740993"], [9007199254740993n], {}],
  ])("are %s", (_, words, args, named) => {
    expect(readServiceArguments(words)).toEqual({ args, named });
  });

  test("come once by each name", () => {
    expect(() => readServiceArguments(["a=1", "a=2"])).toThrow('"a" was given twice');
  });

  test("may be called as nothing else may", () => {
    const { named } = readServiceArguments(["constructor=1", "toString=2"]);
    expect(named).toEqual({ constructor: 1, toString: 2 });
  });
});

describe("the command line", () => {
  const options = { timeoutMs: 30_000, printJson: false, socketDir: undefined, debug: false };

  test.each([
    [["list"], { type: "list-service", service: undefined, options }],
    [
      ["list", "sums", "-pj"],
      { type: "list-service", service: "sums", options: { ...options, printJson: true } },
    ],
    [
      ["call", "sums", "add", "1", "b=2"],
      {
        type: "call-service",
        service: "sums",
        method: "add",
        args: [1],
        named: { b: 2 },
        count: 1,
        options,
      },
    ],
    [
      ["call", "-c", "3", "-t", "0.5", "--socket-dir", "dir", "sums", "add"],
      {
        type: "call-service",
        service: "sums",
        method: "add",
        args: [],
        named: {},
        count: 3,
        options: { ...options, timeoutMs: 500, socketDir: "dir" },
      },
    ],
    [["call", "--count", "inf", "a", "b"], { count: Infinity }],
  ])("%j is about services of this machine", (words, command) => {
    expect(parseArguments(words).command).toMatchObject(command);
  });

  test("leaves methods of that name to addresses", () => {
    const { command } = parseArguments(["--connect", "tcp://127.0.0.1:1", "list"]);
    expect(command).toMatchObject({ type: "call", method: "list" });
    expect(parseArguments(["tcp://127.0.0.1:1", "call", "x"]).command).toMatchObject({
      type: "call",
      method: "call",
    });
  });

  test.each([
    [["list", "a", "b"], 'list expects one service, got also "b"'],
    [["call"], "call expects a service and a method"],
    [["call", "a"], "call expects a service and a method"],
    [["call", "-c", "0", "a", "b"], "--count expects a whole number from 1"],
    [["-c", "1", "tcp://127.0.0.1:1"], '--count goes with "list" and "call"'],
    [["--socket-dir", "x", "tcp://127.0.0.1:1"], '--socket-dir goes with "list" and "call"'],
  ])("%j is refused", (words, message) => {
    expect(() => parseArguments(words)).toThrow(message);
  });
});
