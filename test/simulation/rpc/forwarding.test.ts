/** A server that passes its calls on to another one, in virtual time. */

import { describe, expect } from "vitest";
import { threads } from "../../../src/dialects/threads/dialect.ts";
import type { ClientSettings } from "../../../src/rpc/client.ts";
import { withContext } from "../../../src/rpc/context.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import { forward } from "../../../src/rpc/forward.ts";
import type { Interceptor } from "../../../src/rpc/interceptor.ts";
import { offer } from "../../../src/rpc/offer.ts";
import { WINDOW_DEFAULTS } from "../../../src/rpc/receive-window.ts";
import type { ServerCall } from "../../../src/rpc/server-call.ts";
import type { ServerSettings } from "../../../src/rpc/server.ts";
import type { CallOrigin } from "../../../src/rpc/packet.ts";
import {
  collect,
  Gate,
  outcomeOf,
  scenario,
  type TestClient,
  type World,
} from "../../support/rpc.ts";

const BEHIND = "memory://behind";
const HIGH_WATER_MARK = 100;

interface Front {
  readonly client: TestClient;
  /** Calls that were passed on and are not over. */
  readonly passed: Set<number>;
}

/** A client, a server in front, and a service behind it. */
function front(
  world: World,
  service: Record<string, unknown>,
  options: Partial<ServerSettings> = {},
  linkOptions: Partial<ClientSettings> = {},
): Front {
  const behind = world.idleServer(service, { dialects: [threads()], sendStacks: true });
  void behind.core.bind(BEHIND);
  const link = world.idleClient({ dialect: threads(), ...linkOptions });
  link.core.connect(BEHIND);
  const passed = new Set<number>();
  let last = 0;
  const stand = {};
  const invoke =
    (method: string) =>
    (context: ServerCall, args: readonly unknown[]): Promise<unknown> => {
      const call = ++last;
      passed.add(call);
      const { id: peer, address, endpoint } = context.peer;
      const origin: CallOrigin = { call, peer, address, endpoint, notifiable: false };
      const over = (): void => void passed.delete(call);
      return forward(link.core, { method, context, args, origin, over });
    };
  const any = { least: 0, most: Infinity };
  const methods = Object.keys(service).map((name) => {
    return [name, { description: {}, arity: any, exposed: false, invoke: invoke(name) }] as const;
  });
  offer(stand, { name: "behind", instance: false, methods: new Map(methods) });
  world.server(stand, options);
  return { client: world.client(), passed };
}

describe("a call that is passed on", () => {
  scenario("has its value, its error and its headers", async (world) => {
    const { client, passed } = front(world, {
      add: (a: number, b: number) => a + b,
      headers: withContext((call) => call.headers),
      fail: () => {
        throw new RpcError("not_found", "no cup", { details: { cup: 1 }, cause: new Error("why") });
      },
    });
    expect(await client.call("add", 1, 2)).toBe(3);
    expect(await client.callWith({ headers: { trace: "a" } }, "headers")).toEqual({ trace: "a" });
    expect(await client.call("headers")).toEqual({});
    expect(await outcomeOf(client.call("fail"))).toMatchObject({
      status: "not_found",
      details: { cup: 1 },
      cause: { message: "why" },
      peerStack: undefined,
    });
    expect(passed.size).toBe(0);
  });

  scenario("knows how much time is left, and ends with its deadline", async (world) => {
    const reasons: unknown[] = [];
    const { client, passed } = front(world, {
      remaining: withContext((call) => call.remainingMs ?? null),
      wait: withContext(
        (call) =>
          new Promise((resolve) => {
            call.signal.addEventListener("abort", () => {
              reasons.push((call.signal.reason as RpcError).status);
              resolve(undefined);
            });
          }),
      ),
    });
    expect(await client.callWith({ timeoutMs: 700 }, "remaining")).toBe(700);
    expect(await client.callWith({ timeoutMs: 0 }, "remaining")).toBeNull();
    const outcome = outcomeOf(client.callWith({ timeoutMs: 100 }, "wait"));
    await world.clock.elapse(100);
    expect(await outcome).toMatchObject({ status: "deadline_exceeded" });
    await world.settle();
    expect(reasons).toHaveLength(1);
    expect(passed.size).toBe(0);
  });

  scenario("is cancelled where it runs when its caller cancels or is gone", async (world) => {
    let aborted = 0;
    const wait = withContext(
      (call) =>
        new Promise((resolve) => {
          call.signal.addEventListener("abort", () => resolve(++aborted));
        }),
    );
    const { client, passed } = front(world, { wait });
    const aborter = new AbortController();
    const outcome = outcomeOf(client.callWith({ signal: aborter.signal }, "wait"));
    await world.settle();
    aborter.abort();
    expect(await outcome).toMatchObject({ status: "cancelled" });
    await world.settle();
    expect(aborted).toBe(1);
    const lost = outcomeOf(client.call("wait"));
    await world.settle();
    const wire = world.hub.wires.find(({ endpoint }) => endpoint !== BEHIND);
    wire?.break();
    expect(await lost).toMatchObject({ status: "unavailable", mayHaveRun: true });
    await world.settle();
    expect(aborted).toBe(2);
    expect(passed.size).toBe(0);
  });

  scenario("does not begin when its caller has left before its turn", async (world) => {
    let ran = 0;
    const gate = new Gate();
    const { client, passed } = front(
      world,
      { run: () => ++ran },
      { interceptors: [(call, next) => gate.pass().then(() => next(call))] },
    );
    const aborter = new AbortController();
    const outcome = outcomeOf(client.callWith({ signal: aborter.signal }, "run"));
    await world.settle();
    aborter.abort();
    await outcome;
    await world.settle();
    gate.open();
    await world.settle();
    expect([ran, passed.size]).toEqual([0, 0]);
  });

  scenario("streams both ways, at the pace of the consumer", async (world) => {
    let steps = 0;
    const { client, passed } = front(world, {
      *endless() {
        for (;;) yield ++steps;
      },
      *count(n: number) {
        for (let i = 0; i < n; i++) yield i;
        return "end";
      },
      *breaks() {
        yield 1;
        throw new RangeError("it broke");
      },
      sum: async (numbers: AsyncIterable<number>) => {
        let sum = 0;
        for await (const one of numbers) sum += one;
        return sum;
      },
    });
    for (const n of [0, 1, 130, 5000]) {
      expect(await collect(client.call("count", n))).toHaveLength(n);
    }
    const numbers = async function* (): AsyncGenerator<number> {
      for (let n = 1; n <= 300; n++) yield n;
    };
    expect(await client.call("sum", numbers())).toBe(45_150);
    const broken = client.call("breaks");
    expect(await broken.next()).toMatchObject({ value: 1 });
    expect(await outcomeOf(broken.next())).toMatchObject({ name: "RangeError" });
    const stream = client.call("endless");
    await world.settle();
    // zerorpc's first item comes without being asked for, and no other does.
    expect(steps).toBe(1);
    await stream.next();
    await stream.next();
    await world.settle();
    expect(steps).toBe(2);
    await stream.return();
    await world.settle();
    expect(passed.size).toBe(0);
  });

  scenario(
    "holds a window of items, however many its caller wants and does not read",
    async (world) => {
      const total = 5000;
      let steps = 0;
      front(world, {
        *items() {
          while (steps < total) yield ++steps;
        },
      });
      const raw = world.rawClient();
      await world.settle();
      const id = raw.send("items", []);
      await world.settle();
      expect(steps).toBe(1);
      raw.pause();
      raw.send("_zpc_more", [2 ** 53], { response_to: id });
      for (let turn = 0; turn < 500; turn++) await world.settle();
      expect(steps).toBeLessThanOrEqual(1 + HIGH_WATER_MARK + WINDOW_DEFAULTS.maxWindowItems);
      raw.resume();
      for (let turn = 0; turn < 1000; turn++) await world.settle();
      expect(steps).toBe(total);
      expect(raw.said.filter(([name]) => name === "STREAM")).toHaveLength(total);
      expect(raw.said.at(-1)?.[0]).toBe("STREAM_DONE");
      await raw.transport.close(0);
    },
    { highWaterMark: HIGH_WATER_MARK },
  );

  scenario("lets values, errors and the end reach its generator", async (world) => {
    const seen: unknown[] = [];
    const { client } = front(world, {
      *mirror() {
        try {
          let heard: unknown = "first";
          for (;;) {
            try {
              heard = yield heard;
            } catch (error) {
              heard = `caught ${(error as Error).message}`;
            }
          }
        } finally {
          seen.push("cleaned up");
        }
      },
    });
    const stream = client.call("mirror");
    expect(await stream.next()).toMatchObject({ value: "first" });
    expect(await stream.next("a")).toMatchObject({ value: "a" });
    expect(await stream.throw(new Error("b"))).toMatchObject({ value: "caught b" });
    expect(await stream.next("c")).toMatchObject({ value: "c" });
    expect(await stream.return("d")).toEqual({ value: "d", done: true });
    await world.settle();
    expect(seen).toEqual(["cleaned up"]);
  });

  scenario("waits for somebody to take it, and fails as its peer does", async (world) => {
    const { client } = front(world, { never: () => new Promise(() => undefined) });
    const outcome = outcomeOf(client.call("never"));
    await world.settle();
    const wire = world.hub.wires.find(({ endpoint }) => endpoint === BEHIND);
    wire?.break(new RpcError("unavailable", "out of memory"));
    expect(await outcome).toMatchObject({
      status: "unavailable",
      mayHaveRun: true,
      message: `the peer at ${BEHIND} is gone; the call may have run: out of memory`,
    });
  });
});

describe("a call that nobody behind the server has room for", () => {
  const full = { dialect: threads(1), maxQueuedCalls: 0 };
  const refused = {
    status: "resource_exhausted",
    message: "expected at most maxQueuedCalls = 0 calls to wait for a peer, got one more",
    mayHaveRun: false,
  };

  scenario("has certainly not run, and runs when it comes again under its id", async (world) => {
    const gate = new Gate();
    const work = async (): Promise<string> => {
      await gate.pass();
      return "done";
    };
    const { client } = front(world, { work }, {}, full);
    const first = client.call("work");
    await world.settle();
    const again = { requestId: "a" };
    expect(await outcomeOf(client.callWith(again, "work"))).toMatchObject(refused);
    gate.open();
    expect(await first).toBe("done");
    const second = client.callWith(again, "work");
    await world.settle();
    gate.open();
    expect(await second).toBe("done");
  });

  scenario("says so of no other call, of an interceptor or of a handler", async (world) => {
    const gate = new Gate();
    const service = {
      work: () => gate.pass(),
      borrow: () => Promise.reject(new RpcError("aborted", "of its own", { mayHaveRun: false })),
    };
    const twice: Interceptor = async (call, next) => {
      if (call.method === "borrow") return next(call);
      void next(call);
      await world.settle();
      return next(call);
    };
    const { client } = front(world, service, { interceptors: [twice] }, full);
    expect(await outcomeOf(client.call("borrow"))).toMatchObject({
      status: "aborted",
      mayHaveRun: true,
    });
    const outcome = outcomeOf(client.call("work"));
    await world.settle();
    expect(await outcome).toMatchObject({ ...refused, mayHaveRun: true });
    gate.open();
  });
});
