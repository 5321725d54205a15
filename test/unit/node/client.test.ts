import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import { Client, type ClientOptions } from "../../../src/node/client.ts";
import type { TransportFactory } from "../../../src/rpc/transport.ts";

const code = (name: string, message: string): Error =>
  expect.objectContaining({
    code: name,
    message: expect.stringContaining(message) as string,
  }) as Error;

describe("a client", () => {
  test("refuses endpoints of other types", () => {
    for (const bad of [42, {}, null, [42]]) {
      expect(() => new Client(bad as string)).toThrow(code("USAGE_ENDPOINT", "expected"));
    }
  });

  test("closes what it had begun when one of its endpoints is refused", () => {
    const seen: string[] = [];
    const transport: TransportFactory = () => ({
      bound: [],
      connected: [],
      bind: (endpoint) => Promise.resolve(endpoint),
      unbind: () => Promise.resolve(),
      disconnect: () => undefined,
      retire: () => undefined,
      connect: (endpoint) => {
        if (endpoint === "bad") throw new UsageError("USAGE_ENDPOINT", "no endpoint");
        seen.push(endpoint);
      },
      close: () => {
        seen.push("closed");
        return Promise.resolve();
      },
    });
    expect(() => new Client(["good", "bad"], { transport })).toThrow("no endpoint");
    expect(seen).toEqual(["good", "closed"]);
  });

  test("is printed with its endpoints and peers, and calls nobody for it", async () => {
    const client = new Client("tcp://127.0.0.1:9");
    expect(inspect(client)).toBe(
      `Client {
  connected: [ 'tcp://127.0.0.1:9' ],
  endpoints: [],
  peers: [],
  openCalls: 0
}`,
    );
    expect(inspect(client.remote)).toBe("[remote service]");
    await client.close();
  });

  test("refuses calls that make no sense before anything is sent", async () => {
    const client = new Client();
    const make = (options: unknown) => () => new Client([], options as ClientOptions);
    expect(make(5)).toThrow(code("USAGE_OPTION", "expected client options in an object"));
    expect(() => client.call(42 as never, [])).toThrow(code("USAGE_ARGUMENTS", "got number"));
    const signal = new AbortController() as unknown as AbortSignal;
    expect(() => client.with({ signal })["add"]?.(1)).toThrow(code("USAGE_OPTION", "AbortSignal"));
    await expect(client.batch((() => 5) as never)).rejects.toThrow(
      code("USAGE_ARGUMENTS", "an array of calls"),
    );
    expect(client.openCalls).toBe(0);
    await client.close();
  });
});
