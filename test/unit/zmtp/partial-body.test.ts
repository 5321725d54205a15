import { expect, test } from "vitest";
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
