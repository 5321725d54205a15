import fc from "fast-check";
import { expect, test } from "vitest";
import { type TimerEntry, TimerWheel } from "../../../src/base/timer-wheel.ts";

interface Numbered extends TimerEntry {
  readonly n: number;
}

const step = fc.oneof(
  fc.record({
    type: fc.constant("schedule"),
    n: fc.nat(19),
    delay: fc.double({ min: 0, max: 20_000, noNaN: true }),
  }),
  fc.record({ type: fc.constant("schedule"), n: fc.nat(19), delay: fc.constant(Infinity) }),
  fc.record({ type: fc.constant("cancel"), n: fc.nat(19), delay: fc.constant(0) }),
  fc.record({
    type: fc.constant("pass"),
    n: fc.constant(0),
    delay: fc.double({ min: 0, max: 6000, noNaN: true }),
  }),
  fc.record({ type: fc.constant("wake"), n: fc.constant(0), delay: fc.constant(0) }),
);

test("a wheel does what a plain map of deadlines does, and never asks to be woken too late", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const wheel = new TimerWheel<Numbered>();
      const model = new Map<number, number>();
      const entries: Numbered[] = Array.from({ length: 20 }, (_, n) => ({
        n,
        timerAt: Infinity,
        timerNext: undefined,
        timerPrevious: undefined,
      }));
      let now = 5;
      const take = (): void => {
        const due = wheel.takeDue(now).map(({ n }) => n);
        const expected = [...model].filter(([, at]) => at <= now).map(([n]) => n);
        expect(due.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
        for (const n of expected) model.delete(n);
      };
      for (const { type, n, delay } of steps) {
        const entry = entries[n] as Numbered;
        if (type === "schedule") {
          wheel.schedule(entry, now + delay);
          if (delay === Infinity) model.delete(n);
          else model.set(n, now + delay);
        } else if (type === "cancel") {
          wheel.cancel(entry);
          model.delete(n);
        } else {
          now = type === "pass" ? now + delay : Math.max(now, wheel.wakeAt ?? now);
          take();
        }
        const next = Math.min(...model.values());
        expect(wheel.wakeAt ?? Infinity).toBeLessThanOrEqual(next);
      }
      now = Infinity;
      take();
      expect(wheel.wakeAt).toBeUndefined();
    }),
  );
});
