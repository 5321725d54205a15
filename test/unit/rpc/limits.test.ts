import { describe, expect, test } from "vitest";
import {
  checkOptions,
  choice,
  inText,
  count,
  duration,
  interval,
} from "../../../src/rpc/limits.ts";

const OPTION = expect.objectContaining({ code: "USAGE_OPTION" }) as Error;

describe("options", () => {
  test("that are not known are told with the nearest name", () => {
    const known = { timeoutMs: true, heartbeatMs: true };
    checkOptions("option", { timeoutMs: 1, heartbeatMs: undefined }, known);
    expect(() => checkOptions("option", { timeout: 1 }, known)).toThrow(
      'there is no option "timeout"; did you mean timeoutMs?',
    );
    expect(() => checkOptions("option", { toString: 1 }, known)).toThrow(
      'there is no option "toString"',
    );
  });

  test("that are no object are refused", () => {
    for (const bad of [null, 5, "fast", undefined]) {
      expect(() => checkOptions("call option", bad, {})).toThrow(OPTION);
    }
    expect(() => checkOptions("call option", 5, {})).toThrow(
      "expected call options in an object, got number",
    );
  });

  test("that are one of a few texts are the first one unless told otherwise", () => {
    expect(choice("mode", undefined, ["a", "b"])).toBe("a");
    expect(choice("mode", "b", ["a", "b"])).toBe("b");
    expect(() => choice("mode", "c" as "a", ["a", "b"])).toThrow(
      'expected mode "a" or "b", got "c"',
    );
  });

  test("are shown in errors for what they are", () => {
    const shown = [Math.max, () => 1, "text", [], {}, null, undefined, 5n].map(inText);
    expect(shown).toEqual([
      "the function max",
      "the function without a name",
      '"text"',
      "an array",
      "an object",
      "null",
      "undefined",
      "5",
    ]);
  });

  test("that count are whole numbers of a least size, or Infinity", () => {
    expect(count("n", undefined, 7, 1)).toBe(7);
    expect(count("n", 1, 7, 1)).toBe(1);
    expect(count("n", Infinity, 7, 1)).toBe(Infinity);
    for (const bad of [0, -1, 1.5, Number.NaN, -Infinity, "5" as unknown as number]) {
      expect(() => count("n", bad, 7, 1)).toThrow(OPTION);
    }
  });

  test("that are durations are numbers from 0 on", () => {
    expect(duration("t", 0)).toBe(0);
    expect(duration("t", 0.5)).toBe(0.5);
    expect(interval("t", undefined, 5)).toBe(5);
    expect(interval("t", Infinity, 5)).toBe(0);
    for (const bad of [-1, Number.NaN, "5" as unknown as number]) {
      expect(() => duration("t", bad)).toThrow(OPTION);
      expect(() => interval("t", bad, 5)).toThrow(OPTION);
    }
  });
});

test("a number that was given as text is shown as text", () => {
  const text = "50" as unknown as number;
  expect(() => duration("timeoutMs", text)).toThrow(
    'expected timeoutMs in ms, 0 or more, got "50"',
  );
  expect(() => count("poolSize", text, 1, 1)).toThrow(
    'expected poolSize to be 1 or more, got "50"',
  );
});
