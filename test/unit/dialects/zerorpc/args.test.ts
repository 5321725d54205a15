import { expect, test } from "vitest";
import { argList, isRecord, notArgs } from "../../../../src/dialects/zerorpc/args.ts";

test("takes a list as it is", () => {
  const args = [1, [2]];
  expect(argList(args)).toBe(args);
});

test("spreads what Python spreads: text, octets, maps by their keys", () => {
  expect(argList("a☃😀")).toEqual(["a", "☃", "😀"]);
  expect(argList(Uint8Array.of(7, 255))).toEqual([7, 255]);
  expect(argList({ a: 1, b: 2 })).toEqual(["a", "b"]);
  expect(argList(new Map<unknown, unknown>([[1, 2]]))).toEqual([1]);
});

test("makes nothing of anything else, and says what came", () => {
  for (const args of [null, 5, 5n, true, new Date(0)]) expect(argList(args)).toBeUndefined();
  expect(notArgs(null)).toBe("expected an array of args, got nil");
  expect(notArgs(5)).toBe("expected an array of args, got number");
});

test("knows a map with text for keys from everything else", () => {
  expect(isRecord({})).toBe(true);
  for (const other of [null, [], new Map(), new Uint8Array(1), "x"]) {
    expect(isRecord(other)).toBe(false);
  }
});
