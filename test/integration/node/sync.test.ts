/** Blocking calls of the built package. Servers are other processes: one in this could not answer. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main, type Service, SERVICE, sync, thrownBy } from "../../support/sync.ts";
import { Workplace } from "../cli/program.ts";

const { callSync, SyncClient, SyncZrpcClient } = sync;
const { RpcError, Server, UsageError } = main;

let place: Workplace;
let endpoint: string;

beforeAll(async () => {
  place = await Workplace.make({ "service.mjs": SERVICE });
  ({ endpoint } = await place.serve("service.mjs"));
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

describe("a blocking call", () => {
  test.each(["zerorpc", "jsonrpc", "netcall", "zrpc", "multicall"] as const)(
    "in %s gives its result, takes names for arguments, and throws how it failed",
    (dialect) => {
      using client = new SyncClient(endpoint, { dialect });
      expect(client["add"]?.(1, 2)).toBe(3);
      expect(client.call("name.space.mult", [6, 7])).toBe(42);
      expect(client.inspect().methods).toHaveProperty("add");
      const error = thrownBy(() => client.call("fail"));
      expect(error).toBeInstanceOf(RpcError);
      expect(error).toMatchObject({ status: "unknown", origin: "peer", message: "too warm" });
      expect((error as Error).stack).toContain("sync.test.ts");
      const results = client.batch(
        (remote) => [remote["add"]?.(1, 1), remote["fail"]?.()] as never,
      );
      expect(results).toMatchObject([
        { status: "fulfilled", value: 2 },
        { status: "rejected", reason: { message: "too warm" } },
      ]);
      if (dialect === "multicall") return;
      expect(client.call("greet", { name: "man", greeting: "hi" })).toBe("hi man");
      client.notify("echo", [1]);
      expect(callSync(endpoint, "greet", { name: "you", greeting: "hi" }, { dialect })).toBe(
        "hi you",
      );
    },
  );

  test("carries what a call's error carries", () => {
    using client = new SyncClient<Service>(endpoint);
    expect(thrownBy(() => client.fail())).toMatchObject({
      name: "RangeError",
      method: "fail",
      mayHaveRun: true,
      details: { degrees: 42 },
    });
    expect(client.asValue()).toEqual([{ name: "RangeError", message: "too warm", degrees: 42 }]);
    expect(thrownBy(() => client.call("ad", [1]))).toMatchObject({
      status: "unimplemented",
      mayHaveRun: false,
      message: expect.stringContaining('did you mean "add"?') as string,
    });
  });

  test("gives the errors of JSON-RPC as their classes", () => {
    class Mine extends Error {
      readonly data: unknown;
      constructor(message: string, data: unknown) {
        super(message);
        this.data = data;
      }
    }
    using client = new SyncClient(endpoint, { dialect: { name: "jsonrpc", errors: { 7: Mine } } });
    const error = thrownBy(() => client.call("numbered"));
    expect(error).toBeInstanceOf(Mine);
    expect(error).toMatchObject({ message: "mine", data: { n: 1 } });
  });

  test("takes pickle where the server does", async () => {
    const { endpoint: pickling } = await place.serve(
      "service.mjs",
      "--protocol",
      "netcall",
      "--serializer",
      "pickle",
    );
    const dialect = { name: "netcall", serializer: "pickle" } as const;
    expect(callSync(pickling, "echo", [new Set([1n << 70n])], { dialect })).toEqual(
      new Set([1n << 70n]),
    );
  });

  test("carries values as any call does, and refuses the same", () => {
    using client = new SyncClient<Service>(endpoint);
    const value = { at: new Date(5), octets: new Uint8Array([1, 2]), big: 2n ** 60n, none: null };
    expect(client.echo(value)).toEqual(value);
    expect(client.echo({ toJSON: () => "json" })).toBe("json");
    expect(client.echo(new Uint8Array(5_000_000))).toHaveLength(5_000_000);
    expect(() => client.echo([Symbol("s")])).toThrow("a symbol cannot be encoded, at [0][0]");
  });

  test("ends at its timeout, and disturbs no other", () => {
    using client = new SyncClient<Service>(endpoint);
    // Connecting takes no part of the time.
    expect(client.add(1, 1)).toBe(2);
    const startedAt = performance.now();
    const error = thrownBy(() => client.with({ timeoutMs: 200 }).sleep(20_000));
    expect(error).toMatchObject({ status: "deadline_exceeded" });
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(client.add(1, 2)).toBe(3);
  });

  test("fails when nobody listens, saying who was tried", () => {
    expect(
      thrownBy(() => callSync("tcp://127.0.0.1:1", "add", [1, 2], { timeoutMs: 300 })),
    ).toMatchObject({
      status: "unavailable",
      message: expect.stringContaining("nobody listens at tcp://127.0.0.1:1") as string,
    });
  });

  test("fails when its server dies, and says that it may have run", async () => {
    const { endpoint: mortal } = await place.serve("service.mjs");
    using client = new SyncClient<Service>(mortal);
    expect(client.add(1, 2)).toBe(3);
    expect(thrownBy(() => client.die())).toMatchObject({ status: "unavailable", mayHaveRun: true });
  });

  test("to a server of the same thread is refused, as nobody could answer", async () => {
    await using server = new Server({ add: (a: number, b: number) => a + b });
    const own = await server.bind("tcp://127.0.0.1:0");
    expect(thrownBy(() => callSync(own, "add", [1, 2]))).toMatchObject({
      code: "USAGE_STATE",
      message: `the server at ${own} is in this thread, which cannot answer while it waits; use Client, or call from another thread`,
    });
  });

  test("refuses endpoints that another thread cannot reach", () => {
    expect(() => new SyncClient("inproc://here")).toThrow("inside of one thread");
    expect(() => new SyncClient("tpc://x")).toThrow(UsageError);
  });

  test("after close is refused", () => {
    const client = new SyncClient<Service>(endpoint);
    client.close();
    client.close();
    expect(thrownBy(() => client.add(1, 2))).toMatchObject({ code: "USAGE_CLOSED" });
  });
});

describe("a blocking stream", () => {
  test("is a generator, whose end is the handler's", () => {
    using client = new SyncClient<Service>(endpoint);
    expect([...client.countdown(1000)]).toHaveLength(1000);
    const stream = client.countdown(1);
    expect([stream.next(), stream.next(), stream.next()]).toEqual([
      { done: false, value: 1 },
      { done: true, value: "done" },
      { done: true, value: undefined },
    ]);
    expect([...callSync(endpoint, "countdown", [3])]).toEqual([3, 2, 1]);
  });

  test("that is left ends at the server too", () => {
    using client = new SyncClient<Service>(endpoint);
    for (const n of client.endless()) if (n === 300) break;
    expect(client.openCalls).toBe(0);
    expect(client.opened()).toBe(0);
  });

  test("bounds how far the server runs ahead", async () => {
    using client = new SyncClient<Service>(endpoint, { maxWindowItems: 10 });
    const stream = client.counted()[Symbol.iterator]();
    expect(stream.next().value).toBe(1);
    // Nothing is read meanwhile, and the server goes on until its window is full.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(client.made()).toBeLessThan(200);
    expect(stream.next().value).toBe(2);
    stream.return();
  });

  test("takes values and errors step by step", () => {
    using client = new SyncClient<Service>(endpoint);
    const stream = client.total();
    expect(stream.next().value).toBe(0);
    expect(stream.next(5).value).toBe(5);
    expect(stream.next(7).value).toBe(12);
    expect(stream.throw(new Error("reset")).value).toBe(-1);
    expect(stream.return()).toEqual({ done: true, value: undefined });
    expect(stream.next()).toEqual({ done: true, value: undefined });
    expect(client.openCalls).toBe(0);
  });

  test("fails when the next item fails to come in time, and the call ends", () => {
    using client = new SyncClient<Service>(endpoint);
    const stream = client.with({ idleTimeoutMs: 200 }).stalls()[Symbol.iterator]();
    expect(stream.next().value).toBe(1);
    expect(thrownBy(() => stream.next())).toMatchObject({ status: "deadline_exceeded" });
    expect(client.openCalls).toBe(0);
  });

  test("among the arguments is read while the call waits, also where it calls", () => {
    using client = new SyncClient<Service>(endpoint);
    function* numbers(): Generator<number> {
      yield 1;
      yield client.add(10, 10);
      yield 300;
    }
    expect(client.sum(numbers())).toBe(321);
    function* broken(): Generator<number> {
      yield 1;
      throw new RangeError("no more");
    }
    expect(thrownBy(() => client.sum(broken()))).toMatchObject({ message: "no more" });
  });
});

describe("services by name", () => {
  test("are called and listed in the folder of sockets", async () => {
    const socketDir = join(place.folder, "sockets");
    const program = `
      import { ZrpcServer } from ${JSON.stringify(import.meta.resolve("zerocall/zrpc"))};
      const server = new ZrpcServer({ add: (a, b) => a + b, all: (...args) => args, hang: () => new Promise(() => undefined) }, { name: "sums", socketDir: ${JSON.stringify(socketDir)}, exposedOnly: false });
      await server.start();
      console.log("started");
    `;
    const child = execFile(process.execPath, ["--input-type=module", "-e", program]);
    try {
      await once(child.stdout as NonNullable<typeof child.stdout>, "data");
      using client = new SyncZrpcClient<{ sums: { add(a: number, b: number): number } }>({
        socketDir,
      });
      expect(client.proxy.sums.add(1, 2)).toBe(3);
      expect(client.call("sums", "add", [1], { named: { b: 4 } })).toBe(5);
      expect(client.callPayload("sums", "all", { haha: "brt" })).toEqual([{ haha: "brt" }]);
      expect(client.callPayload("sums", "all", [1, 2])).toEqual([[1, 2]]);
      expect(thrownBy(() => client.callPayload("sums", "hang", null, 200))).toMatchObject({
        status: "deadline_exceeded",
      });
      expect(thrownBy(() => client.callPayload("sums", "all", 1, 0))).toMatchObject({
        code: "USAGE_OPTION",
      });
      expect(client.list()).toEqual(["sums"]);
      expect(client.list("sums")).toHaveProperty("add");
      expect(thrownBy(() => client.call("none", "add", [], { timeoutMs: 200 }))).toMatchObject({
        status: "unavailable",
      });
    } finally {
      child.kill("SIGKILL");
    }
  });
});
