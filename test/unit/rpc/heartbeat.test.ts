import { describe, expect, test } from "vitest";
import { Heartbeat } from "../../../src/rpc/heartbeat.ts";

describe("Heartbeat", () => {
  test("is due at its interval, and again after each beat", () => {
    const heartbeat = new Heartbeat(5000, 100);
    expect(heartbeat.dueAt).toBe(5100);
    heartbeat.sent(5100);
    expect(heartbeat.dueAt).toBe(10_100);
  });

  test("loses only a peer that has beaten before", () => {
    const heartbeat = new Heartbeat(5000, 0);
    for (let now = 5000; now < 50_000; now += 5000) {
      expect(heartbeat.isLost(now)).toBe(false);
      heartbeat.sent(now);
    }
    heartbeat.hear(50_000);
    heartbeat.sent(50_000);
    heartbeat.hear(55_000);
    heartbeat.sent(55_000);
    let lostAt = 55_000;
    while (!heartbeat.isLost(lostAt)) heartbeat.sent((lostAt += 5000));
    expect(lostAt).toBeLessThanOrEqual(55_000 + 2 * 50_000);
  });

  test("waits for two of the longer interval", () => {
    const heartbeat = new Heartbeat(1000, 0);
    for (const now of [20_000, 40_000, 60_000]) heartbeat.hear(now);
    expect(heartbeat.toleranceMs).toBe(40_000);
    for (let i = 0; i < 10; i++) heartbeat.hear(60_000);
    expect(heartbeat.toleranceMs).toBe(40_000);
  });

  test("forgets one gap that was too long little by little", () => {
    const heartbeat = new Heartbeat(1000, 0);
    heartbeat.hear(60_000);
    for (let now = 61_000; now < 90_000; now += 1000) heartbeat.hear(now);
    expect(heartbeat.toleranceMs).toBe(2000);
  });

  test("does not blame the peer for its own lateness", () => {
    const heartbeat = new Heartbeat(5000, 0);
    heartbeat.hear(5000);
    expect(heartbeat.isLost(65_000)).toBe(false);
  });

  test("gives up a peer that never beats after a long time without any sign", () => {
    const heartbeat = new Heartbeat(1000, 0);
    expect(heartbeat.isForsaken(12_000)).toBe(false);
    expect(heartbeat.isForsaken(12_001)).toBe(true);
    heartbeat.see(12_001);
    expect(heartbeat.isForsaken(20_000)).toBe(false);
    heartbeat.hear(20_000);
    expect(heartbeat.isForsaken(200_000)).toBe(false);
  });
});
