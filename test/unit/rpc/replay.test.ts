import { expect, test } from "vitest";
import { ReplaySource } from "../../../src/rpc/replay.ts";

function* counting(): Generator<number, string, unknown> {
  yield 1;
  yield 2;
  yield 3;
  return "end";
}

const values = (source: ReplaySource, count: number): readonly unknown[] =>
  Array.from({ length: count }, () => (source.next() as IteratorResult<unknown>).value);

test("can be taken from the beginning until it is told to forget", () => {
  const source = new ReplaySource(counting());
  expect(values(source, 2)).toEqual([1, 2]);
  source.rewind();
  expect(source.whole).toBe(true);
  expect(values(source, 1)).toEqual([1]);
  source.forget();
  source.rewind();
  expect(source.whole).toBe(false);
  expect(values(source, 3)).toEqual([2, 3, "end"]);
});

test("forgets at once what has been taken", () => {
  const source = new ReplaySource(counting());
  expect(values(source, 1)).toEqual([1]);
  source.forget();
  expect(values(source, 3)).toEqual([2, 3, "end"]);
});

test("gives promises and errors again, too", async () => {
  const later = new ReplaySource({ next: () => Promise.resolve({ done: false, value: 1 }) });
  const first = later.next();
  later.rewind();
  expect(later.next()).toBe(first);
  await first;
  let asked = 0;
  const failing = new ReplaySource({
    next: () => {
      throw new Error(`no ${++asked}`);
    },
  });
  expect(() => failing.next()).toThrow("no 1");
  failing.rewind();
  expect(() => failing.next()).toThrow("no 1");
});

test("hands on what ends it", () => {
  const ended: unknown[] = [];
  const source = new ReplaySource({
    next: () => ({ done: false, value: 1 }),
    return: (value) => ended.push(value),
  });
  source.return(5);
  expect(() => source.throw(new Error("away"))).toThrow("away");
  expect(ended).toEqual([5, undefined]);
  const generator = counting();
  const thrown = new ReplaySource(generator);
  expect(() => thrown.throw(new Error("out"))).toThrow("out");
  expect(new ReplaySource({ next: () => undefined }).return()).toBeUndefined();
});
