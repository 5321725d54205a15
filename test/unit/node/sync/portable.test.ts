import { describe, expect, test } from "vitest";
import { Extension } from "../../../../src/codec/msgpack-writer.ts";
import { toPortable } from "../../../../src/node/sync/portable.ts";

class Point {
  readonly x = 1;
  readonly missing = undefined;
  length(): number {
    return this.x;
  }
}

describe("toPortable", () => {
  test("makes of values what codecs make of them, so that they can be cloned", () => {
    const at = new Date(0);
    const octets = new Uint8Array([1, 2]);
    const value = {
      at,
      octets,
      point: new Point(),
      set: new Set([{ f: () => 1, n: 1 }]),
      map: new Map([["k", new Point()]]),
      json: { toJSON: () => ({ deep: [1n, null, "text", undefined] }) },
      error: new RangeError("r"),
    };
    const portable = toPortable(value);
    expect(portable).toEqual({
      at,
      octets,
      point: { x: 1 },
      set: new Set([{ n: 1 }]),
      map: new Map([["k", { x: 1 }]]),
      json: { deep: [1n, null, "text", undefined] },
      error: { name: "RangeError", message: "r" },
    });
    expect(structuredClone(portable)).toEqual(portable);
  });

  test("takes no more of a buffer along than the view of it", () => {
    const buffer = new Uint8Array(1024).map((_, index) => index).buffer;
    const part = new Uint8Array(buffer, 8, 8);
    for (const view of [
      part,
      Buffer.from(buffer, 8, 8),
      new Float64Array(buffer, 8, 1),
      new DataView(buffer, 8, 8),
    ]) {
      const crossed = structuredClone(toPortable(view)) as ArrayBufferView;
      expect(new Uint8Array(crossed.buffer)).toEqual(part.slice());
      if (!Buffer.isBuffer(view)) expect(crossed.constructor).toBe(view.constructor);
    }
    const whole = new Uint8Array(buffer);
    expect(toPortable(whole)).toBe(whole);
  });

  test.each([
    [() => 1, "a function cannot be encoded, at the top"],
    [{ a: [new Map([["k", Symbol("s")]])] }, "a symbol cannot be encoded, at .a[0].k"],
    [[new Set([Promise.resolve(1)])], "a promise cannot be encoded, at [0][0]"],
    [{ e: new Extension(1, new Uint8Array()) }, "which cannot cross a thread"],
  ])("refuses what no codec can write", (value, message) => {
    expect(() => toPortable(value)).toThrow(message);
  });

  test("ends with an object that contains itself", () => {
    const round: unknown[] = [];
    round.push(round);
    expect(() => toPortable(round)).toThrow("128 levels of nesting");
  });
});
