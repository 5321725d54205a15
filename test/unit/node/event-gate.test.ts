import { describe, expect, test } from "vitest";
import { EventGate } from "../../../src/node/event-gate.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";

const unexpected = (error: unknown): void => {
  throw error;
};

describe("EventGate", () => {
  test("holds events until it flows", async () => {
    const clock = new VirtualClock(0);
    const gate = new EventGate(clock, unexpected);
    const passed: number[] = [];
    for (const n of [1, 2]) void gate.enter().then(() => passed.push(n));
    await clock.elapse(1000);
    expect(passed).toEqual([]);
    gate.flow();
    void gate.enter().then(() => passed.push(3));
    await clock.elapse(0);
    expect(passed).toEqual([1, 2, 3]);
  });

  test("lets one event pass with each step, which ends with it", async () => {
    const clock = new VirtualClock(0);
    const gate = new EventGate(clock, unexpected);
    const waiting = [gate.enter(), gate.enter()];
    const step = gate.step(Infinity);
    const over = await waiting[0];
    let ended = false;
    void step.then(() => (ended = true));
    await clock.elapse(1000);
    expect(ended).toBe(false);
    over?.();
    expect(await step).toBe(true);
    const second = gate.step(10);
    (await waiting[1])?.();
    expect(await second).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("gives a step up at its time, but not an event that it has let pass", async () => {
    const clock = new VirtualClock(0);
    const gate = new EventGate(clock, unexpected);
    const none = gate.step(10);
    await clock.elapse(10);
    expect(await none).toBe(false);
    const step = gate.step(10);
    const over = await gate.enter();
    await clock.elapse(100);
    over();
    expect(await step).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("tells failures to the step, or to whoever hears those of no step", async () => {
    const heard: unknown[] = [];
    const gate = new EventGate(new VirtualClock(0), (error) => heard.push(error));
    const step = gate.step(Infinity);
    (await gate.enter())({ error: "in a step" });
    await expect(step).rejects.toBe("in a step");
    gate.flow();
    (await gate.enter())({ error: "in the flow" });
    expect(heard).toEqual(["in the flow"]);
  });

  test("ends steps and events when it is closed, for good", async () => {
    const clock = new VirtualClock(0);
    const gate = new EventGate(clock, unexpected);
    const step = gate.step(1000);
    gate.close();
    expect(await step).toBe(false);
    expect(clock.pending).toBe(0);
    const other = new EventGate(clock, unexpected);
    const event = other.enter();
    other.close();
    await expect(event).rejects.toMatchObject({ status: "cancelled" });
    other.flow();
    other.hold();
    await expect(other.enter()).rejects.toMatchObject({ status: "cancelled" });
    expect(await other.step(Infinity)).toBe(false);
  });
});
