import { expect, test } from "vitest";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";

test("stands still until it is told", () => {
  const clock = new VirtualClock(100);
  const seen: number[] = [];
  clock.schedule(100, () => seen.push(clock.now()));
  expect(seen).toEqual([]);
  expect(clock.pending).toBe(1);
  expect(clock.nextAt).toBe(100);
  clock.advance(0);
  expect(seen).toEqual([100]);
  expect(clock.nextAt).toBeUndefined();
});

test("runs tasks in the order of time, then of scheduling, at their instants", () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  clock.schedule(20, () => seen.push(`b ${clock.now()}`));
  clock.schedule(20, () => seen.push(`c ${clock.now()}`));
  clock.schedule(10, () => seen.push(`a ${clock.now()}`));
  clock.schedule(31, () => seen.push("late"));
  clock.advance(30);
  expect(seen).toEqual(["a 10", "b 20", "c 20"]);
  expect(clock.now()).toBe(30);
});

test("runs what tasks schedule, and does not go back for what is overdue", () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.schedule(10, () => {
    clock.schedule(5, () => seen.push(clock.now()));
    clock.schedule(15, () => seen.push(clock.now()));
  });
  clock.advance(20);
  expect(seen).toEqual([10, 15]);
});

test("forgets what is cancelled, also twice and afterwards", () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const cancel = clock.schedule(10, () => seen.push("cancelled"));
  const late = clock.schedule(10, () => seen.push("run"));
  cancel();
  cancel();
  clock.advance(10);
  late();
  expect(seen).toEqual(["run"]);
  expect(clock.pending).toBe(0);
});

test("lets promises settle between tasks when they are waited for", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.schedule(clock.now() + ms, resolve);
    });
  const work = async (): Promise<void> => {
    await Promise.resolve();
    await sleep(10);
    seen.push(`first ${clock.now()}`);
    await sleep(10);
    seen.push(`second ${clock.now()}`);
  };
  const done = work();
  await clock.elapse(20);
  expect(seen).toEqual(["first 10", "second 20"]);
  await done;
});
