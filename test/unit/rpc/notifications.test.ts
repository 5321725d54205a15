import { describe, expect, test } from "vitest";
import { MAX_UNREAD_NOTIFICATIONS } from "../../../src/rpc/notifications.ts";
import { JsonrpcClient } from "../../support/jsonrpc.ts";
import { HOME, scenario } from "../../support/rpc.ts";
import { withContext } from "../../../src/rpc/context.ts";

const note = (method: string, params: string): string =>
  `{"jsonrpc": "2.0", "method": "${method}", "params": ${params}}`;
const told = (error: unknown): unknown => error;

describe("handlers", () => {
  test("hear their name, exactly or in its other form, with arguments in place", () => {
    const client = new JsonrpcClient();
    const heard: unknown[] = [];
    const { notifications } = client.core;
    const end = notifications.on("named_event", (a: unknown, b: unknown) => heard.push([a, b]));
    const peer = client.peer();
    peer.say(note("named_event", "[1, 2]"));
    peer.say(note("Named-Event", '{"b": 2, "a": 1}'));
    peer.say(note("other", "[1]"));
    end();
    end();
    peer.say(note("named_event", "[3, 4]"));
    expect(heard).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("that fail are reported, and keep nobody from hearing", async () => {
    const client = new JsonrpcClient();
    const heard: unknown[] = [];
    const { notifications } = client.core;
    notifications.on("n", () => {
      throw new Error("sync");
    });
    notifications.on("n", () => Promise.reject(new Error("async")));
    notifications.on("n", (value: unknown) => heard.push(value));
    notifications.listen((notification) => heard.push(notification));
    const peer = client.peer();
    peer.say(note("n", '{"value": 1}'));
    peer.say(note("n", '{"none": 1}'));
    await client.settle();
    const failed = client.events.filter(({ type }) => type === "call-failed");
    expect(failed).toHaveLength(5);
    expect(heard).toEqual([
      { method: "n", args: [], named: { value: 1 } },
      1,
      { method: "n", args: [], named: { none: 1 } },
    ]);
  });
});

describe("waiting", () => {
  test("ends with the notification, the time, the signal or the client", async () => {
    const client = new JsonrpcClient();
    const { notifications } = client.core;
    const peer = client.peer();
    const aborter = new AbortController();
    const outcomes = [
      notifications.wait("ready", { timeoutMs: 100 }),
      notifications.wait("never", { timeoutMs: 100 }),
      notifications.wait(undefined, { signal: aborter.signal }),
      notifications.wait("never", { signal: aborter.signal }),
      notifications.wait("never"),
    ].map((waiting) => waiting.catch(told));
    peer.say(note("Ready", "[1]"));
    await client.clock.elapse(100);
    aborter.abort();
    await client.core.close();
    const ready = { method: "Ready", args: [1], named: undefined };
    expect(await Promise.all(outcomes)).toMatchObject([
      ready,
      { status: "deadline_exceeded" },
      ready,
      { status: "cancelled" },
      { status: "cancelled" },
    ]);
    expect(await notifications.wait("late").catch(told)).toMatchObject({ status: "cancelled" });
    expect(client.clock.pending).toBe(0);
  });

  test("is refused for what is no time, and over for a signal that is", async () => {
    const { notifications } = new JsonrpcClient().core;
    expect(() => notifications.wait("n", { timeoutMs: -1 })).toThrow("expected timeoutMs");
    const waiting = notifications.wait("n", { signal: AbortSignal.abort() });
    expect(await waiting.catch(told)).toMatchObject({ status: "cancelled" });
  });
});

describe("iterating", () => {
  test("gives all notifications until the client is closed", async () => {
    const client = new JsonrpcClient();
    const peer = client.peer();
    const iterator = client.core.notifications[Symbol.asyncIterator]();
    for (const n of [1, 2]) peer.say(note("n", `[${n}]`));
    expect((await iterator.next()).value).toMatchObject({ args: [1] });
    await client.core.close();
    expect((await iterator.next()).value).toMatchObject({ args: [2] });
    expect((await iterator.next()).done).toBe(true);
    const late = client.core.notifications[Symbol.asyncIterator]();
    expect((await late.next()).done).toBe(true);
  });

  test("ends when it is left, and fails when it is too far behind", async () => {
    const client = new JsonrpcClient();
    const peer = client.peer();
    const left = client.core.notifications[Symbol.asyncIterator]();
    await left.return?.();
    const slow = client.core.notifications[Symbol.asyncIterator]();
    for (let n = 0; n <= MAX_UNREAD_NOTIFICATIONS; n++) peer.say(note("n", `[${n}]`));
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const one of { [Symbol.asyncIterator]: () => slow }) seen.push(one);
    };
    expect(await read().catch(told)).toMatchObject({ status: "resource_exhausted" });
    expect(seen).toHaveLength(MAX_UNREAD_NOTIFICATIONS);
  });
});

describe("zerorpc", () => {
  scenario("carries notifications, by position and by name, also after the call", async (world) => {
    const later: (() => Promise<boolean>)[] = [];
    const subscribe = withContext((call) => {
      later.push(() => call.notify("later", { b: 2, a: 1 }));
      void call.notify("now", [1]);
    });
    world.server({ subscribe });
    const client = world.client();
    const heard: unknown[] = [];
    client.core.notifications.on("now", (value: unknown) => heard.push(value));
    client.core.notifications.on("later", (a: unknown, b: unknown) => heard.push([a, b]));
    await client.call("subscribe");
    expect(await later[0]?.()).toBe(true);
    await world.settle();
    expect(heard).toEqual([1, [1, 2]]);
    client.core.disconnect(HOME);
    await world.settle();
    expect(await later[0]?.()).toBe(false);
  });
});
