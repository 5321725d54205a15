import { expect, test } from "vitest";
import { BoundedQueue } from "../../../src/base/bounded-queue.ts";

test("returns items in the order in which they came", () => {
  const queue = new BoundedQueue<number>(1000);
  for (let n = 0; n < 100; n += 1) queue.push(n);
  expect(queue.peek()).toBe(0);
  expect(Array.from({ length: 100 }, () => queue.shift())).toEqual([...Array(100).keys()]);
  expect(queue.shift()).toBeUndefined();
  expect(queue.peek()).toBeUndefined();
});

test("is full from the high-water mark until half of it is left", () => {
  const queue = new BoundedQueue<number>(4);
  for (const n of [1, 2, 3]) queue.push(n);
  expect(queue.full).toBe(false);
  queue.push(4);
  expect(queue.full).toBe(true);
  queue.shift();
  expect(queue.full).toBe(true);
  queue.shift();
  expect(queue.full).toBe(false);
});

test("takes items beyond the high-water mark", () => {
  const queue = new BoundedQueue<number>(1);
  queue.push(1);
  queue.push(2);
  expect([queue.shift(), queue.shift(), queue.full]).toEqual([1, 2, false]);
});

test("is empty and not full after clear", () => {
  const queue = new BoundedQueue<number>(1);
  queue.push(1);
  queue.clear();
  expect([queue.length, queue.full, queue.shift()]).toEqual([0, false, undefined]);
  queue.push(2);
  expect(queue.shift()).toBe(2);
});
