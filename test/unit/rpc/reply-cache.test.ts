import { describe, expect, test } from "vitest";
import { type Outcome, ReplyCache } from "../../../src/rpc/reply-cache.ts";

const cacheOf = (rememberedReplies: number, rememberedBytes = 100): ReplyCache<string> =>
  new ReplyCache({ rememberedReplies, rememberedBytes });
const done = (value: unknown): Outcome => ({ type: "result", value });

describe("ReplyCache", () => {
  test("lets the first of an id run and the others join it", () => {
    const cache = cacheOf(2);
    expect(cache.enter("a", "one")).toBe("first");
    expect(cache.enter("a", "two")).toBe("joined");
    expect(cache.enter("a", "three")).toBe("joined");
    expect(cache.enter("b", "four")).toBe("first");
    expect([...cache.settle("a", { outcome: done(1), bytes: 1 })]).toEqual(["two", "three"]);
    expect(cache.enter("a", "late")).toEqual(done(1));
    expect(cache.running).toBe(1);
  });

  test("forgets the outcome that was asked for the longest time ago", () => {
    const cache = cacheOf(2);
    for (const id of ["a", "b"]) {
      cache.enter(id, "first");
      cache.settle(id, { outcome: done(id), bytes: 1 });
    }
    expect(cache.enter("a", "again")).toEqual(done("a"));
    cache.enter("c", "first");
    cache.settle("c", { outcome: done("c"), bytes: 1 });
    expect(cache.size).toBe(2);
    expect(cache.enter("a", "again")).toEqual(done("a"));
    expect(cache.enter("b", "again")).toBe("first");
  });

  test("keeps nothing when told to keep nothing, and still joins what runs", () => {
    const cache = cacheOf(0);
    cache.enter("a", "one");
    expect(cache.enter("a", "two")).toBe("joined");
    expect([...cache.settle("a", { outcome: done(1), bytes: 1 })]).toEqual(["two"]);
    expect(cache.size).toBe(0);
    expect(cache.enter("a", "three")).toBe("first");
  });

  test("forgets who left, what never ran, and everything", () => {
    const cache = cacheOf(2);
    cache.enter("a", "one");
    cache.enter("a", "two");
    cache.enter("a", "three");
    cache.leave("a", "two");
    cache.leave("unknown", "two");
    expect([...cache.forget("a")]).toEqual(["three"]);
    expect([...cache.forget("a")]).toEqual([]);
    expect(cache.enter("a", "one")).toBe("first");
    cache.clear();
    expect([cache.size, cache.running]).toEqual([0, 0]);
  });

  test("keeps as many octets as it may, and the latest outcome whatever its size", () => {
    const cache = cacheOf(10, 100);
    for (const [id, bytes] of [
      ["a", 40],
      ["b", 40],
      ["c", 40],
    ] as const) {
      cache.enter(id, "first");
      cache.settle(id, { outcome: done(id), bytes: bytes });
    }
    expect([cache.size, cache.bytes]).toEqual([2, 80]);
    cache.enter("large", "first");
    cache.settle("large", { outcome: done("large"), bytes: 1000 });
    expect([cache.size, cache.bytes]).toEqual([1, 1000]);
    expect(cache.enter("large", "again")).toEqual(done("large"));
    cache.enter("d", "first");
    cache.settle("d", { outcome: done("d"), bytes: 1 });
    expect([cache.size, cache.bytes]).toEqual([1, 1]);
    cache.clear();
    expect(cache.bytes).toBe(0);
  });

  test("tells an outcome, or lets wait for it, without running anything", () => {
    const cache = cacheOf(2);
    expect(cache.ask("a", "curious")).toBeUndefined();
    expect(cache.running).toBe(0);
    cache.enter("a", "one");
    expect(cache.ask("a", "two")).toBe("joined");
    expect([...cache.settle("a", { outcome: done(1), bytes: 1 })]).toEqual(["two"]);
    expect(cache.ask("a", "three")).toEqual(done(1));
  });

  test("takes another request for no repetition, whether the first runs or has ended", () => {
    const cache = cacheOf(2);
    expect(cache.enter("a", "one", 1)).toBe("first");
    expect(cache.enter("a", "two", 2)).toBe("another");
    expect(cache.enter("a", "two", 1)).toBe("joined");
    cache.settle("a", { outcome: done(1), bytes: 1 });
    expect(cache.enter("a", "three", 2)).toBe("another");
    expect(cache.enter("a", "three", 1)).toEqual(done(1));
    expect(cache.ask("a", "four")).toEqual(done(1));
  });
});
