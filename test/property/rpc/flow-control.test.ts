import fc from "fast-check";
import { expect, test } from "vitest";
import { Pump } from "../../../src/rpc/pump.ts";
import { ReceiveWindow } from "../../../src/rpc/receive-window.ts";

test("a window never grants more than its limit, and a reader is never left without an item on its way", () => {
  const limits = fc.record({
    maxWindowItems: fc.integer({ min: 1, max: 300 }),
    maxWindowBytes: fc.integer({ min: 1, max: 100_000 }),
  });
  const turn = fc.record({ send: fc.nat(500), octets: fc.nat(10_000), read: fc.nat(500) });
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 1 }), fc.array(turn), (limit, free, turns) => {
      const window = new ReceiveWindow(limit, free);
      let credit = free;
      let unread = 0;
      const grant = (): void => {
        const items = window.grant(unread);
        expect(items).toBeGreaterThanOrEqual(0);
        credit += items;
        expect(credit + unread).toBeLessThanOrEqual(Math.max(limit.maxWindowItems, 1));
      };
      for (const { send, octets, read } of turns) {
        for (let i = 0; i < send && credit > 0; i++) {
          credit--;
          unread++;
          expect(window.received(octets)).toBe(true);
        }
        for (let i = 0; i < read && unread > 0; i++) {
          unread--;
          grant();
        }
        if (unread === 0) {
          grant();
          expect(credit).toBeGreaterThan(0);
        }
      }
      for (; credit > 0; credit--) expect(window.received(1)).toBe(true);
      expect(window.received(1)).toBe(false);
    }),
  );
});

test("a pump sends what a generator in the same process gives, in order and within its credit", () => {
  const ask = fc.oneof(
    fc.record({ type: fc.constant("credit" as const), items: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ type: fc.constant("next" as const), items: fc.nat(100) }),
    fc.record({ type: fc.constant("block" as const), items: fc.nat(1) }),
  );
  fc.assert(
    fc.property(fc.array(ask), fc.nat(30), (asks, length) => {
      const local = numbers(length);
      const expected: unknown[] = [local.next().value];
      const sent: unknown[] = [];
      let ends = 0;
      const target = {
        blocked: false,
        item: (value: unknown) => sent.push(value),
        end: () => void ends++,
        fail: () => void ends++,
        over: () => undefined,
      };
      const pump = new Pump(target, 1);
      pump.open(numbers(length));
      for (const { type, items } of asks) {
        if (type === "block") {
          target.blocked = items === 1;
          pump.run();
        } else if (type === "next") {
          pump.next(items);
          expected.push(local.next(items).value);
        } else {
          pump.grant(items);
          for (let i = 0; i < items; i++) expected.push(local.next().value);
        }
        expect(sent.length).toBeLessThanOrEqual(expected.length);
      }
      target.blocked = false;
      pump.run();
      expect(sent).toEqual(expected.filter((value) => value !== undefined));
      expect(ends).toBeLessThanOrEqual(1);
    }),
  );
});

function* numbers(length: number): Generator<unknown, undefined, unknown> {
  let heard: unknown = "start";
  for (let i = 0; i < length; i++) heard = yield `${i} ${String(heard)}`;
  return undefined;
}
