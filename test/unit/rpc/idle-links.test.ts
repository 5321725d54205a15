import { describe, expect, test } from "vitest";
import { IdleLinks, LEAVE_MS } from "../../../src/rpc/idle-links.ts";
import type { Link } from "../../../src/rpc/transport.ts";
import { VirtualClock } from "../../../src/testing/virtual-clock.ts";

const IDLE_MS = 10_000;

/** A link that tells what a test says. */
class FakeLink implements Link {
  readonly id = 1;
  readonly endpoint = "tcp://a:1";
  readonly address = "peer";
  readonly socketType = "DEALER";
  readonly full = false;
  sentMessages = 0;
  unsentOctets = 0;
  closed = false;
  send(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {
    this.closed = true;
  }
}

function setUp({ busy = false, leaves = false } = {}) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const failed: unknown[] = [];
  const state = { busy, broken: false };
  const links = new IdleLinks(clock, IDLE_MS, {
    isBusy: () => state.busy,
    askToLeave: () => {
      asked.push(clock.now());
      if (state.broken) throw new TypeError("a mistake");
      return leaves;
    },
    failed: (_link, error) => failed.push(error),
  });
  const link = new FakeLink();
  links.opened(link);
  return { clock, links, link, asked, state, failed };
}

describe("a link on which nothing happens", () => {
  test("keeps no other from being looked at when asking it fails", () => {
    const { clock, links, link, asked, state, failed } = setUp({ leaves: true });
    state.broken = true;
    clock.advance(IDLE_MS);
    expect(failed).toEqual([new TypeError("a mistake")]);
    state.broken = false;
    links.opened(new FakeLink());
    links.closed(link);
    clock.advance(IDLE_MS);
    expect(asked).toHaveLength(2);
  });

  test("is closed after the idle time where its peer cannot be asked to leave", () => {
    const { clock, links, link } = setUp();
    clock.advance(IDLE_MS - 1);
    expect(link.closed).toBe(false);
    clock.advance(1);
    expect(link.closed).toBe(true);
    expect(links.closed(link)?.message).toBe(
      "expected messages or calls within idleTimeoutMs = 10000, got none",
    );
    expect(clock.pending).toBe(0);
  });

  test("is closed only some time after its peer was asked to leave", () => {
    const { clock, links, link, asked } = setUp({ leaves: true });
    clock.advance(IDLE_MS);
    // The request itself.
    link.sentMessages += 1;
    clock.advance(LEAVE_MS - 1);
    expect([asked, link.closed]).toEqual([[IDLE_MS], false]);
    clock.advance(1);
    expect(link.closed).toBe(true);
    links.closed(link);
  });

  test("is gone for being idle when its peer leaves as it was asked to", () => {
    const { clock, links, link } = setUp({ leaves: true });
    clock.advance(IDLE_MS);
    expect(links.closed(link)?.status).toBe("deadline_exceeded");
    expect([link.closed, clock.pending]).toEqual([false, 0]);
  });

  test("stays when a message comes of a peer that was asked to leave", () => {
    const { clock, links, link, asked } = setUp({ leaves: true });
    clock.advance(IDLE_MS);
    clock.advance(1000);
    links.heard(link, clock.now());
    clock.advance(IDLE_MS - 1);
    expect([asked, link.closed]).toEqual([[IDLE_MS], false]);
    expect(links.closed(link)).toBe(undefined);
  });
});

describe("a link stays while", () => {
  test("something is going on", () => {
    const { clock, links, link, state } = setUp({ busy: true });
    clock.advance(10 * IDLE_MS);
    expect(link.closed).toBe(false);
    state.busy = false;
    clock.advance(IDLE_MS);
    expect(link.closed).toBe(true);
    links.closed(link);
  });

  test("messages leave", () => {
    const { clock, links, link } = setUp();
    for (let n = 0; n < 10; n += 1) {
      link.sentMessages += 1;
      clock.advance(IDLE_MS);
    }
    expect(link.closed).toBe(false);
    links.closed(link);
  });

  test("a large message leaves slowly, and no longer", () => {
    const { clock, links, link } = setUp();
    link.sentMessages = 1;
    link.unsentOctets = 60_000_000;
    clock.advance(IDLE_MS);
    for (let n = 0; n < 18; n += 1) {
      link.unsentOctets -= 3_000_000;
      clock.advance(IDLE_MS);
    }
    expect(link.closed).toBe(false);
    // More waits for a peer that reads nothing any more.
    link.unsentOctets += 100;
    clock.advance(IDLE_MS);
    expect(link.closed).toBe(true);
    links.closed(link);
  });
});
