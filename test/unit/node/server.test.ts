import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { Server, type ServerOptions } from "../../../src/node/server.ts";

const code = (name: string, message: string): Error =>
  expect.objectContaining({
    code: name,
    message: expect.stringContaining(message) as string,
  }) as Error;

describe("a server", () => {
  test("refuses dialects and socket types that are none", () => {
    const refused: [object, string][] = [
      [{ dialects: [] }, "at least one, got none"],
      [{ dialects: jsonrpc() }, "in an array, at least one, got an object"],
      [{ dialects: [jsonrpc] }, "got the function jsonrpc, which has to be called"],
      [{ dialects: ["jsonrpc"] }, 'got "jsonrpc"'],
      [{ dialects: [null] }, "got null"],
      [{ socketType: "REP" }, 'expected socketType "ROUTER" or "PULL", got "REP"'],
    ];
    for (const [options, message] of refused) {
      expect(() => new Server({ a: () => 1 }, options)).toThrow(code("USAGE_OPTION", message));
    }
  });

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

  test("tells the log when a service offers nothing, and takes methods later", () => {
    const warned: string[] = [];
    const ignore = (): void => undefined;
    const logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (t: string) => warned.push(t),
    };
    const server = new Server({ _own: () => 1 }, { logger });
    server.register("math", {});
    expect(warned).toHaveLength(2);
    expect(warned[0]).toContain("leave the service out to register methods later");
    server.register("add", (a: number, b: number) => a + b);
    expect([server.methods, new Server(undefined, { logger }).methods]).toEqual([["add"], []]);
    expect(warned).toHaveLength(2);
  });

  test("is printed with what it serves", () => {
    const server = new Server({ add: () => 1 }, { name: "sums" });
    expect(inspect(server)).toBe(
      `Server {
  name: 'sums',
  endpoints: [],
  connected: [],
  methods: [ 'add' ],
  peerCount: 0,
  openCalls: 0
}`,
    );
    expect(inspect({ a: { b: { server } } }, { depth: 1 })).toContain("[Object]");
    expect(inspect({ a: { server } }, { depth: 1 })).toContain("server: [Server]");
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
