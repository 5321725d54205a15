/** The original jsonrpc2-zeromq for Python as client and as server of ours. */

import { describe, expect, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { jsonrpc } from "../../src/dialects/jsonrpc/index.ts";
import {
  Client,
  isZerocallError,
  RpcError,
  Server,
  Subscriptions,
  withContext,
} from "../../src/node/index.ts";
import { JsonrpcPython, python } from "../support/jsonrpc-python.ts";
import { within } from "../support/within.ts";

const missing = "missing" in python ? python.missing : undefined;
const why = missing === undefined ? "" : ` (skipped: ${missing})`;

class QuotaError extends Error {
  readonly code = 4001;
  readonly data: unknown;
  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

const VALUES: readonly unknown[] = [
  0,
  -1,
  1.5,
  1e300,
  true,
  false,
  null,
  "",
  '\u00e9 \u2603 \u{1f600} / " \\ \n \u0000',
  [],
  [1, [2]],
  {},
  { a: { b: null } },
  { jsonrpc: "2.0", method: "m", params: [1] },
  "\u2603".repeat(100_000),
];

describe.skipIf(missing !== undefined)(`clients of the original${why}`, () => {
  const recorded: unknown[][] = [];
  const events = new Subscriptions();
  const service = {
    add: (a: number, b: number) => a + b,
    echo: (value: unknown) => value,
    get_thing: () => "thing",
    nothing: () => undefined,
    fail: (message: string) => {
      throw new Error(message);
    },
    quota: () => {
      throw new QuotaError("too much", { limit: 3 });
    },
    record: (...args: unknown[]) => void recorded.push(args),
    subscribe: withContext((call, topic: string) => events.add(topic, call)),
    later: withContext((call) => {
      setTimeout(() => void call.notify("named-event", { value: "late" }), 20);
    }),
  };

  test.each(["REQ", "DEALER", "RECEIVER"])("%s: calls, values, errors", async (kind) => {
    await using server = new Server(service, { dialects: [jsonrpc()] });
    await using client = new JsonrpcPython("call", kind, await server.bind("tcp://127.0.0.1:0"));
    expect(await client.call("add", [2, 3])).toEqual({ value: 5 });
    expect(await client.call("add", [], { kwargs: { b: 1, a: 2 } })).toEqual({ value: 3 });
    expect(await client.call("Get-Thing")).toEqual({ value: "thing" });
    expect(await client.call("nothing")).toEqual({ value: null });
    for (const value of VALUES.filter((one) => !isRequestLike(one))) {
      expect(await client.call("echo", [value])).toEqual({ value });
    }
    expect(await client.call("fail", ["went wrong \u2603"])).toEqual({
      rpc: ["ServerError", "went wrong \u2603", null],
    });
    expect(await client.call("quota")).toEqual({ rpc: ["QuotaError", "too much", { limit: 3 }] });
    expect(await client.call("nope")).toEqual({
      rpc: ["MethodNotFound", "Method not found", null],
    });
    expect(await client.call("ad", [])).toEqual({
      rpc: ["MethodNotFound", "Method not found", expect.stringContaining('did you mean "add"')],
    });
    expect(await client.call("add", [1, 2, 3])).toEqual({
      rpc: ["InvalidParams", expect.stringContaining("add(a, b)"), expect.anything()],
    });
  });

  test("DEALER: notifications", async () => {
    recorded.length = 0;
    await using server = new Server(service, { dialects: [jsonrpc()] });
    await using client = new JsonrpcPython(
      "call",
      "DEALER",
      await server.bind("tcp://127.0.0.1:0"),
    );
    await client.call("record", ["one", 1], { notify: true });
    await client.call("nope", [], { notify: true });
    expect(await client.call("add", [1, 1])).toEqual({ value: 2 });
    expect(recorded).toEqual([["one", 1]]);
  });

  test("PUSH: notifications to a server on PULL", async () => {
    const heard = new Deferred<unknown>();
    await using server = new Server(
      { record: (...args: unknown[]) => heard.resolve(args) },
      { dialects: [jsonrpc()], socketType: "PULL" },
    );
    await using client = new JsonrpcPython("call", "PUSH", await server.bind("tcp://127.0.0.1:0"));
    await client.call("record", ["fell over", "\u2603"], { notify: true });
    expect(await within(heard.promise, "notification")).toEqual(["fell over", "\u2603"]);
  });

  test("a receiving one: subscribes, hears, is forgotten when it is gone", async () => {
    await using server = new Server(service, { dialects: [jsonrpc()] });
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    {
      await using client = new JsonrpcPython("call", "RECEIVER", endpoint);
      expect(await client.call("subscribe", ["prices"])).toEqual({ value: true });
      expect(events.count("prices")).toBe(1);
      for (let i = 0; i < 100; i++) expect(await events.publish("prices", "event", [i])).toBe(1);
      const heard = await client.heard("notification", 100);
      expect(heard.map(({ args }) => args)).toEqual(Array.from({ length: 100 }, (_, i) => [i]));
      await client.call("later");
      expect((await client.heard("notification", 101)).at(-1)).toMatchObject({ args: ["late"] });
    }
    await within(
      (async () => {
        while (events.count("prices") > 0) await new Promise((resolve) => setImmediate(resolve));
      })(),
      "end of the subscription",
    );
    expect(await events.publish("prices", "event", [1])).toBe(0);
  });
});

/** The original makes an object of its own of it, wherever it stands. */
function isRequestLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "jsonrpc" in value;
}

describe.skipIf(missing !== undefined)(`servers of the original${why}`, () => {
  const options = { dialect: jsonrpc({ batches: false, errors: { 4001: QuotaError } }) };

  test.each(["REP", "ROUTER"])("%s: calls, values, errors, batches one by one", async (kind) => {
    await using server = new JsonrpcPython("serve", kind, "tcp://127.0.0.1:*");
    await using client = new Client(await server.endpoint(), options);
    expect(await client.call("add", [2, 3])).toBe(5);
    expect(await client.call("add", { b: 1, a: 2 })).toBe(3);
    expect(await client.call("Get-Thing")).toBe("thing");
    expect(await client.call("nothing")).toBeNull();
    for (const value of VALUES) expect(await client.call("echo", [value])).toEqual(value);
    expect(await client.call("echo", [12345678901234567890n])).toBe(12345678901234567890n);
    await expect(client.call("fail", ["wrong"])).rejects.toMatchObject({
      name: "ServerError",
      status: "unknown",
      message: "wrong",
    });
    await expect(client.call("quota")).rejects.toBeInstanceOf(QuotaError);
    await expect(client.call("quota")).rejects.toMatchObject({ data: { limit: 3 } });
    await expect(client.call("nope")).rejects.toMatchObject({
      name: "MethodNotFound",
      status: "unimplemented",
      mayHaveRun: false,
    });
    await expect(client.call("bad_params")).rejects.toMatchObject({
      name: "InvalidParams",
      wireCode: -32602,
      details: { field: "x" },
    });
    const results = await client.batch((remote) => [remote["add"]?.(1, 2), remote["nope"]?.()]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await expect(client.inspect()).rejects.toMatchObject({ status: "unimplemented" });
  });

  test("a call that times out disturbs no other", async () => {
    await using server = new JsonrpcPython("serve", "REP", "tcp://127.0.0.1:*");
    await using client = new Client(await server.endpoint(), options);
    const late = client.call("slow", [0.5], { timeoutMs: 100 });
    await expect(late).rejects.toMatchObject({ status: "deadline_exceeded" });
    expect(await client.call("add", [1, 2])).toBe(3);
  });

  test("REP: a notification, which it could not bear, is refused", async () => {
    await using server = new JsonrpcPython("serve", "REP", "tcp://127.0.0.1:*");
    await using client = new Client(await server.endpoint(), options);
    const error: unknown = await client.notify("record", [1]).catch((reason: unknown) => reason);
    expect(isZerocallError(error) && error instanceof RpcError && error.status).toBe(
      "unimplemented",
    );
    expect(await client.call("add", [1, 2])).toBe(3);
  });

  test("ROUTER: notifications both ways", async () => {
    await using server = new JsonrpcPython("serve", "ROUTER", "tcp://127.0.0.1:*");
    await using client = new Client(await server.endpoint(), options);
    const heard: unknown[] = [];
    client.notifications.on("named_event", (value: unknown) => heard.push(value));
    const third = client.notifications.wait("named_event", { timeoutMs: 5000 });
    await client.notify("record", ["one"]);
    await client.notify("record", { key: "value" });
    expect(await client.call("subscribe", [3])).toBe("subscribed");
    expect((await third).named).toEqual({ value: 0 });
    expect(heard).toEqual([0, 1, 2]);
    expect(await server.heard("record", 2)).toMatchObject([
      { args: ["one"], kwargs: {} },
      { args: [], kwargs: { key: "value" } },
    ]);
  });

  test("PULL: notifications, and no calls", async () => {
    await using server = new JsonrpcPython("serve", "PULL", "tcp://127.0.0.1:*");
    await using client = new Client(await server.endpoint(), { ...options, socketType: "PUSH" });
    await client.notify("record", ["pushed"]);
    expect(await server.heard("record")).toMatchObject([{ args: ["pushed"] }]);
    await expect(client.call("add", [1, 2])).rejects.toMatchObject({ status: "unimplemented" });
  });
});
