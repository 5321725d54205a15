import { describe, expect, test } from "vitest";
import { ItemQueue } from "../../../src/rpc/item-queue.ts";

function make(): { queue: ItemQueue; consumed: number[]; abandoned: () => number } {
  const consumed: number[] = [];
  let abandoned = 0;
  const queue = new ItemQueue({
    consumed: (unread) => consumed.push(unread),
    abandoned: () => void abandoned++,
  });
  return { queue, consumed, abandoned: () => abandoned };
}

describe("ItemQueue", () => {
  test("gives items in order, to those who wait and those who come later", async () => {
    const { queue, consumed } = make();
    const early = [queue.next(), queue.next()];
    expect(queue.waiting).toBe(2);
    for (const item of ["a", "b", "c", "d"]) queue.push(item);
    expect(queue.unread).toBe(2);
    const all = [...early, queue.next(), queue.next()];
    expect((await Promise.all(all)).map(({ value }) => value)).toEqual(["a", "b", "c", "d"]);
    expect(consumed).toEqual([0, 0, 0, 0, 1, 0]);
  });

  test("ends once behind what waits, with a value or an error", async () => {
    const { queue } = make();
    queue.push(1);
    queue.end("value");
    queue.end("another");
    queue.fail(new Error("late"));
    queue.push(2);
    expect(queue.ended).toBe(true);
    expect(await queue.next()).toEqual({ value: 1, done: false });
    expect(await queue.next()).toEqual({ value: "value", done: true });
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    const failed = make().queue;
    failed.fail(new Error("bad"));
    await expect(failed.next()).rejects.toThrow("bad");
    expect(await failed.next()).toEqual({ value: undefined, done: true });
  });

  test("settles all who wait when it ends, the first one with the end", async () => {
    for (const end of ["end", "fail", "abort"] as const) {
      const { queue } = make();
      const waiting = [queue.next(), queue.next()].map((step) =>
        step.then(
          ({ value }) => value,
          (error: unknown) => `failed ${String(error)}`,
        ),
      );
      queue[end]("reason");
      expect(await Promise.all(waiting)).toEqual([
        end === "end" ? "reason" : "failed reason",
        undefined,
      ]);
    }
  });

  test("drops what waits when it is aborted, and tells nobody", async () => {
    const { queue, abandoned } = make();
    queue.push(1);
    queue.abort(new Error("gone"));
    queue.abort(new Error("again"));
    expect(queue.unread).toBe(0);
    await expect(queue.next()).rejects.toThrow("gone");
    expect(abandoned()).toBe(0);
  });

  test("tells its owner once when the consumer wants no more", async () => {
    const { queue, abandoned } = make();
    queue.push(1);
    const late = queue.next().then(() => queue.next());
    await Promise.resolve();
    await Promise.resolve();
    expect(await queue.return("kept")).toEqual({ value: "kept", done: true });
    expect(await late).toEqual({ value: undefined, done: true });
    await queue.return();
    expect(abandoned()).toBe(1);
    const failed = make();
    failed.queue.fail(new Error("unseen"));
    await failed.queue.return();
    expect(await failed.queue.next()).toEqual({ value: undefined, done: true });
    expect(failed.abandoned()).toBe(0);
    expect(failed.queue[Symbol.asyncIterator]()).toBe(failed.queue);
  });
});
