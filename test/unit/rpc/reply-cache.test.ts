import { describe, expect, test } from "vitest";
import { type Outcome, ReplyCache } from "../../../src/rpc/reply-cache.ts";

const done = (value: unknown): Outcome => ({ type: "result", value });

describe("ReplyCache", () => {
  test("lets the first of an id run and the others join it", () => {
    const cache = new ReplyCache<string>(2);
    expect(cache.enter("a", "one")).toBe("first");
    expect(cache.enter("a", "two")).toBe("joined");
    expect(cache.enter("a", "three")).toBe("joined");
    expect(cache.enter("b", "four")).toBe("first");
    expect([...cache.settle("a", done(1))]).toEqual(["two", "three"]);
    expect(cache.enter("a", "late")).toEqual(done(1));
    expect(cache.running).toBe(1);
  });

  test("forgets the outcome that was asked for the longest time ago", () => {
    const cache = new ReplyCache<string>(2);
    for (const id of ["a", "b"]) {
      cache.enter(id, "first");
      cache.settle(id, done(id));
    }
    expect(cache.enter("a", "again")).toEqual(done("a"));
    cache.enter("c", "first");
    cache.settle("c", done("c"));
    expect(cache.size).toBe(2);
    expect(cache.enter("a", "again")).toEqual(done("a"));
    expect(cache.enter("b", "again")).toBe("first");
  });

  test("keeps nothing when told to keep nothing, and still joins what runs", () => {
    const cache = new ReplyCache<string>(0);
    cache.enter("a", "one");
    expect(cache.enter("a", "two")).toBe("joined");
    expect([...cache.settle("a", done(1))]).toEqual(["two"]);
    expect(cache.size).toBe(0);
    expect(cache.enter("a", "three")).toBe("first");
  });

  test("forgets who left, what never ran, and everything", () => {
    const cache = new ReplyCache<string>(2);
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
});
