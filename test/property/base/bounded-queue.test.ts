import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BoundedQueue } from "../../../src/base/bounded-queue.ts";

test("behaves like an array with two marks", () => {
  const steps = fc.array(fc.oneof(fc.constant("shift" as const), fc.integer()), { maxLength: 500 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (mark, operations) => {
      const queue = new BoundedQueue<number>(mark);
      const model: number[] = [];
      let full = false;
      for (const operation of operations) {
        if (operation === "shift") {
          expect(queue.shift()).toBe(model.shift());
          if (model.length <= Math.floor(mark / 2)) full = false;
        } else {
          queue.push(operation);
          model.push(operation);
          if (model.length >= mark) full = true;
        }
        expect([queue.length, queue.peek(), queue.full]).toEqual([model.length, model[0], full]);
      }
    }),
  );
});
