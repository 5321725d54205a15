import { describe, expect, it } from "vitest";

import { MAX_NEAREST, nearestNames } from "../../../src/base/nearest.ts";

const names = ["join", "resolve", "relative", "basename", "dirname", "posix.join", "addMan"];

describe("nearestNames", () => {
  it("finds a name with a letter too few, too many, wrong or swapped", () => {
    expect(nearestNames("jon", names)[0]).toBe("join");
    expect(nearestNames("joinn", names)[0]).toBe("join");
    expect(nearestNames("jain", names)[0]).toBe("join");
    expect(nearestNames("jion", names)[0]).toBe("join");
  });

  it("ignores case and separators", () => {
    expect(nearestNames("add_man", names)).toEqual(["addMan"]);
    expect(nearestNames("BASE-NAME", names)[0]).toBe("basename");
  });

  it("finds a method of a namespace by its last part, after the direct ones", () => {
    expect(nearestNames("join", ["posix.join", "joins"])).toEqual(["joins", "posix.join"]);
  });

  it("finds a name that was begun", () => {
    expect(nearestNames("res", names)).toEqual(["resolve"]);
  });

  it("finds nothing for a name unlike any other", () => {
    expect(nearestNames("frobnicate", names)).toEqual([]);
    expect(nearestNames("x", ["y"])).toEqual([]);
    expect(nearestNames("", names)).toEqual([]);
  });

  it("returns no more than its limit, nearest first", () => {
    const many = ["joina", "joinb", "joinc", "join", "joind"];
    const near = nearestNames("join", many);
    expect(near).toHaveLength(MAX_NEAREST);
    expect(near[0]).toBe("join");
  });

  it("takes names of any length from a peer", () => {
    expect(nearestNames("a".repeat(1_000_000), names)).toEqual([]);
  });
});
