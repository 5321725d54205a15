import { describe, expect, test } from "vitest";
import { Dealer } from "../../../src/sockets/dealer.ts";
import { Publisher } from "../../../src/sockets/publisher.ts";
import { Subscriber } from "../../../src/sockets/subscriber.ts";
import { XPublisher } from "../../../src/sockets/xpublisher.ts";
import { XSubscriber } from "../../../src/sockets/xsubscriber.ts";
import { textOf } from "../../support/pipes.ts";
import { type World, world } from "../../support/simulated.ts";

/** Everything that is here, as text. */
async function all(
  subscriber: Subscriber | XSubscriber | XPublisher,
  here: World,
): Promise<string[]> {
  const texts: string[] = [];
  await here.clock.elapse(10);
  for (;;) {
    const controller = new AbortController();
    const receiving = subscriber.receive({ signal: controller.signal });
    controller.abort();
    try {
      texts.push(textOf(await receiving).join("|"));
    } catch {
      return texts;
    }
  }
}

describe.each(["inproc://a", "tcp://a:1"])("PUB and SUB at %s", (endpoint) => {
  async function pair(options = {}): Promise<{
    readonly here: World;
    readonly publisher: Publisher;
    readonly subscriber: Subscriber;
  }> {
    const here = world();
    const publisher = new Publisher(options, here.platform);
    await publisher.bind(endpoint);
    const subscriber = new Subscriber({}, here.platform);
    subscriber.connect(endpoint);
    await here.clock.elapse(10);
    return { here, publisher, subscriber };
  }

  test("a subscriber gets the messages that start with one of its topics, each once", async () => {
    const { here, publisher, subscriber } = await pair();
    subscriber.subscribe("weather.", "weather.berlin", new Uint8Array([0xff]));
    await here.clock.elapse(10);
    for (const topic of ["weather.berlin", "weather", "sport", "weather.", ""]) {
      await publisher.send([topic, "payload"]);
    }
    await publisher.send([new Uint8Array([0xff, 0xfe])]);
    expect(await all(subscriber, here)).toEqual([
      "weather.berlin|payload",
      "weather.|payload",
      "\ufffd\ufffd",
    ]);
  });

  test("a topic is wanted as long as it was asked for more often than taken back", async () => {
    const { here, publisher, subscriber } = await pair();
    subscriber.subscribe("a", "a");
    subscriber.unsubscribe("a");
    subscriber.unsubscribe("never asked for");
    await here.clock.elapse(10);
    await publisher.send("a1");
    expect(await all(subscriber, here)).toEqual(["a1"]);
    subscriber.unsubscribe("a");
    await publisher.send("a2");
    await here.clock.elapse(10);
    await publisher.send("a3");
    expect(await all(subscriber, here)).toEqual([]);
  });

  test("no topic means all messages", async () => {
    const { here, publisher, subscriber } = await pair();
    subscriber.subscribe();
    await here.clock.elapse(10);
    await publisher.send(["", "x"]);
    expect(await all(subscriber, here)).toEqual(["|x"]);
    subscriber.unsubscribe();
    await here.clock.elapse(10);
    await publisher.send("y");
    expect(await all(subscriber, here)).toEqual([]);
  });

  test("topics are told again to every new peer", async () => {
    const { here, publisher, subscriber } = await pair();
    subscriber.subscribe("a");
    await Promise.all([publisher.close(), here.clock.elapse(10)]);
    const next = new Publisher({}, here.platform);
    await next.bind(endpoint);
    await here.clock.elapse(1000);
    await next.send("a again");
    expect(await all(subscriber, here)).toEqual(["a again"]);
  });

  test("everybody gets a message, and nobody after leaving", async () => {
    const { here, publisher, subscriber } = await pair();
    const other = new Subscriber({}, here.platform);
    other.connect(endpoint);
    subscriber.subscribe("a");
    other.subscribe("a", "b");
    await here.clock.elapse(10);
    await publisher.send("a");
    expect([await all(subscriber, here), await all(other, here)]).toEqual([["a"], ["a"]]);
    await Promise.all([other.close(), here.clock.elapse(10)]);
    await publisher.send("b");
    await publisher.send("ab");
    expect(await all(subscriber, here)).toEqual(["ab"]);
    expect(publisher.peerCount).toBe(1);
  });

  test("a burst as long as the high-water mark arrives as a whole", async () => {
    for (const mark of [1000, 100]) {
      const here = world();
      const publisher = new Publisher({ sendHighWaterMark: mark }, here.platform);
      await publisher.bind(endpoint);
      const subscriber = new Subscriber({ receiveHighWaterMark: mark }, here.platform);
      subscriber.connect(endpoint);
      subscriber.subscribe();
      await here.clock.elapse(10);
      for (let n = 0; n < mark; n += 1) await publisher.send("test message");
      expect(await all(subscriber, here)).toHaveLength(mark);
    }
  });

  test("a slow subscriber misses messages and keeps nobody waiting", async () => {
    const here = world({ bufferBytes: 1000 });
    const publisher = new Publisher({ sendHighWaterMark: 10 }, here.platform);
    await publisher.bind(endpoint);
    const slow = new Subscriber({ receiveHighWaterMark: 10 }, here.platform);
    const quick = new Subscriber({}, here.platform);
    for (const subscriber of [slow, quick]) {
      subscriber.connect(endpoint);
      subscriber.subscribe();
    }
    await here.clock.elapse(10);
    let heard = 0;
    for (let n = 0; n < 200; n += 1) {
      await publisher.send(new Uint8Array(200));
      await here.clock.elapse(1);
      await quick.receive();
      heard += 1;
    }
    expect(heard).toBe(200);
    const late = await all(slow, here);
    expect(late.length).toBeGreaterThanOrEqual(10);
    expect(late.length).toBeLessThan(60);
  });

  test("a peer that subscribes to more than the limit is disconnected", async () => {
    const { here, publisher, subscriber } = await pair({ maxSubscriptionBytes: 1000 });
    for (let n = 0; n < 14; n += 1) subscriber.subscribe(`topic${n}`);
    await here.clock.elapse(10);
    expect(publisher.peerCount).toBe(1);
    for (let n = 14; n < 20; n += 1) subscriber.subscribe(`topic${n}`);
    await here.clock.elapse(10);
    expect(publisher.peerCount).toBe(0);
    await publisher.send("topic1");
    expect(() => new Publisher({ maxSubscriptionBytes: 0 }, here.platform)).toThrow(
      "maxSubscriptionBytes to be an integer from 1",
    );
  });

  test("XPUB shows first subscriptions and last cancellations", async () => {
    const here = world();
    const publisher = new XPublisher({}, here.platform);
    await publisher.bind(endpoint);
    const [one, two] = [0, 1].map(() => new Subscriber({}, here.platform));
    for (const subscriber of [one, two]) {
      subscriber?.connect(endpoint);
      await here.clock.elapse(10);
      subscriber?.subscribe("A");
      await here.clock.elapse(10);
    }
    expect(await all(publisher, here)).toEqual(["\u0001A"]);
    one?.unsubscribe("A");
    expect(await all(publisher, here)).toEqual([]);
    await Promise.all([two?.close(), here.clock.elapse(10)]);
    expect(await all(publisher, here)).toEqual(["\u0000A"]);
  });

  test("XPUB shows every subscription, or every cancellation too, when told to", async () => {
    for (const verbosity of ["allSubs", "allSubsUnsubs"] as const) {
      const here = world();
      const publisher = new XPublisher({ verbosity }, here.platform);
      await publisher.bind(endpoint);
      const subscribers = [0, 1].map(() => new Subscriber({}, here.platform));
      for (const subscriber of subscribers) {
        subscriber.connect(endpoint);
        subscriber.subscribe("A");
      }
      expect(await all(publisher, here)).toEqual(["\u0001A", "\u0001A"]);
      for (const subscriber of subscribers) subscriber.unsubscribe("A");
      const cancelled = await all(publisher, here);
      expect(cancelled).toHaveLength(verbosity === "allSubs" ? 1 : 2);
    }
    expect(() => new XPublisher({ verbosity: "loud" as never }, world().platform)).toThrow(
      "expected verbosity null",
    );
  });

  test("XSUB subscribes by messages and sends others to all publishers", async () => {
    const here = world();
    const publisher = new XPublisher({}, here.platform);
    await publisher.bind(endpoint);
    const subscriber = new XSubscriber({}, here.platform);
    subscriber.connect(endpoint);
    await subscriber.send("\u0001A");
    await subscriber.send("\u0001B");
    await here.clock.elapse(10);
    await subscriber.send("\u0000A");
    await subscriber.send("upwards");
    await subscriber.send(["\u0001C", "two frames"]);
    expect(await all(publisher, here)).toEqual([
      "\u0001A",
      "\u0001B",
      "\u0000A",
      "upwards",
      "\u0001C|two frames",
    ]);
    for (const topic of ["A", "B", "C"]) await publisher.send([topic, "x"]);
    expect(await all(subscriber, here)).toEqual(["B|x"]);
  });

  test("nothing can be subscribed after close, and a stranger is refused", async () => {
    const { here, publisher, subscriber } = await pair();
    const dealer = new Dealer({}, here.platform);
    const failures: string[] = [];
    dealer.events.on("*", ({ type }) => failures.push(type));
    dealer.connect(endpoint);
    await here.clock.elapse(10);
    expect(failures.slice(-2)).toEqual(["handshake:error:protocol", "connect:stopped"]);
    const closing = subscriber.close();
    for (const verb of ["subscribe", "unsubscribe"] as const) {
      expect(() => subscriber[verb]("a")).toThrow(
        expect.objectContaining({ code: "USAGE_CLOSED" }),
      );
    }
    await Promise.all([closing, publisher.close(), here.clock.elapse(10)]);
    expect(() => publisher.send("late")).toThrow("send after close");
  });
});
