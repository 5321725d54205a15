import { describe, expect, test } from "vitest";
import { OpenCalls } from "../../../src/rpc/open-calls.ts";

const call = (name: string): { name: string; openIndex: number } => ({ name, openIndex: -1 });

describe("OpenCalls", () => {
  test("holds what was added until it is deleted, once", () => {
    const calls = new OpenCalls<ReturnType<typeof call>>();
    const [a, b, c] = [call("a"), call("b"), call("c")];
    for (const one of [a, b, c]) calls.add(one);
    expect(calls.delete(a)).toBe(true);
    expect(calls.delete(a)).toBe(false);
    expect([calls.has(a), calls.has(b), calls.has(c)]).toEqual([false, true, true]);
    expect(new Set(calls)).toEqual(new Set([b, c]));
    expect(calls.delete(c)).toBe(true);
    expect(calls.delete(b)).toBe(true);
    expect(calls.size).toBe(0);
  });

  test("iterates over those that were in when it began, whatever happens to them", () => {
    const calls = new OpenCalls<ReturnType<typeof call>>();
    const all = ["a", "b", "c", "d"].map(call);
    for (const one of all) calls.add(one);
    const seen: string[] = [];
    for (const one of calls) {
      seen.push(one.name);
      for (const other of all) calls.delete(other);
    }
    expect(seen).toEqual(["a", "b", "c", "d"]);
    expect(calls.size).toBe(0);
  });
});
