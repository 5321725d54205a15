import { describe, expect, test } from "vitest";
import { FairQueue } from "../../../src/rpc/fair-queue.ts";

/** A queue of entries like "a1", whose peer is their letter. */
function filled(entries: string) {
  const queue = new FairQueue<string, string>();
  const places = new Map(
    entries.split(" ").map((entry) => [entry, queue.push(entry.charAt(0), entry)]),
  );
  const remove = (entry: string): void => {
    const place = places.get(entry);
    if (place !== undefined) queue.remove(place);
  };
  return { queue, remove };
}

function drain(queue: FairQueue<string, string>): string {
  const taken: string[] = [];
  while (queue.first !== undefined) taken.push(queue.shift() ?? "nothing");
  return taken.join(" ");
}

describe("a fair queue", () => {
  test("serves one of each peer in turn, and those of one in order", () => {
    const { queue } = filled("a1 a2 a3 a4 b1 c1 c2");
    expect(queue.size).toBe(7);
    expect(drain(queue)).toBe("a1 b1 c1 a2 c2 a3 a4");
    expect(queue.size).toBe(0);
    expect(queue.shift()).toBeUndefined();
  });

  test("lets a peer that comes later wait for one of each other", () => {
    const { queue } = filled("a1 a2 a3 b1 b2");
    queue.shift();
    queue.push("c", "c1");
    expect(drain(queue)).toBe("b1 a2 c1 b2 a3");
  });

  test("forgets those that are taken out, and peers of which nothing is left", () => {
    const { queue, remove } = filled("a1 a2 b1 b2 c1");
    for (const entry of ["a1", "b1", "b2"]) remove(entry);
    expect([queue.size, queue.first]).toEqual([2, "a2"]);
    queue.push("b", "b3");
    expect(drain(queue)).toBe("a2 c1 b3");
  });

  test("can be emptied", () => {
    const { queue } = filled("a1 b1");
    queue.clear();
    expect([queue.size, queue.first]).toEqual([0, undefined]);
    queue.push("a", "a2");
    expect(drain(queue)).toBe("a2");
  });
});

describe("who gives way", () => {
  test("is the last one of the peer with the most, to a peer with less", () => {
    const { queue } = filled("a1 a2 a3 b1 b2 c1");
    expect(queue.rival("c")).toBe("a3");
    expect(queue.rival("new")).toBe("a3");
  });

  test("is nobody when the peer has its share, or would have as many as they", () => {
    const { queue } = filled("a1 a2 a3 b1 b2 c1");
    expect(queue.rival("a")).toBeUndefined();
    expect(queue.rival("b")).toBeUndefined();
    expect(filled("a1 b1").queue.rival("c")).toBeUndefined();
    expect(new FairQueue<string, string>().rival("a")).toBeUndefined();
  });
});
