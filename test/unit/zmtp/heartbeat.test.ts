import { expect, test } from "vitest";
import { ZmtpError } from "../../../src/zmtp/errors.ts";
import { Heartbeat, type HeartbeatStep } from "../../../src/zmtp/heartbeat.ts";

function codeOf(step: HeartbeatStep): string {
  return step instanceof ZmtpError ? step.code : step;
}

test("never wakes when it is off", () => {
  const heartbeat = new Heartbeat({ intervalMs: 0, timeoutMs: 0 }, 0);
  expect(heartbeat.wakeAt).toBeUndefined();
  expect(heartbeat.check(1e9, false)).toBe("nothing");
});

test("pings in every interval, traffic or not", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 1000 }, 0);
  expect(heartbeat.wakeAt).toBe(100);
  expect(heartbeat.check(99, false)).toBe("nothing");
  expect(heartbeat.check(100, false)).toBe("ping");
  heartbeat.heard(150);
  expect(heartbeat.wakeAt).toBe(200);
  expect(heartbeat.check(200, false)).toBe("ping");
});

test("gives up after the timeout, counted from the first PING without an octet in return", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 250 }, 0);
  expect(heartbeat.check(100, false)).toBe("ping");
  expect(heartbeat.check(200, false)).toBe("ping");
  expect(heartbeat.check(300, false)).toBe("ping");
  expect(heartbeat.wakeAt).toBe(350);
  expect(codeOf(heartbeat.check(349, false))).toBe("nothing");
  expect(codeOf(heartbeat.check(350, false))).toBe("ZMTP_HEARTBEAT_TIMEOUT");
});

test("takes any octet for a sign of life", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 50 }, 0);
  heartbeat.check(100, false);
  expect(heartbeat.wakeAt).toBe(150);
  heartbeat.heard(149);
  expect(heartbeat.wakeAt).toBe(200);
});

test("waits for ever without a timeout", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 0 }, 0);
  for (let now = 100; now < 5000; now += 100) expect(heartbeat.check(now, false)).toBe("ping");
});

test("does not pile up PINGs, nor blame the peer for one that has not left", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 150 }, 0);
  expect(heartbeat.check(100, false)).toBe("ping");
  for (let now = 200; now < 2000; now += 100) expect(heartbeat.check(now, true)).toBe("nothing");
  expect(heartbeat.check(2000, false)).toBe("ping");
  expect(codeOf(heartbeat.check(2050, false))).toBe("ZMTP_HEARTBEAT_TIMEOUT");
});

test("gives up a peer that is silent for longer than the TTL it set", () => {
  const heartbeat = new Heartbeat({ intervalMs: 0, timeoutMs: 0 }, 0);
  heartbeat.heard(10);
  heartbeat.obey(300);
  expect(heartbeat.wakeAt).toBe(310);
  heartbeat.heard(200);
  expect(heartbeat.check(310, false)).toBe("nothing");
  expect(heartbeat.wakeAt).toBe(500);
  expect(codeOf(heartbeat.check(500, false))).toBe("ZMTP_TTL_EXPIRED");
});

test("forgets the TTL when the peer takes it back", () => {
  const heartbeat = new Heartbeat({ intervalMs: 0, timeoutMs: 0 }, 0);
  heartbeat.obey(300);
  heartbeat.obey(0);
  expect(heartbeat.wakeAt).toBeUndefined();
});

test("counts no silence while we do not read", () => {
  const heartbeat = new Heartbeat({ intervalMs: 100, timeoutMs: 150 }, 0);
  heartbeat.obey(300);
  expect(heartbeat.check(100, false)).toBe("ping");
  heartbeat.listen(false, 120);
  expect(heartbeat.check(5000, false)).toBe("ping");
  heartbeat.listen(true, 5010);
  expect(heartbeat.check(5150, false)).toBe("ping");
  expect(codeOf(heartbeat.check(5160, false))).toBe("ZMTP_HEARTBEAT_TIMEOUT");
});

test("gives the whole TTL again once we read, also when told so twice", () => {
  const heartbeat = new Heartbeat({ intervalMs: 0, timeoutMs: 0 }, 0);
  heartbeat.obey(300);
  heartbeat.listen(false, 100);
  expect(heartbeat.wakeAt).toBeUndefined();
  heartbeat.listen(true, 1000);
  heartbeat.listen(true, 1200);
  expect(heartbeat.wakeAt).toBe(1300);
});
