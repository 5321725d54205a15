import { expect, test } from "vitest";
import { type Flushable, FlushQueue } from "../../../src/sockets/flush-queue.ts";

/** A queue whose turns the test ends, and what it has flushed. */
function setUp() {
  const turns: (() => void)[] = [];
  const flushed: string[] = [];
  const queue = new FlushQueue((task) => turns.push(task));
  const named = (name: string, then: () => void = () => undefined): Flushable => ({
    flush: () => {
      flushed.push(name);
      then();
    },
  });
  return { turns, flushed, queue, named, endTurn: () => turns.shift()?.() };
}

test("a queue flushes in order, and last what others have had flushed meanwhile", () => {
  const { turns, flushed, queue, named, endTurn } = setUp();
  queue.add(named("a", () => queue.add(named("c"))));
  queue.add(named("b"));
  expect([turns.length, flushed]).toEqual([1, []]);
  endTurn();
  expect([turns.length, flushed]).toEqual([0, ["a", "b", "c"]]);
  queue.add(named("d"));
  endTurn();
  expect(flushed.at(-1)).toBe("d");
});

test("a mistake in one of those that are flushed keeps none of the others from it", () => {
  const { flushed, queue, named, endTurn } = setUp();
  const mistake = (): never => {
    throw new RangeError("no memory");
  };
  for (const flushable of [named("a"), named("b", mistake), named("c")]) queue.add(flushable);
  expect(endTurn).toThrow("no memory");
  endTurn();
  expect(flushed).toEqual(["a", "b", "c"]);
  queue.add(named("d", mistake));
  expect(endTurn).toThrow("no memory");
  queue.add(named("e"));
  endTurn();
  expect(flushed.slice(3)).toEqual(["d", "e"]);
});
