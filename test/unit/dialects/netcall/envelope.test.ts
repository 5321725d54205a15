import { describe, expect, test } from "vitest";
import { encodeAscii } from "../../../../src/base/text.ts";
import {
  hasBoundary,
  makeAnswer,
  OK,
  readAnswer,
  readIgnore,
  readRequest,
} from "../../../../src/dialects/netcall/envelope.ts";
import { frames } from "../../../support/netcall.ts";

describe("a request", () => {
  test("is what stands behind the first boundary", () => {
    expect(readRequest(frames("hop", "|", "1", "add", "[]", "{}", "0", "more"))).toEqual({
      route: frames("hop"),
      id: encodeAscii("1"),
      name: "add",
      parts: frames("[]", "{}", "0"),
    });
    expect(readRequest(frames("|", "|", "add", "[]", "{}"))).toMatchObject({
      route: [],
      id: encodeAscii("|"),
      parts: [...frames("[]", "{}"), undefined],
    });
  });

  test.each([
    [frames(), /frame "\|"/],
    [frames("||", "1", "add", "[]", "{}", "0"), /frame "\|"/],
    [frames("|", "1", "add", "[]"), /six frames/],
    [frames("1", "2", "3", "4", "|", "5"), /six frames/],
    [frames("|", "x".repeat(1025), "add", "[]", "{}", "0"), /at most 1024 octets, got 1025/],
    [frames(...Array.from({ length: 17 }, () => "h"), "|", "1", "f", "[]", "{}", "0"), /16 hops/],
    [frames("h".repeat(256), "|", "1", "f", "[]", "{}", "0"), /255 octets/],
    [frames("|", "1", Uint8Array.of(0xff), "[]", "{}", "0"), /utf-8/],
  ])("is refused when it is none: %#", (message, reason) => {
    expect(readRequest(message)).toMatch(reason);
  });

  test("is recognised by its boundary", () => {
    expect(hasBoundary(frames("a", "|", "b"))).toBe(true);
    expect(hasBoundary(frames("a", "||", "", "b"))).toBe(false);
  });
});

describe("an answer", () => {
  test("goes back the way that the request came", () => {
    const to = { route: frames("a", "b"), id: encodeAscii("1") };
    expect(makeAnswer(to, OK, encodeAscii("5"))).toEqual(frames("a", "b", "|", "1", "OK", "5"));
  });

  test("is read, with what stands behind it", () => {
    expect(readAnswer(frames("|", "1", "OK", "5", "6"))).toEqual({
      id: encodeAscii("1"),
      type: "OK",
      payload: encodeAscii("5"),
      extra: encodeAscii("6"),
    });
  });

  test.each([
    [frames(), /"\|"/],
    [frames("hop", "|", "1", "OK", "5"), /"\|"/],
    [frames("|", "1", "OK"), /4 frames, got 3/],
    [frames("|", "1".repeat(2000), "OK", "5"), /at most 1024/],
    [frames("|", "1", "O".repeat(2000), "5"), /at most 1024/],
  ])("is refused when it is none: %#", (message, reason) => {
    expect(readAnswer(message)).toMatch(reason);
  });
});

test.each([
  ["0", false],
  ["1", true],
  ["-7", true],
  [" 00 ", false],
  ["", undefined],
  ["yes", undefined],
  ["1.0", undefined],
  ["1".repeat(33), undefined],
])("the flag %j ignores the result: %s", (flag, ignore) => {
  expect(readIgnore(encodeAscii(flag))).toBe(ignore);
});
