import { describe, expect, test } from "vitest";
import { withContext } from "../../../src/rpc/context.ts";
import { formatSignature, makeMethod } from "../../../src/rpc/method.ts";

describe("a method", () => {
  test("reads its parameters when asked for them, without the context", () => {
    const method = makeMethod(
      "m",
      withContext((_call, a: number, b = 2) => a + b),
    );
    expect(method.wantsContext).toBe(true);
    expect(method.description.parameters?.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(method.description).toBe(method.description);
  });

  test("lets any parameter of source text be left out, and takes no more than declared", () => {
    expect(makeMethod("m", (_a: number, _b: number) => 1).arity).toEqual({ least: 0, most: 2 });
    expect(makeMethod("m", (..._all: number[]) => 1).arity).toEqual({ least: 0, most: Infinity });
    expect(makeMethod("m", Math.max).arity).toEqual({ least: 0, most: Infinity });
  });

  test("requires what its description says is required", () => {
    const parameters = [
      { name: "a", optional: false, rest: false },
      { name: "b", optional: true, rest: false },
      { name: "c", optional: false, rest: false },
      { name: "d", optional: true, rest: false },
    ];
    const method = makeMethod("m", () => 1, undefined, { parameters });
    expect(method.arity).toEqual({ least: 3, most: 4 });
  });

  test("is called on its owner", () => {
    const owner = {
      n: 5,
      add(m: number) {
        return this.n + m;
      },
    };
    expect(makeMethod("add", owner.add, owner).invoke([1])).toBe(6);
  });
});

describe("formatSignature", () => {
  test("writes names, types, defaults and marks for people", () => {
    const parameters = [
      { name: "a", optional: false, rest: false, type: "string" },
      { name: "b", optional: true, rest: false },
      { name: "sep", optional: true, rest: false, defaultText: '"-"' },
      { name: "more", optional: true, rest: true, type: "string[]" },
    ];
    expect(formatSignature("f", { parameters, returns: "Promise<void>" })).toBe(
      'f(a: string, b?, sep = "-", ...more: string[]): Promise<void>',
    );
    expect(formatSignature("f", {})).toBe("f(??)");
  });
});
