/**
 * What every dialect does: one suite, run with a client and a server of the same dialect in virtual
 * time and memory.
 *
 * What a protocol has no words for is named in a table, with the reason; there the suite checks that
 * the call ends with an error instead of hanging, or that the thing is simply not said.
 */

import { describe, expect, test } from "vitest";
import { withContext } from "../../src/rpc/context.ts";
import type { Dialect } from "../../src/rpc/dialect.ts";
import { RpcError } from "../../src/rpc/errors.ts";
import type { Packet } from "../../src/rpc/packet.ts";
import {
  collect,
  Gate,
  outcomeOf,
  scenario,
  type TestClient,
  verifying,
  type World,
} from "./rpc.ts";

/** What not every protocol can say. */
export type Feature =
  /** Octets are a kind of value. */
  | "octets"
  /** Integers beyond 2^53. */
  | "big integers"
  /** An error keeps its status, details and cause. */
  | "structured errors"
  /** The server learns that the caller gave up. */
  | "cancellation"
  /** The server learns how long the caller waits. */
  | "deadlines"
  | "headers"
  | "named arguments"
  | "streams"
  /** `next(value)` and `throw` reach the handler's generator. */
  | "two-way generators"
  /** An argument can be a stream. */
  | "input streams"
  /** Requests that nobody answers. */
  | "one-way calls"
  | "introspection";

/** Why a dialect cannot say something. */
export type Cannot = Readonly<Partial<Record<Feature, string>>>;

const service = {
  add: (a: number, b: number) => a + b,
  echo: (value: unknown) => value,
  fail: (message: string) => {
    throw new RangeError(message);
  },
  failWell: () => {
    throw new RpcError("not_found", "no such cup", {
      details: { cup: 1 },
      cause: new Error("the shelf is empty"),
    });
  },
  unwritable: () => () => 1,
  headers: withContext((call) => call.headers),
  remaining: withContext((call) => call.remainingMs ?? null),
  *count(n: number) {
    for (let i = 0; i < n; i++) yield i;
  },
  *breaks(n: number) {
    for (let i = 0; i < n; i++) yield i;
    throw new Error("it broke");
  },
  *endless() {
    for (let i = 0; ; i++) yield i;
  },
  *mirror() {
    let heard: unknown = "first";
    for (;;) {
      try {
        heard = yield heard;
      } catch (error) {
        heard = `caught ${(error as Error).message}`;
      }
    }
  },
  sum: async (numbers: AsyncIterable<number>) => {
    let sum = 0;
    for await (const one of numbers) sum += one;
    return sum;
  },
};

/** Runs the suite. */
export function checkDialect(make: () => Dialect, cannot: Cannot = {}): void {
  const pair = (world: World): TestClient => {
    world.server(service, { dialects: [make()] });
    return world.client({ dialect: make() });
  };
  /** A scenario that needs a feature; without it nothing is run and the name says why. */
  const needs = (
    feature: Feature,
    name: string,
    body: (world: World, client: TestClient) => Promise<void>,
  ): void => {
    const reason = cannot[feature];
    // A test that is skipped asserts nothing.
    // oxlint-disable-next-line vitest/expect-expect
    if (reason !== undefined) test(name, ({ skip }) => skip(reason));
    else scenario(name, (world) => body(world, pair(world)));
  };

  describe("calls", () => {
    scenario("give values and errors", async (world) => {
      const client = pair(world);
      expect(await client.call("add", 1, 2)).toBe(3);
      const values = [null, true, 1.5, -7, "é€😀", [1, [2]], { a: { b: [] } }];
      for (const value of values) expect(await client.call("echo", value)).toEqual(value);
      expect(await outcomeOf(client.call("fail", "went wrong"))).toMatchObject({
        origin: "peer",
        message: expect.stringContaining("went wrong") as unknown,
      });
    });

    scenario(
      "of methods that are not there fail, as do results that cannot be written",
      async (world) => {
        const client = pair(world);
        expect(await outcomeOf(client.call("nothing"))).toMatchObject({ status: "unimplemented" });
        expect(await outcomeOf(client.call("unwritable"))).toBeInstanceOf(RpcError);
        expect(await client.call("add", 1, 2)).toBe(3);
      },
    );

    scenario("are answered each by its own answer, in whatever order", async (world) => {
      const gate = new Gate();
      const late = async (n: number): Promise<number> => {
        await gate.pass();
        return n;
      };
      world.server({ late, now: (n: number) => n }, { dialects: [make()] });
      const client = world.client({ dialect: make() });
      const slow = [1, 2, 3].map((n) => client.call("late", n));
      await world.settle();
      gate.open();
      expect(await Promise.all([client.call("now", 9), ...slow])).toEqual([9, 1, 2, 3]);
    });

    scenario("outlive any number of heartbeats", async (world) => {
      const gate = new Gate();
      const wait = (): Promise<string> => gate.pass().then(() => "done");
      world.server({ wait }, { dialects: [make()] });
      const client = world.client({ dialect: make() });
      const call = client.callWith({ timeoutMs: 600_000 }, "wait");
      await world.clock.elapse(300_000);
      gate.open();
      expect(await call).toBe("done");
    });

    scenario("end when their time is over, and leave nothing", async (world) => {
      const gate = new Gate();
      world.server({ wait: () => gate.pass() }, { dialects: [make()] });
      const client = world.client({ dialect: make() });
      const outcome = outcomeOf(client.callWith({ timeoutMs: 100 }, "wait"));
      await world.clock.elapse(100);
      expect(await outcome).toMatchObject({ status: "deadline_exceeded" });
      gate.open();
    });
  });

  describe("what not every protocol can say", () => {
    needs("octets", "octets stay octets", async (_world, client) => {
      expect(await client.call("echo", Uint8Array.of(0, 255))).toEqual(Uint8Array.of(0, 255));
    });

    needs("big integers", "large integers are exact", async (_world, client) => {
      expect(await client.call("echo", 2n ** 63n)).toBe(2n ** 63n);
    });

    needs("structured errors", "errors keep status, details and cause", async (_world, client) => {
      expect(await outcomeOf(client.call("failWell"))).toMatchObject({
        status: "not_found",
        message: "no such cup",
        details: { cup: 1 },
        cause: { message: "the shelf is empty" },
      });
    });

    needs("cancellation", "a cancelled call aborts its handler", async (world) => {
      const aborted: unknown[] = [];
      const wait = withContext(
        (call) =>
          new Promise((resolve) => {
            call.signal.addEventListener("abort", () => {
              aborted.push(call.signal.reason);
              resolve(undefined);
            });
          }),
      );
      const cancelling = world.idleServer({ wait }, { dialects: [make()] });
      await cancelling.core.bind("memory://cancelling");
      const client = world.idleClient({ dialect: make() });
      client.core.connect("memory://cancelling");
      const aborter = new AbortController();
      const outcome = outcomeOf(client.callWith({ signal: aborter.signal }, "wait"));
      await world.settle();
      aborter.abort();
      expect(await outcome).toMatchObject({ status: "cancelled" });
      await world.settle();
      expect(aborted).toMatchObject([{ status: "cancelled" }]);
    });

    needs("deadlines", "a handler knows how long its caller waits", async (_world, client) => {
      expect(await client.callWith({ timeoutMs: 700 }, "remaining")).toBe(700);
    });

    needs("headers", "headers reach the handler", async (_world, client) => {
      expect(await client.callWith({ headers: { trace: "a" } }, "headers")).toEqual({ trace: "a" });
    });

    needs("named arguments", "arguments find their parameters by name", async (_world, client) => {
      expect(await client.caller.call("add", { b: 2, a: 40 })).toBe(42);
    });

    needs("one-way calls", "a one-way call is over when it has left", async (world) => {
      const noted: unknown[] = [];
      const other = world.idleServer(
        { note: (n: number) => noted.push(n) },
        { dialects: [make()] },
      );
      await other.core.bind("memory://notes");
      const client = world.idleClient({ dialect: make() });
      client.core.connect("memory://notes");
      await client.caller.notify("note", [5]);
      await world.settle();
      expect(noted).toEqual([5]);
    });

    needs("introspection", "a service tells its methods", async (_world, client) => {
      const { introspection } = make();
      if (introspection === undefined) throw new Error("the dialect has no introspection");
      const told = introspection.read(await client.call(introspection.method));
      expect(Object.keys(told.methods)).toEqual(expect.arrayContaining(["add", "count"]));
    });
  });

  describe("a policy", () => {
    /** A service of which some may call some, and a client of it. */
    const guarded = (world: World, identity: string | undefined): TestClient => {
      world.server(
        { add: (a: number, b: number) => a + b, secret: () => "gold" },
        {
          dialects: [make()],
          transport: verifying(world.hub, () => identity),
          policy: { rules: [{ methods: "a*", allow: ["ada"] }] },
        },
      );
      return world.client({ dialect: make() });
    };

    scenario("denies with a status of its own, and lets the rest happen", async (world) => {
      const client = guarded(world, "ada");
      const outcome = await outcomeOf(client.call("secret"));
      expect(outcome).toMatchObject({ origin: "peer", status: "permission_denied" });
      expect(String(outcome)).toContain('"ada" may not call "secret"');
      expect(await client.call("add", 1, 2)).toBe(3);
    });

    scenario("wants those verified whom nobody knows", async (world) => {
      const client = guarded(world, undefined);
      expect(await outcomeOf(client.call("add", 1, 2))).toMatchObject({
        origin: "peer",
        status: "unauthenticated",
      });
    });

    needs("introspection", "hides what a caller may not call", async (world) => {
      const { introspection } = make();
      if (introspection === undefined) throw new Error("the dialect has no introspection");
      const other = world.idleServer(
        { add: () => 1, secret: () => "gold" },
        { dialects: [make()], policy: { rules: [{ methods: "add", allow: "anyone" }] } },
      );
      await other.core.bind("memory://guarded");
      const client = world.idleClient({ dialect: make() });
      client.core.connect("memory://guarded");
      const told = introspection.read(await client.call(introspection.method));
      expect(Object.keys(told.methods)).toEqual(["add"]);
    });
  });

  describe("streams", () => {
    for (const n of [0, 1, 2, 130, 5000]) {
      needs("streams", `of ${n} items arrive whole and in order`, async (_world, client) => {
        const items = Array.from({ length: n }, (_, i) => i);
        expect(await collect(client.call("count", n))).toEqual(items);
      });
    }

    needs("streams", "end early when their consumer leaves", async (_world, client) => {
      for await (const item of client.call("endless")) if (item === 3) break;
    });

    needs("streams", "break with the error of their handler", async (_world, client) => {
      const items: unknown[] = [];
      const read = async (): Promise<void> => {
        for await (const item of client.call("breaks", 3)) items.push(item);
      };
      expect(await outcomeOf(read())).toMatchObject({ origin: "peer" });
      expect(items).toEqual([0, 1, 2]);
    });

    needs("two-way generators", "take values and errors", async (_world, client) => {
      const stream = client.call("mirror");
      expect(await stream.next()).toMatchObject({ value: "first" });
      expect(await stream.next("a")).toMatchObject({ value: "a" });
      expect(await stream.throw(new Error("b"))).toMatchObject({ value: "caught b" });
      expect(await stream.return()).toMatchObject({ done: true });
    });

    needs("input streams", "can be arguments", async (_world, client) => {
      const numbers = async function* (): AsyncGenerator<number> {
        for (let n = 1; n <= 300; n++) yield n;
      };
      expect(await client.call("sum", numbers())).toBe(45_150);
    });
  });

  scenario("a stream is one, or an error where the protocol has none", async (world) => {
    const outcome = await outcomeOf(pair(world).call("count", 0));
    if (cannot.streams === undefined)
      expect(await collect(outcome as AsyncIterable<unknown>)).toEqual([]);
    else expect(outcome).toBeInstanceOf(RpcError);
  });

  test("rubbish is reported and never thrown", () => {
    const peer = { socketType: "" };
    const translators = [make().serverTranslator(peer), make().clientTranslator(peer)];
    const rubbish = [[], [""], ["", ""], ["\u0093"], ["|", "x"], ["{"], ["", "[1,2", "x"]];
    for (const translator of translators) {
      for (const frames of rubbish) {
        const packets: Packet[] = [];
        translator.decode(
          frames.map((frame) => new Uint8Array(Buffer.from(frame, "latin1"))),
          packets,
        );
        for (const { type } of packets) expect(["malformed", "immediate"]).toContain(type);
      }
    }
  });
}
