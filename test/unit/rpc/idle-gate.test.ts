import { expect, test } from "vitest";
import { IdleGate } from "../../../src/rpc/idle-gate.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";

test("holds everybody until it opens, and forgets their timers", async () => {
  const clock = new VirtualClock();
  const gate = new IdleGate(clock);
  const waits = [gate.wait(1000), gate.wait(Infinity)];
  expect(gate.awaited).toBe(true);
  gate.open();
  await Promise.all(waits);
  expect([gate.awaited, clock.pending]).toEqual([false, 0]);
});

test("holds nobody longer than they wanted to wait", async () => {
  const clock = new VirtualClock();
  const gate = new IdleGate(clock);
  const wait = gate.wait(1000);
  clock.advance(1000);
  await wait;
  expect(clock.pending).toBe(0);
});
