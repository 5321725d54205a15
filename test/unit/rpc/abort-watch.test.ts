import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { onAbort } from "../../../src/rpc/abort-watch.ts";

test("any number of tasks share one listener, which goes with the last of them", () => {
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, "abort").length;
  const forgets = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
  expect(listeners()).toBe(1);
  for (const forget of forgets.slice(1)) forget();
  forgets[1]?.();
  expect(listeners()).toBe(1);
  forgets[0]?.();
  expect(listeners()).toBe(0);
  onAbort(signal, () => undefined);
  expect(listeners()).toBe(1);
});

test("an abort runs the tasks that are there, each once, in order", () => {
  const aborter = new AbortController();
  const ran: string[] = [];
  onAbort(aborter.signal, () => {
    ran.push("a");
    forgetC();
  });
  const forgetB = onAbort(aborter.signal, () => ran.push("b"));
  const forgetC = onAbort(aborter.signal, () => ran.push("c"));
  onAbort(new AbortController().signal, () => ran.push("other"));
  forgetB();
  aborter.abort();
  forgetC();
  expect(ran).toEqual(["a"]);
  expect(getEventListeners(aborter.signal, "abort")).toEqual([]);
});
