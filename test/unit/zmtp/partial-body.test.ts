import { describe, expect, test } from "vitest";
import { FIRST_BODY_BYTES, PartialBody, zeroed } from "../../../src/zmtp/partial-body.ts";

/** Memory that was something else before. */
function used(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(0xee);
}

test.each([
  [0, []],
  [1, [0]],
  [300, [100, 100]],
  [100_000, [1, 2, 20_000, 3, 40_000, 4000, 4000]],
  [100_000, [65_536]],
  [100_000, Array.from({ length: 99_999 }, () => 1)],
])("puts %i octets together from any parts", (size, parts) => {
  const whole = new Uint8Array(size).map((_, at) => at % 251);
  const body = new PartialBody(size, used);
  let at = 0;
  // The last part is what is left.
  for (const part of [...parts, size]) {
    const end = Math.min(size, at + part);
    body.add(whole.slice(at, end));
    at = end;
  }
  expect(body.missingBytes).toBe(0);
  expect(Buffer.compare(body.take(), whole)).toBe(0);
});

test("leaves large parts where they lie until all are here", () => {
  const body = new PartialBody(40_000, zeroed);
  body.add(new Uint8Array(20_000));
  expect([body.heldBytes, body.missingBytes]).toEqual([20_000, 20_000]);
  body.add(new Uint8Array(1));
  expect(body.heldBytes).toBeLessThanOrEqual(4 * 20_001);
});

test("reserves little for a body that was only announced, and is itself the body if all of it fits", () => {
  const body = new PartialBody(3000, zeroed);
  body.add(new Uint8Array(0));
  expect(body.heldBytes).toBe(0);
  body.add(new Uint8Array(1));
  expect(body.heldBytes).toBeLessThanOrEqual(FIRST_BODY_BYTES);
  body.add(new Uint8Array(2999));
  expect(body.take()).toHaveLength(3000);
});

test.each([
  [1, 16_384],
  [16_383, 16_384],
  [5000, 100_000],
  [1, 1],
])("reserves in proportion to what has arrived in parts of %i and %i octets", (small, large) => {
  let reserved = 0;
  const body = new PartialBody(100 * 1024 * 1024, (bytes) => {
    reserved += bytes;
    return zeroed(bytes);
  });
  let arrived = 0;
  for (let n = 0; n < 400; n++) {
    for (const bytes of [small, large]) {
      body.add(new Uint8Array(bytes));
      arrived += bytes;
      expect(reserved).toBeLessThanOrEqual(4 * arrived + FIRST_BODY_BYTES);
      expect(body.heldBytes).toBeLessThanOrEqual(4 * arrived + FIRST_BODY_BYTES);
    }
  }
});

describe("room for a large body", () => {
  const size = 4_000_000;
  const whole = new Uint8Array(size).map((_, at) => at % 251);

  /** A body of which the first `count` octets have come, in parts of 50,000. */
  function begun(count: number): PartialBody {
    const body = new PartialBody(size, used);
    for (let at = 0; at < count; at += 50_000) {
      body.add(whole.slice(at, Math.min(count, at + 50_000)));
    }
    return body;
  }

  test("is there once a quarter has come, and not for less or for small bodies", () => {
    expect(begun(999_999).room).toBeUndefined();
    expect(begun(1_000_000).room).toHaveLength(3_000_000);
    const small = new PartialBody(100_000, used);
    small.add(whole.slice(0, 90_000));
    expect(small.room).toBeUndefined();
  });

  test("is there with the first large part for a body of 2 MiB", () => {
    const body = new PartialBody(2 * 1024 * 1024, used);
    body.add(whole.slice(0, 16_383));
    expect(body.room).toBeUndefined();
    body.add(whole.slice(0, 1));
    expect(body.room).toHaveLength(2 * 1024 * 1024 - 16_384);
  });

  test("takes what is put there without another copy, in turns with what is not", () => {
    const body = begun(1_200_001);
    let at = 1_200_001;
    for (let turn = 0; body.missingBytes > 0; turn++) {
      const { room } = body;
      if (room === undefined) throw new Error("expected room");
      expect(room).toHaveLength(body.missingBytes);
      const count = Math.min(room.length, 270_000);
      if (turn % 2 === 0) {
        room.set(whole.subarray(at, at + count));
        body.add(room.subarray(0, count));
      } else body.add(whole.slice(at, at + count));
      at += count;
    }
    const taken = body.take();
    expect(Buffer.compare(taken, whole)).toBe(0);
    expect(body.take().buffer).toBe(taken.buffer);
  });

  test("counts as held, and what has come into it not twice", () => {
    const body = begun(1_000_000);
    expect([body.heldBytes, body.missingBytes]).toEqual([1_000_000, 3_000_000]);
    expect(body.room).toHaveLength(3_000_000);
    expect([body.heldBytes, body.missingBytes]).toEqual([size, 3_000_000]);
    body.add(whole.slice(1_000_000, 1_010_000));
    expect([body.heldBytes, body.missingBytes]).toEqual([size, 2_990_000]);
  });
});
