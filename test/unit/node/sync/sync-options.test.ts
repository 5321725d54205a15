import { describe, expect, test } from "vitest";
import { jsonrpc } from "../../../../src/dialects/jsonrpc/dialect.ts";
import {
  bounded,
  checkCallOptions,
  resolveOptions,
  type SyncClientOptions,
} from "../../../../src/node/sync/sync-options.ts";

describe("options of blocking clients", () => {
  test("always have an end", () => {
    expect(resolveOptions({})).toMatchObject({
      dialect: { name: "zerorpc" },
      timeoutMs: 30_000,
      idleTimeoutMs: 30_000,
    });
    for (const endless of [0, Infinity, -1, Number.NaN, 2 ** 31]) {
      expect(() => bounded("timeoutMs", endless, 1)).toThrow("what blocks has to end");
    }
  });

  test("keep classes of errors on this side", () => {
    class Mine extends Error {}
    const { dialect, errors } = resolveOptions({
      dialect: { name: "jsonrpc", errors: { 7: Mine } },
    });
    expect(dialect).toEqual({ name: "jsonrpc" });
    expect(errors).toEqual({ 7: Mine });
  });

  test.each<[object, string]>([
    [{ logger: console }, "logger cannot cross"],
    [{ interceptors: [] }, "interceptors cannot cross"],
    [{ dialect: jsonrpc() }, "a dialect itself cannot cross threads"],
    [{ dialect: "jsonrcp" }, '"zerorpc", "jsonrpc", "netcall", "zrpc", "multicall"'],
    [{ timeout: 5 }, "did you mean timeoutMs"],
    [{ security: { mechanism: "plain", authenticate: () => true } }, "expected security"],
    [{ security: () => ({}) }, "expected security of a blocking client to be data"],
  ])("refuse %o", (options, message) => {
    expect(() => resolveOptions(options as SyncClientOptions)).toThrow(message);
  });

  test("of a call refuse what cannot cross", () => {
    const signal = AbortSignal.timeout(1);
    expect(() => checkCallOptions({ signal } as object)).toThrow("signal cannot cross");
    expect(() => checkCallOptions({ timout: 1 } as object)).toThrow("did you mean timeoutMs");
  });
});
