import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nodeClock } from "../../../src/node/clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("runs a task once, not before its instant, and never before schedule returns", () => {
  const ran: number[] = [];
  const at = nodeClock.now() + 10.4;
  nodeClock.schedule(at, () => ran.push(nodeClock.now()));
  nodeClock.schedule(nodeClock.now() - 5, () => ran.push(-1));
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ran).toEqual([-1]);
  vi.advanceTimersByTime(20);
  expect(ran).toHaveLength(2);
  expect(ran[1]).toBeGreaterThanOrEqual(at);
});

test("does not run a task that was cancelled, and cancelling twice does nothing", () => {
  let ran = false;
  const cancel = nodeClock.schedule(nodeClock.now() + 10, () => {
    ran = true;
  });
  cancel();
  cancel();
  vi.advanceTimersByTime(100);
  expect(ran).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test("waits longer than a timer of the platform can", () => {
  let ran = false;
  const days = 60 * 24 * 3600 * 1000;
  nodeClock.schedule(nodeClock.now() + days, () => {
    ran = true;
  });
  vi.advanceTimersByTime(days - 10);
  expect(ran).toBe(false);
  vi.advanceTimersByTime(20);
  expect(ran).toBe(true);
});
