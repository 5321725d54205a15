import { describe, expect, test } from "vitest";
import {
  AHEAD,
  discard,
  isThenable,
  MAX_WAITING_STEPS,
  Pump,
  streamOf,
} from "../../../src/rpc/pump.ts";

function make(free = 1): { pump: Pump; log: unknown[]; target: { blocked: boolean } } {
  const log: unknown[] = [];
  const target = {
    blocked: false,
    item: (value: unknown) => log.push(["item", value]),
    end: (value: unknown) => log.push(["end", value]),
    fail: (error: unknown) => log.push(["fail", (error as Error).message]),
    over: () => log.push("over"),
  };
  return { pump: new Pump(target, free), log, target };
}

function* numbers(): Generator<number, string, unknown> {
  yield 1;
  yield 2;
  return "end";
}

describe("Pump", () => {
  test("sends one item for each credit, then the end, and is over once", () => {
    const { pump, log } = make();
    pump.open(numbers());
    expect(log).toEqual([["item", 1]]);
    pump.grant(5);
    pump.close();
    expect(log).toEqual([["item", 1], ["item", 2], ["end", "end"], "over"]);
  });

  test("asks nothing of an iterator but what iterators have", () => {
    const { pump, log } = make();
    const ahead = (): never => {
      throw new Error("a method of its own");
    };
    pump.open(Object.assign(numbers(), { ahead }));
    pump.grant(5);
    expect(log).toEqual([["item", 1], ["item", 2], ["end", "end"], "over"]);
  });

  test("takes no step while its target takes an item, and goes on behind it", () => {
    const log: unknown[] = [];
    const target = {
      blocked: false,
      item: (value: unknown) => {
        log.push(["begins", value]);
        // As a link does that has been full and has just written everything.
        pump.run();
        log.push(["ends", value]);
      },
      end: (value: unknown) => log.push(["end", value]),
      fail: () => expect.unreachable(),
      over: () => log.push("over"),
    };
    const pump: Pump = new Pump(target, 5);
    pump.open(numbers());
    expect(log).toEqual([
      ["begins", 1],
      ["ends", 1],
      ["begins", 2],
      ["ends", 2],
      ["end", "end"],
      "over",
    ]);
  });

  test("keeps what was granted and asked before it has a source", () => {
    const { pump, log } = make(0);
    pump.grant(1);
    pump.next("x");
    expect(log).toEqual([]);
    pump.open(numbers());
    expect(log).toEqual([
      ["item", 1],
      ["item", 2],
    ]);
  });

  test("tells a source of the steps that are certain, and of none behind a value", () => {
    const { pump } = make(1);
    const ahead: number[] = [];
    let step: (result: unknown) => void = () => undefined;
    pump.open({
      [AHEAD]: (items) => ahead.push(items),
      next: () => new Promise((resolve) => (step = resolve)),
    });
    pump.grant(3);
    pump.next("value");
    pump.grant(5);
    expect(ahead).toEqual([1, 3]);
    pump.close();
    step({ done: true });
    pump.grant(1);
    expect(ahead).toEqual([1, 3]);
  });

  test("tells a source of steps behind a value when the value was taken", async () => {
    const { pump } = make(0);
    const ahead: number[] = [];
    pump.open({
      [AHEAD]: (items) => ahead.push(items),
      next: (value) => Promise.resolve({ done: false, value }),
    });
    pump.next("taken at once");
    pump.next("waits");
    pump.grant(2);
    expect(ahead).toEqual([]);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    expect(ahead).toEqual([2]);
  });

  test("tells a source nothing where there is no credit at all", () => {
    const { pump } = make(Infinity);
    const ahead: number[] = [];
    pump.open({ [AHEAD]: (items) => ahead.push(items), next: () => ({ done: true }) });
    pump.grant(2);
    expect(ahead).toEqual([]);
  });

  test("stops while the target is blocked", () => {
    const { pump, log, target } = make(10);
    target.blocked = true;
    pump.open(numbers());
    expect(log).toEqual([]);
    target.blocked = false;
    pump.run();
    expect(log.at(-1)).toBe("over");
  });

  test("throws into a source that can take it, and ends one that cannot", () => {
    const { pump, log } = make(1);
    let returned = false;
    pump.open({
      next: () => ({ value: 1, done: false }),
      return: () => {
        returned = true;
      },
    });
    pump.throw(new Error("mine"));
    expect(log).toEqual([["item", 1], ["fail", "mine"], "over"]);
    expect(returned).toBe(true);
  });

  test("takes a bounded number of waiting steps", () => {
    const { pump } = make(0);
    for (let i = 0; i < MAX_WAITING_STEPS; i++) expect(pump.next(i)).toBe(true);
    expect(pump.next("one more")).toBe(false);
    expect(pump.throw(new Error("one more"))).toBe(false);
    pump.grant(5);
    pump.grant(5);
  });

  test("closes a source that is in the middle of a step when that is over", async () => {
    const { pump, log } = make(5);
    const seen: string[] = [];
    pump.open(
      (function* () {
        try {
          pump.close("early");
          yield 1;
        } finally {
          seen.push("cleaned up");
        }
      })(),
    );
    expect(seen).toEqual(["cleaned up"]);
    expect(log).toEqual(["over"]);
    pump.close();
    pump.grant(1);
    expect(pump.next(1)).toBe(true);
    expect(log).toEqual(["over"]);
  });

  test("waits for an async source to clean up before it is over", async () => {
    const { pump, log } = make();
    let finish: (() => void) | undefined;
    pump.open({
      next: async () => ({ value: 1, done: false }),
      return: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    await Promise.resolve();
    pump.close();
    expect(log).not.toContain("over");
    finish?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(log.at(-1)).toBe("over");
  });

  test("ignores what an async source gives after it was closed", async () => {
    for (const settle of [
      Promise.resolve({ value: 1, done: false }),
      Promise.reject(new Error("x")),
    ]) {
      const { pump, log } = make();
      pump.open({ next: () => settle });
      pump.close();
      await Promise.allSettled([settle]);
      await Promise.resolve();
      expect(log).toEqual(["over"]);
    }
  });

  test("closes quietly what nobody will read", async () => {
    let closed = 0;
    discard({
      next: () => undefined,
      return: () => {
        closed++;
        throw new Error("not heard");
      },
    });
    discard({ next: () => undefined, return: () => Promise.reject(new Error("not heard")) });
    discard({ next: () => undefined });
    await Promise.resolve();
    expect(closed).toBe(1);
  });
});

describe("streamOf", () => {
  test("tells streams from values", () => {
    const iterator = numbers();
    expect(streamOf(iterator)).toBe(iterator);
    expect(streamOf(new Map([[1, 2]]).values())).toBeDefined();
    expect(streamOf((async function* () {})())).toBeDefined();
    for (const value of [[1], new Map(), new Set(), "text", 5, null, undefined, {}, { next: 1 }]) {
      expect(streamOf(value)).toBeUndefined();
    }
  });

  test("and what has to be awaited from what has not", () => {
    expect(isThenable(Promise.resolve())).toBe(true);
    // oxlint-disable-next-line unicorn/no-thenable
    for (const value of [null, undefined, 5, {}, { then: 5 }])
      expect(isThenable(value)).toBe(false);
  });
});
