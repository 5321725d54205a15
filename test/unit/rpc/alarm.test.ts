import { describe, expect, test } from "vitest";
import { type TimerEntry, TimerWheel } from "../../../src/base/timer-wheel.ts";
import { Alarm } from "../../../src/rpc/alarm.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";

function entry(): TimerEntry {
  return { timerAt: Infinity, timerNext: undefined, timerPrevious: undefined };
}

function unexpected(_entry: TimerEntry, error: unknown): void {
  throw error;
}

function made(): {
  clock: VirtualClock;
  wheel: TimerWheel<TimerEntry>;
  alarm: Alarm<TimerEntry>;
  due: number[];
} {
  const clock = new VirtualClock();
  const wheel = new TimerWheel<TimerEntry>();
  const due: number[] = [];
  const alarm = new Alarm(clock, wheel, (_entry, now) => due.push(now), unexpected);
  return { clock, wheel, alarm, due };
}

describe("Alarm", () => {
  test("wakes up for each entry at its time, the earlier one also when it came later", () => {
    const { clock, wheel, alarm, due } = made();
    const start = clock.now();
    wheel.schedule(entry(), start + 50);
    alarm.set();
    wheel.schedule(entry(), start + 20);
    alarm.set();
    clock.advance(100);
    expect(due.map((at) => at - start)).toEqual([20, 50]);
  });

  test("rings for the others too when it fails for one, and goes on", () => {
    const clock = new VirtualClock();
    const wheel = new TimerWheel<TimerEntry>();
    const [bad, near, far] = [entry(), entry(), entry()];
    const rung: unknown[] = [];
    const alarm = new Alarm(
      clock,
      wheel,
      (each) => {
        if (each === bad) throw new TypeError("a mistake");
        rung.push(each);
      },
      (each, error) => rung.push([each, error]),
    );
    const start = clock.now();
    for (const each of [near, bad]) wheel.schedule(each, start + 20);
    wheel.schedule(far, start + 500);
    alarm.set();
    clock.advance(1000);
    expect(rung).toHaveLength(3);
    expect(rung).toEqual(expect.arrayContaining([near, far, [bad, new TypeError("a mistake")]]));
  });

  test("wakes up no more after it was stopped", () => {
    const { clock, wheel, alarm, due } = made();
    wheel.schedule(entry(), clock.now() + 50);
    alarm.set();
    alarm.stop();
    alarm.set();
    clock.advance(100);
    expect(due).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
