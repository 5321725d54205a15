import { expect, test } from "vitest";
import {
  type CallContext,
  callContext,
  currentContext,
  exchangeContext,
  wantsContext,
  withContext,
} from "../../../src/rpc/context.ts";

const context = { method: "m" } as CallContext;

test("the call being served is known in the synchronous part of a handler and nowhere else", () => {
  expect(currentContext()).toBeUndefined();
  expect(() => callContext()).toThrow(expect.objectContaining({ code: "USAGE_STATE" }) as Error);
  const outer = exchangeContext(context);
  expect(currentContext()).toBe(context);
  expect(callContext()).toBe(context);
  exchangeContext(outer);
  expect(currentContext()).toBeUndefined();
});

test("a handler says that it wants its context", () => {
  const handler = (_call: CallContext): number => 1;
  expect(wantsContext(handler)).toBe(false);
  expect(wantsContext(withContext(handler))).toBe(true);
});
