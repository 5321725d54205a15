import { expect, test } from "vitest";
import type { RpcError } from "../../../src/rpc/errors.ts";
import { Repeats } from "../../../src/rpc/repeats.ts";
import type { ServerCall } from "../../../src/rpc/server-call.ts";

/** A call under a request id, and what its caller is told. */
function callOf(
  requestId: string | undefined,
  { identity, ...options }: { identity?: string; fingerprint?: number; outcomeOnly?: boolean } = {},
): { readonly call: ServerCall; readonly told: unknown[] } {
  const told: unknown[] = [];
  const session = {
    link: { identity },
    reply: (_call: unknown, value: unknown) => told.push(value),
    fail: (_call: unknown, failure: { readonly status: string }) => told.push(failure.status),
    failWith: (_call: unknown, error: RpcError) => told.push(error.status),
    remembered: (_call: unknown, outcome: unknown) => ({ outcome, bytes: 1 }),
  };
  const call = {
    method: "m",
    session,
    options: { requestId, ...options },
    entered: undefined,
    runner: undefined,
  };
  return { call: call as unknown as ServerCall, told };
}

const LIMITS = { rememberedReplies: 10, rememberedBytes: 1000 };

test("one runs, and all who sent it get its outcome, also those who come later", () => {
  const repeats = new Repeats(LIMITS);
  const [first, joined, late] = [callOf("a"), callOf("a"), callOf("a")];
  expect([repeats.isFirst(first.call), repeats.isFirst(joined.call)]).toEqual([true, false]);
  repeats.settle(first.call, { type: "result", value: 5 });
  expect(repeats.isFirst(late.call)).toBe(false);
  expect([first.told, joined.told, late.told]).toEqual([[], [5], [5]]);
});

test("calls without an id, and those of peers with other identities, have nothing in common", () => {
  const repeats = new Repeats(LIMITS);
  const ids = [undefined, undefined, "a", "a", "a"];
  const calls = ids.map((id, index) => callOf(id, index < 3 ? {} : { identity: `peer ${index}` }));
  expect(calls.map(({ call }) => repeats.isFirst(call))).toEqual(ids.map(() => true));
});

test("an id that was used for something else is refused, and one that nobody knows", () => {
  const repeats = new Repeats(LIMITS);
  const other = callOf("a", { fingerprint: 2 });
  const asking = callOf("b", { outcomeOnly: true });
  expect(repeats.isFirst(callOf("a", { fingerprint: 1 }).call)).toBe(true);
  expect([repeats.isFirst(other.call), repeats.isFirst(asking.call)]).toEqual([false, false]);
  expect([other.told, asking.told]).toEqual([["already_exists"], ["not_found"]]);
});

test("who joined a stream is turned away", () => {
  const repeats = new Repeats(LIMITS);
  const [first, joined] = [callOf("a"), callOf("a")];
  for (const { call } of [first, joined]) repeats.isFirst(call);
  repeats.turnAway(first.call);
  expect(joined.told).toEqual(["aborted"]);
});

test("who leaves before its handler has begun leaves its place to those who joined it", () => {
  const repeats = new Repeats(LIMITS);
  const [first, gone, joined] = [callOf("a"), callOf("a"), callOf("a")];
  for (const { call } of [first, gone, joined]) repeats.isFirst(call);
  expect(repeats.leave(gone.call)).toBeUndefined();
  expect([...(repeats.leave(first.call) ?? [])]).toEqual([joined.call]);
  expect(repeats.isFirst(joined.call)).toBe(true);
  joined.call.runner = { finished: () => undefined };
  expect(repeats.leave(joined.call)).toBeUndefined();
  expect(repeats.leave(callOf(undefined).call)).toBeUndefined();
});

test("what has not run is run when it comes again", () => {
  const repeats = new Repeats(LIMITS);
  const [first, again] = [callOf("a"), callOf("a")];
  repeats.isFirst(first.call);
  expect([...repeats.disown(first.call)]).toEqual([]);
  expect([...repeats.disown(first.call)]).toEqual([]);
  expect(repeats.isFirst(again.call)).toBe(true);
});
