import { describe, expect, test } from "vitest";
import { readParameters } from "../../../src/rpc/signature.ts";

describe("readParameters", () => {
  test("reads names, defaults and rest", () => {
    expect(readParameters((_a: number, _b = "x", _c = [1], ..._d: number[]) => 1)).toEqual([
      { name: "_a", optional: false, rest: false },
      { name: "_b", optional: true, rest: false, defaultText: '"x"', default: "x" },
      { name: "_c", optional: true, rest: false, defaultText: "[1]" },
      { name: "_d", optional: true, rest: true },
    ]);
  });

  test("reads values of literals only", () => {
    const literals = (_a = 1, _b = "q", _c = null, _d = 1 + 1): number => 1;
    expect(readParameters(literals)?.map((one) => one.default)).toEqual([1, "q", null, undefined]);
  });

  test("numbers parameters without a name", () => {
    expect(
      readParameters(({ x }: { x: number }, [y]: number[], _z: number) => [x, y])?.map(
        ({ name }) => name,
      ),
    ).toEqual(["arg1", "arg2", "_z"]);
  });

  test("reads a bare parameter of an arrow function", () => {
    // oxlint-disable-next-line no-eval -- the texts are those of this file
    const make = (text: string): (() => unknown) => (0, eval)(`(${text})`) as () => unknown;
    expect(readParameters(make("value => value"))?.[0]?.name).toBe("value");
    expect(readParameters(make("async größe => 1"))?.[0]?.name).toBe("größe");
    expect(readParameters(make("(a = 'it\\'s', b = 'x') => 1"))?.map((one) => one.default)).toEqual(
      [undefined, "x"],
    );
    expect(readParameters(make("function () { return arguments.length }"))).toBeUndefined();
  });

  test("says nothing where the text tells nothing", () => {
    expect(readParameters(Math.max)).toBeUndefined();
    // oxlint-disable-next-line no-extra-bind
    expect(readParameters((() => 1).bind(null))).toBeUndefined();
    expect(readParameters(Map as unknown as () => unknown)).toBeUndefined();
  });
});
