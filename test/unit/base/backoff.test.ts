import { expect, test } from "vitest";
import { Backoff } from "../../../src/base/backoff.ts";

test("doubles the interval up to the limit and draws from its upper half", () => {
  const least = new Backoff({ initialMs: 100, maxMs: 500, random: () => 0 });
  expect([1, 2, 3, 4, 5].map(() => least.next())).toEqual([50, 100, 200, 250, 250]);
  const most = new Backoff({ initialMs: 100, maxMs: 500, random: () => 0.999 });
  expect([1, 2, 3, 4].map(() => Math.round(most.next()))).toEqual([100, 200, 400, 500]);
});

test("keeps the interval when the limit is below it", () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 0, random: () => 0 });
  expect([backoff.next(), backoff.next()]).toEqual([50, 50]);
});

test("starts again after a success", () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 500, random: () => 0 });
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(50);
});
