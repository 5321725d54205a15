import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { type CallPeer, withContext } from "../../../src/rpc/context.ts";
import { SubscriptionBook, type SubscriptionOptions } from "../../../src/rpc/subscription-book.ts";
import { JsonrpcServer, type ScriptedPeer } from "../../support/jsonrpc.ts";

/** A server whose clients subscribe, and its book. */
function setUp(options: SubscriptionOptions = {}): {
  readonly server: JsonrpcServer;
  readonly book: SubscriptionBook;
} {
  const service = {
    subscribe: withContext((call, topic: string) => book.add(topic, call)),
    unsubscribe: withContext((call, topic: string) => book.remove(topic, call)),
  };
  const server = new JsonrpcServer(service);
  const book = new SubscriptionBook(server.clock, options);
  return { server, book };
}

function ask(peer: ScriptedPeer, method: string, topic: string): unknown {
  peer.say(`{"jsonrpc": "2.0", "method": "${method}", "params": ["${topic}"], "id": 1}`);
  const [frames = []] = peer.take();
  return JSON.parse(frames.at(-1) ?? "") as unknown;
}

const yes = { jsonrpc: "2.0", result: true, id: 1 };
const no = { jsonrpc: "2.0", result: false, id: 1 };
const price = '{"jsonrpc": "2.0", "method": "price", "params": [1]}';

describe("subscribers", () => {
  test("are told of their topics, once each, until they unsubscribe", async () => {
    const { server, book } = setUp();
    const [one, two] = [server.peer(), server.peer()];
    expect(ask(one, "subscribe", "a")).toEqual(yes);
    expect(ask(one, "subscribe", "a")).toEqual(no);
    expect(ask(two, "subscribe", "a")).toEqual(yes);
    expect(ask(two, "subscribe", "b")).toEqual(yes);
    expect(await book.publish("a", "price", [1])).toBe(2);
    expect(await book.publish("b", "price", [1])).toBe(1);
    expect(await book.publish("c", "price", [1])).toBe(0);
    expect(one.take().flat()).toEqual([price]);
    expect(two.take().flat()).toEqual([price, price]);
    expect(ask(two, "unsubscribe", "a")).toEqual(yes);
    expect(ask(two, "unsubscribe", "a")).toEqual(no);
    expect([book.count("a"), book.count("b"), book.topics]).toEqual([1, 1, ["a", "b"]]);
    book.clear("a");
    expect(book.topics).toEqual(["b"]);
    book.clear();
    expect(book.topics).toEqual([]);
  });

  test("are forgotten when they are gone", async () => {
    const { server, book } = setUp();
    const [one, two] = [server.peer(), server.peer()];
    for (const topic of ["a", "b"]) for (const peer of [one, two]) ask(peer, "subscribe", topic);
    one.leave();
    expect([book.count("a"), book.count("b")]).toEqual([1, 1]);
    two.leave();
    expect(book.topics).toEqual([]);
    expect(await book.publish("a", "price")).toBe(0);
  });

  test("that cannot be told hear so at once", () => {
    const { server, book } = setUp();
    const peer = server.peer("REQ");
    peer.say("", '{"jsonrpc": "2.0", "method": "subscribe", "params": ["a"], "id": 1}');
    expect(JSON.parse(peer.texts[0]?.[1] ?? "")).toMatchObject({ error: { code: -32012 } });
    expect(book.topics).toEqual([]);
  });

  test("have a limit of topics", () => {
    const { server, book } = setUp({ maxTopicsPerPeer: 1 });
    const peer = server.peer();
    ask(peer, "subscribe", "a");
    expect(ask(peer, "subscribe", "b")).toMatchObject({ error: { code: -32008 } });
    expect(book.topics).toEqual(["a"]);
  });

  test("have a limit in all, which counts those that are there", () => {
    const { server, book } = setUp({ maxSubscriptions: 2 });
    const [one, two] = [server.peer(), server.peer()];
    ask(one, "subscribe", "a");
    ask(two, "subscribe", "a");
    expect(ask(two, "subscribe", "b")).toMatchObject({
      error: {
        code: -32008,
        message: "expected at most maxSubscriptions = 2 subscriptions of all peers, got one more",
      },
    });
    one.leave();
    ask(two, "subscribe", "b");
    expect(book.topics).toEqual(["a", "b"]);
  });

  test("that are refused are not watched either", () => {
    let caller: CallPeer | undefined;
    const service = {
      subscribe: withContext((call, topic: string) => {
        caller = call.peer;
        return book.add(topic, call);
      }),
    };
    const server = new JsonrpcServer(service);
    const book = new SubscriptionBook(server.clock, { maxSubscriptions: 1 });
    const watchers = (): number =>
      caller === undefined ? 0 : getEventListeners(caller.signal, "abort").length;
    ask(server.peer(), "subscribe", "a");
    expect(watchers()).toBe(1);
    expect(ask(server.peer(), "subscribe", "a")).toMatchObject({ error: { code: -32008 } });
    expect(watchers()).toBe(0);
  });

  test("an argument that cannot be written is the publisher's fault, and costs nobody a subscription", async () => {
    const { server, book } = setUp();
    ask(server.peer(), "subscribe", "a");
    await expect(book.publish("a", "price", [() => 1])).rejects.toMatchObject({
      code: "CODEC_UNSUPPORTED",
    });
    expect(book.count("a")).toBe(1);
  });
});

describe("a subscriber that does not read", () => {
  const slowOne = (
    options: SubscriptionOptions,
  ): ReturnType<typeof setUp> & { slow: ScriptedPeer; quick: ScriptedPeer } => {
    const made = setUp(options);
    const [slow, quick] = [made.server.peer(), made.server.peer()];
    for (const peer of [slow, quick]) ask(peer, "subscribe", "a");
    slow.full = true;
    return { ...made, slow, quick };
  };

  test("holds up its publisher until it reads", async () => {
    const { server, book, slow, quick } = slowOne({ slowMs: 1000 });
    let done = false;
    const published = book.publish("a", "price", [1]).then((told) => {
      done = true;
      return told;
    });
    await server.clock.elapse(999);
    expect([done, quick.take().length]).toEqual([false, 1]);
    slow.drain();
    expect(await published).toBe(2);
    await server.clock.elapse(10_000);
    expect(book.count("a")).toBe(2);
    expect(server.clock.pending).toBe(0);
  });

  test("is forgotten after slowMs", async () => {
    const { server, book } = slowOne({ slowMs: 1000 });
    const published = book.publish("a", "price", [1]);
    await server.clock.elapse(1000);
    expect(await published).toBe(2);
    expect(book.count("a")).toBe(1);
  });

  test("releases its publisher when it leaves", async () => {
    const { server, book, slow } = slowOne({ slowMs: Infinity });
    const published = book.publish("a", "price", [1]);
    await server.settle();
    slow.leave();
    expect(await published).toBe(2);
    expect(book.count("a")).toBe(1);
  });

  test("is skipped where that is wanted", async () => {
    const { book, server, slow, quick } = slowOne({ whenSlow: "skip" });
    expect(await book.publish("a", "price", [1])).toBe(2);
    expect(await book.publish("a", "price", [1])).toBe(1);
    expect([slow.take().length, quick.take().length]).toEqual([1, 2]);
    slow.drain();
    await server.settle();
    expect(await book.publish("a", "price", [1])).toBe(2);
  });

  test("is forgotten where that is wanted", async () => {
    const { book } = slowOne({ whenSlow: "forget" });
    await book.publish("a", "price", [1]);
    expect(await book.publish("a", "price", [1])).toBe(1);
    expect(book.count("a")).toBe(1);
  });

  test("is forgotten when a publisher that never waits has sent it too much", () => {
    const { book, slow } = slowOne({});
    for (let i = 0; i < 2000; i++) void book.publish("a", "price", [1]);
    expect(slow.take()).toHaveLength(1000);
    expect(book.count("a")).toBe(1);
  });
});
