import { describe, expect, test } from "vitest";
import { type Bucket, Buckets, type RateLimit } from "../../../src/rpc/rate-limit.ts";
import type { Link } from "../../../src/rpc/transport.ts";

/** As much of a link as says who its peer is. */
function linkOf(id: number, address: string, identity?: string): Link {
  return { id, address, identity } as unknown as Link;
}

function bucketOf(rate: RateLimit): Bucket {
  return new Buckets(rate).bucketOf(linkOf(1, "10.0.0.1:1", "ada"), 0);
}

/** How many of some requests at an instant are taken. */
function taken(bucket: Bucket, requests: number, now: number): number {
  let count = 0;
  for (let n = 0; n < requests; n++) if (bucket.take(now) === undefined) count++;
  return count;
}

describe("a bucket", () => {
  test("gives a burst at once and then keeps the rate", () => {
    const bucket = bucketOf({ callsPerSecond: 10, burst: 5 });
    expect(taken(bucket, 20, 0)).toBe(5);
    expect(taken(bucket, 20, 100)).toBe(1);
    expect(taken(bucket, 20, 150)).toBe(0);
    expect(taken(bucket, 20, 1000)).toBe(5);
    expect([1100, 1200, 1300].map((now) => taken(bucket, 20, now))).toEqual([1, 1, 1]);
  });

  test("says what is over, and when to come again", () => {
    const bucket = bucketOf({ callsPerSecond: 2, burst: 1 });
    taken(bucket, 1, 0);
    expect(bucket.take(100)).toEqual({
      status: "resource_exhausted",
      name: "RpcError",
      message:
        'expected at most callsPerSecond = 2 calls of "ada", with burst = 1 at once, got one more;' +
        " the next may come in 400 ms",
      details: { retryAfterMs: 400 },
      mayHaveRun: false,
    });
    expect(bucket.waitMs(100)).toBe(0);
  });

  test("that lets its peer wait takes everything, and says how long the peer has to rest", () => {
    const bucket = bucketOf({ callsPerSecond: 10, burst: 5, excess: "wait" });
    expect(taken(bucket, 7, 0)).toBe(7);
    expect(bucket.waitMs(0)).toBe(200);
    expect(bucket.waitMs(150)).toBe(50);
    expect(bucket.waitMs(200)).toBe(0);
  });

  test("has room for a second's calls, or for one, unless told otherwise", () => {
    expect(taken(bucketOf({ callsPerSecond: 3.5 }), 10, 0)).toBe(3);
    expect(taken(bucketOf({ callsPerSecond: 0.1 }), 10, 0)).toBe(1);
  });
});

describe("buckets", () => {
  const links = [
    linkOf(1, "10.0.0.1:1", "ada"),
    linkOf(2, "10.0.0.2:2", "ada"),
    linkOf(3, "10.0.0.2:3"),
    linkOf(4, "10.0.0.2:4"),
    linkOf(5, ""),
    linkOf(6, ""),
  ];
  const shared = (by?: RateLimit["by"]): readonly number[] => {
    const buckets = new Buckets({ callsPerSecond: 1, ...(by !== undefined && { by }) });
    const all = links.map((link) => buckets.bucketOf(link, 0));
    return all.map((bucket) => all.indexOf(bucket) + 1);
  };

  test("are shared by those of one identity, of one address, or by nobody", () => {
    expect(shared()).toEqual([1, 1, 3, 3, 5, 6]);
    expect(shared("address")).toEqual([1, 2, 2, 2, 5, 6]);
    expect(shared("connection")).toEqual([1, 2, 3, 4, 5, 6]);
  });

  /** So many short connections of others that what is idle is forgotten. */
  const pass = (buckets: Buckets, now: number): void => {
    for (let n = 0; n < 5000; n++) buckets.bucketOf(linkOf(n, `10.1.${n}.1:1`), now).release();
    expect(buckets.size).toBeLessThan(2000);
  };

  test("outlive a connection, and are forgotten when they are full", () => {
    const buckets = new Buckets({ callsPerSecond: 1, by: "address" });
    const first = buckets.bucketOf(linkOf(1, "10.0.0.1:1"), 0);
    first.take(0);
    first.release();
    pass(buckets, 100);
    expect(buckets.bucketOf(linkOf(2, "10.0.0.1:2"), 100)).toBe(first);
    first.release();
    pass(buckets, 1000);
    expect(buckets.bucketOf(linkOf(3, "10.0.0.1:3"), 1000)).not.toBe(first);
  });

  test("are one for all connections of a peer, also when one of them has long been silent", () => {
    const buckets = new Buckets({ callsPerSecond: 1, by: "address" });
    const first = buckets.bucketOf(linkOf(1, "10.0.0.1:1"), 0);
    expect(buckets.bucketOf(linkOf(2, "10.0.0.1:2"), 0)).toBe(first);
    first.release();
    pass(buckets, 60_000);
    expect(buckets.bucketOf(linkOf(3, "10.0.0.1:3"), 60_000)).toBe(first);
  });

  test.each([
    [{ callsPerSecond: 0 }, "expected callsPerSecond above 0, got 0"],
    [{}, "expected callsPerSecond above 0, got undefined"],
    [{ callsPerSecond: 1, burst: 0.5 }, "expected burst to be 1 or more, got 0.5"],
    [
      { callsPerSecond: 1, by: "peer" },
      'expected by to be "identity", "address" or "connection", got peer',
    ],
    [{ callsPerSecond: 1, excess: "no" }, 'expected excess to be "refuse" or "wait", got no'],
    [
      { callsPerSecond: 1, bursts: 1 },
      'there is no option of rateLimit "bursts"; did you mean burst?',
    ],
  ])("refuse what makes no sense: %j", (rate, message) => {
    expect(() => new Buckets(rate as unknown as RateLimit)).toThrow(
      expect.objectContaining({ code: "USAGE_OPTION", message }),
    );
  });
});
