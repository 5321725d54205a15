import { describe, expect, test } from "vitest";
import { Call, makeCall } from "../../../src/rpc/call.ts";

async function* items(): AsyncGenerator<unknown, unknown, unknown> {
  const heard = yield 1;
  yield heard;
  return "end";
}

describe("Call", () => {
  test("is a promise whose then gives a plain one", async () => {
    const { call, outcome } = makeCall();
    outcome.resolve(5);
    expect(call).toBeInstanceOf(Promise);
    expect(call).toBeInstanceOf(Call);
    expect(await call).toBe(5);
    const then = call.then((value) => (value as number) + 1);
    expect(then).not.toBeInstanceOf(Call);
    expect(await then).toBe(6);
    expect(await call.finally(() => undefined)).toBe(5);
    await expect(Promise.all([call, call])).resolves.toEqual([5, 5]);
  });

  for (const kind of ["at once", "later"]) {
    test(`is the stream that it was attached to, ${kind}`, async () => {
      const make = (): Call => {
        const { call } = makeCall();
        Call.attach(call, { stream: kind === "later" ? Promise.resolve(items()) : items() });
        return call;
      };
      const read: unknown[] = [];
      for await (const item of make()) read.push(item);
      expect(read).toEqual([1, undefined]);
      const stepped = make();
      expect(await stepped.next()).toEqual({ value: 1, done: false });
      expect(await stepped.next("x")).toEqual({ value: "x", done: false });
      expect(await stepped.return("bye")).toEqual({ value: "bye", done: true });
      const failing = make();
      await failing.next();
      await expect(failing.throw(new Error("mine"))).rejects.toThrow("mine");
      const disposed = make();
      await disposed[Symbol.asyncDispose]();
      expect(await disposed.next()).toEqual({ value: undefined, done: true });
    });
  }

  test("is no unhandled rejection for who iterates", async () => {
    const { call, outcome } = makeCall();
    Call.attach(call, { stream: items() });
    const step = call.next();
    outcome.reject(new Error("seen by iterating"));
    expect(await step).toEqual({ value: 1, done: false });
  });

  test("that nobody performs cannot be iterated", () => {
    expect(() => makeCall().call.next()).toThrow(TypeError);
  });
});
