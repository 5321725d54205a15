import { expect, test } from "vitest";
import { zeroed } from "../../../src/zmtp/partial-body.ts";
import { resolveOptions } from "../../../src/zmtp/connection-options.ts";
import { nullMechanism } from "../../../src/zmtp/null-mechanism.ts";

const least = { socketType: "DEALER", mechanism: nullMechanism } as const;

test("fills in the documented defaults", () => {
  expect(resolveOptions(least)).toEqual({
    ...least,
    routingId: new Uint8Array(0),
    allocate: zeroed,
    extra: new Map(),
    maxMessageBytes: 104_857_600,
    maxFrames: 1024,
    maxCommandBytes: 65_536,
    handshakeTimeoutMs: 30_000,
    heartbeatIntervalMs: 0,
    heartbeatTimeoutMs: 0,
    heartbeatTtlMs: 0,
  });
});

test("waits one interval for a sign of life unless told otherwise", () => {
  expect(resolveOptions({ ...least, heartbeatIntervalMs: 500 }).heartbeatTimeoutMs).toBe(500);
  const told = { ...least, heartbeatIntervalMs: 500, heartbeatTimeoutMs: 0 };
  expect(resolveOptions(told).heartbeatTimeoutMs).toBe(0);
});

test.each([
  "maxMessageBytes",
  "maxFrames",
  "maxCommandBytes",
  "handshakeTimeoutMs",
  "heartbeatIntervalMs",
  "heartbeatTimeoutMs",
  "heartbeatTtlMs",
])("refuses a negative %s and one that is no number", (name) => {
  for (const value of [-1, Number.NaN]) {
    expect(() => resolveOptions({ ...least, [name]: value })).toThrow(
      expect.objectContaining({ code: "USAGE_OPTION" }),
    );
  }
});

test("refuses messages of no frames and a TTL that PING cannot say", () => {
  expect(() => resolveOptions({ ...least, maxFrames: 0 })).toThrow("maxFrames");
  expect(() => resolveOptions({ ...least, heartbeatTtlMs: 6_553_501 })).toThrow("heartbeatTtlMs");
});
