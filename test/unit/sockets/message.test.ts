import { describe, expect, test } from "vitest";
import { keep, toFrames } from "../../../src/sockets/message.ts";

describe("toFrames", () => {
  test.each([
    ["text", "é", [[0xc3, 0xa9]]],
    ["octets", Uint8Array.of(1, 2), [[1, 2]]],
    ["a view of other numbers", new Uint16Array([0x0201]), [[1, 2]]],
    ["a buffer", Uint8Array.of(3).buffer, [[3]]],
    ["a number as its digits", 42, [[0x34, 0x32]]],
    ["null as an empty frame", null, [[]]],
    ["several of them", ["a", null, Uint8Array.of(7)], [[97], [], [7]]],
  ])("takes %s", (_name, given, frames) => {
    expect(toFrames(given).map((frame) => [...frame])).toEqual(frames);
  });

  test("does not copy octets", () => {
    const frames = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(toFrames(frames)).toBe(frames);
  });

  test.each([[[]], [undefined], [{}], [["a", true]]])("refuses %j", (given) => {
    expect(() => toFrames(given as never)).toThrow(
      expect.objectContaining({ code: "USAGE_ARGUMENTS" }),
    );
  });
});

test("keep copies small frames only", () => {
  const small = Uint8Array.of(1);
  const large = new Uint8Array(5000);
  const kept = keep([small, large]);
  small[0] = 9;
  expect(kept[0]).toEqual(Uint8Array.of(1));
  expect(kept[1]).toBe(large);
});
