import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import { Client, type ClientOptions } from "../../../src/node/client.ts";
import { Server, type ServerOptions } from "../../../src/node/server.ts";
import type { TransportFactory } from "../../../src/rpc/transport.ts";

const code = (name: string, message: string): Error =>
  expect.objectContaining({
    code: name,
    message: expect.stringContaining(message) as string,
  }) as Error;

describe("a server", () => {
  test("refuses what it could not serve", () => {
    const refused: [unknown, string][] = [
      ["node:path", "got string"],
      [42, "got number"],
      [null, "got null"],
      [Promise.resolve({}), "await it first"],
      [
        class Cooler {
          cool = true;
        },
        "the class Cooler; serve an instance of it",
      ],
    ];
    for (const [service, message] of refused) {
      expect(() => new Server(service as object)).toThrow(code("USAGE_HANDLER", message));
      const server = new Server();
      expect(() => server.register(service as object, undefined)).toThrow(
        code("USAGE_HANDLER", typeof service === "string" ? "got undefined" : message),
      );
      expect(() => server.register("name", service as object)).toThrow(
        code("USAGE_HANDLER", message),
      );
      expect(server.methods).toEqual([]);
    }
    expect(() => new Server((a: number) => a)).toThrow(code("USAGE_NAME", "an anonymous one"));
  });

  test("takes functions and objects, with names and without", () => {
    const server = new Server(function double(n: number): number {
      return 2 * n;
    });
    server.register("half", (n: number) => n / 2);
    server.register("math", { add: (a: number, b: number) => a + b }, { methods: ["add"] });
    server.register({ sub: (a: number, b: number) => a - b, _own: () => 0 });
    expect(server.methods).toEqual(["double", "half", "math.add", "sub"]);
  });

  test("refuses options that would fail later", () => {
    const make = (options: unknown) => () => new Server({}, options as ServerOptions);
    expect(make(null)).toThrow(code("USAGE_OPTION", "expected server options in an object"));
    expect(make({ logger: {} })).toThrow(code("USAGE_OPTION", "without debug, info, warn, error"));
    expect(make({ logger: null })).toThrow(code("USAGE_OPTION", "got null"));
    expect(make({ interceptors: () => 1 })).toThrow(code("USAGE_OPTION", "functions in an array"));
    expect(make({ interceptors: [{}] })).toThrow(code("USAGE_OPTION", "functions in an array"));
  });
});

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
