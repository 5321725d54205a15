import { expect, test } from "vitest";
import { intercept, type InterceptedCall } from "../../../src/rpc/interceptor.ts";

const call: InterceptedCall = { side: "client", method: "m", args: [1], headers: {} };

test("a call passes through all interceptors in order and comes back the other way", async () => {
  const log: string[] = [];
  const named =
    (name: string) =>
    async (passed: InterceptedCall, next: (c: InterceptedCall) => Promise<unknown>) => {
      log.push(name);
      const result = await next({ ...passed, args: [...passed.args, name] });
      log.push(name);
      return result;
    };
  expect(await intercept([named("a"), named("b")], call, ({ args }) => args)).toEqual([
    1,
    "a",
    "b",
  ]);
  expect(log).toEqual(["a", "b", "b", "a"]);
});

test("what an interceptor throws at once is a rejection", async () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  await expect(intercept([broken], call, () => 1)).rejects.toThrow("broken");
  await expect(intercept([], call, () => 1)).resolves.toBe(1);
});

test("an interceptor may pass a call on twice, as for another try", async () => {
  let tries = 0;
  const again = async (passed: InterceptedCall, next: (c: InterceptedCall) => Promise<unknown>) =>
    next(passed).catch(() => next(passed));
  const answer = await intercept([again], call, () => {
    if (++tries === 1) throw new Error("once");
    return tries;
  });
  expect(answer).toBe(2);
});
