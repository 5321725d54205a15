import { describe, expect, test } from "vitest";
import { type TimerEntry, TimerWheel } from "../../../src/base/timer-wheel.ts";

interface Named extends TimerEntry {
  readonly name: string;
}

function entry(name: string): Named {
  return { name, timerAt: Infinity, timerNext: undefined, timerPrevious: undefined };
}

function namesOf(due: readonly Named[]): string[] {
  return due.map(({ name }) => name).toSorted();
}

describe("TimerWheel", () => {
  test("takes out what is due, and nothing before", () => {
    const wheel = new TimerWheel<Named>();
    wheel.schedule(entry("a"), 100);
    wheel.schedule(entry("b"), 200);
    expect(wheel.takeDue(99.9)).toEqual([]);
    expect(namesOf(wheel.takeDue(100))).toEqual(["a"]);
    expect(wheel.wakeAt).toBe(200);
    expect(namesOf(wheel.takeDue(1e6))).toEqual(["b"]);
    expect(wheel.wakeAt).toBeUndefined();
  });

  test("keeps entries of later turns in the same slot", () => {
    const wheel = new TimerWheel<Named>();
    wheel.schedule(entry("now"), 8);
    wheel.schedule(entry("next turn"), 8 + 512 * 8);
    expect(namesOf(wheel.takeDue(8))).toEqual(["now"]);
    expect(wheel.wakeAt).toBe(8 + 512 * 8);
    expect(namesOf(wheel.takeDue(8 + 512 * 8))).toEqual(["next turn"]);
  });

  test("moves an entry that is scheduled again, and takes out what is moved to never", () => {
    const wheel = new TimerWheel<Named>();
    const moved = entry("moved");
    wheel.schedule(moved, 10);
    wheel.schedule(moved, 500);
    expect(wheel.takeDue(499)).toEqual([]);
    wheel.schedule(moved, Infinity);
    expect(wheel.takeDue(1000)).toEqual([]);
    expect(moved.timerAt).toBe(Infinity);
  });

  test("cancels from the front, the middle and the end of a slot, and twice", () => {
    for (const gone of [0, 1, 2]) {
      const wheel = new TimerWheel<Named>();
      const entries = ["a", "b", "c"].map(entry);
      for (const one of entries) wheel.schedule(one, 3);
      const cancelled = entries[gone] as Named;
      wheel.cancel(cancelled);
      wheel.cancel(cancelled);
      expect(namesOf(wheel.takeDue(3))).toEqual(["a", "b", "c"].filter((_, i) => i !== gone));
    }
  });

  test("wakes early rather than late when the earliest entry was cancelled", () => {
    const wheel = new TimerWheel<Named>();
    const early = entry("early");
    wheel.schedule(early, 10);
    wheel.schedule(entry("late"), 1000);
    wheel.cancel(early);
    expect(wheel.wakeAt).toBe(10);
    expect(wheel.takeDue(10)).toEqual([]);
    expect(wheel.wakeAt).toBe(1000);
  });
});
