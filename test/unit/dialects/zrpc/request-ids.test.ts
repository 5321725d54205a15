import { expect, test } from "vitest";
import { RequestIds } from "../../../../src/dialects/zrpc/request-ids.ts";

test("ids have the form of a UUID and differ", () => {
  const ids = new RequestIds(Math.random);
  const many = Array.from({ length: 1000 }, () => ids.take());
  expect(new Set(many).size).toBe(1000);
  for (const id of many) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  }
});

test("the counting part starts again behind its last number", () => {
  const ids = new RequestIds(() => 1 - 2 ** -33);
  expect([ids.take(), ids.take()].map((id) => id.slice(0, 8))).toEqual(["ffffffff", "00000000"]);
});
