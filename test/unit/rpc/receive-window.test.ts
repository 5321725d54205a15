import { describe, expect, test } from "vitest";
import { ReceiveWindow, WINDOW_DEFAULTS } from "../../../src/rpc/receive-window.ts";

describe("ReceiveWindow", () => {
  test("starts small and doubles while the consumer keeps up", () => {
    const window = new ReceiveWindow(WINDOW_DEFAULTS, 1);
    const grants: number[] = [];
    let credit = 1;
    for (let turn = 0; turn < 6; turn++) {
      for (; credit > 0; credit--) window.received(1);
      credit = window.grant(0);
      grants.push(credit);
    }
    expect(grants).toEqual([256, 512, 1024, 2048, 4096, 4096]);
  });

  test("grants nothing while half of the window is on its way or unread", () => {
    const window = new ReceiveWindow({ maxWindowItems: 8, maxWindowBytes: 1e9 }, 0);
    expect(window.grant(0)).toBe(8);
    for (let i = 0; i < 3; i++) window.received(1);
    expect(window.grant(0)).toBe(0);
    window.received(1);
    expect(window.grant(0)).toBe(4);
    expect(window.grant(3)).toBe(0);
  });

  test("grants a thousand items as soon as there is room for them in a large window", () => {
    const window = new ReceiveWindow(WINDOW_DEFAULTS, 0);
    let outstanding = window.grant(0);
    for (let turn = 0; turn < 8; turn++) {
      for (; outstanding > 0; outstanding--) window.received(1);
      outstanding = window.grant(0);
    }
    expect(outstanding).toBe(4096);
    for (let i = 0; i < 1023; i++) window.received(1);
    expect(window.grant(0)).toBe(0);
    window.received(1);
    expect(window.grant(0)).toBe(1024);
  });

  test("grants fewer items the larger they are, and never none at all", () => {
    const window = new ReceiveWindow({ maxWindowItems: 1000, maxWindowBytes: 10_000 }, 1);
    let credit = 1;
    const grants: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      for (; credit > 0; credit--) window.received(5000);
      credit = window.grant(0);
      grants.push(credit);
    }
    expect(grants).toEqual([2, 2, 2, 2, 2, 2]);
    const large = new ReceiveWindow({ maxWindowItems: 1000, maxWindowBytes: 1 }, 1);
    large.received(1e6);
    expect(large.grant(0)).toBe(1);
  });

  test("grants few items until it knows how large they are", () => {
    const window = new ReceiveWindow(WINDOW_DEFAULTS, 0);
    expect(window.grant(0)).toBe(16);
    window.received(1);
    expect(window.grant(0)).toBe(512 - 15);
  });

  test("grants no more than is wanted, and keeps what it has no room for", () => {
    const window = new ReceiveWindow({ maxWindowItems: 8, maxWindowBytes: 1e9 }, 0);
    expect([window.grant(0, 3), window.grant(0, 0)]).toEqual([3, 0]);
    expect(window.grant(0, 2 ** 53)).toBe(5);
    expect(window.grant(0, 2 ** 53)).toBe(0);
  });

  test("knows when the sender had no credit", () => {
    const window = new ReceiveWindow(WINDOW_DEFAULTS, 1);
    expect(window.received(1)).toBe(true);
    window.granted(1);
    expect(window.received(1)).toBe(true);
    expect(window.received(1)).toBe(false);
  });
});
