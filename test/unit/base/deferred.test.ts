import { expect, test } from "vitest";
import { Deferred } from "../../../src/base/deferred.ts";

test("is fulfilled from outside, once", async () => {
  const deferred = new Deferred<number>();
  deferred.resolve(1);
  deferred.resolve(2);
  deferred.reject(new Error("too late"));
  expect(await deferred.promise).toBe(1);
});

test("is rejected from outside", async () => {
  const deferred = new Deferred<number>();
  deferred.reject(new Error("no"));
  await expect(deferred.promise).rejects.toThrow("no");
});
