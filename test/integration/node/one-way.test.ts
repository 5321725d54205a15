import { expect, test } from "vitest";
import { isZerocallError } from "../../../src/base/errors.ts";
import { Publisher, Puller, Pusher, Subscriber } from "../../../src/node/one-way.ts";
import { within } from "../../support/within.ts";

/** A service that keeps what it was told, and a wait for the n-th call. */
function recorder(): {
  readonly service: { note(...args: unknown[]): void };
  readonly seen: unknown[][];
  reached(count: number): Promise<void>;
} {
  const seen: unknown[][] = [];
  let wanted = Infinity;
  let reach = (): void => {};
  return {
    service: {
      note: (...args) => {
        seen.push(args);
        if (seen.length >= wanted) reach();
      },
    },
    seen,
    reached: (count) =>
      within(
        new Promise((resolve) => {
          wanted = count;
          reach = resolve;
          if (seen.length >= count) resolve();
        }),
        `call number ${count}`,
      ),
  };
}

/** A logger that keeps its lines. */
function keeper(): {
  readonly logger: Record<"debug" | "info" | "warn" | "error", (line: string) => void>;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const at = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  return {
    logger: { debug: () => {}, info: () => {}, warn: at("warn"), error: at("error") },
    lines,
  };
}

test("hands each call of a pusher to a puller, in order", async () => {
  const { service, seen, reached } = recorder();
  await using puller = new Puller(service);
  const endpoint = await puller.bind("tcp://127.0.0.1:0");
  await using pusher = new Pusher<typeof service>(endpoint);
  for (let n = 0; n < 100; n++) await pusher.note(n, "text", new Uint8Array([1]));
  await reached(100);
  expect(seen.map(([n]) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(seen[0]).toEqual([0, "text", new Uint8Array([1])]);
});

test("spreads the calls of a pusher that is bound over the pullers that connect", async () => {
  const first = recorder();
  const second = recorder();
  await using pusher = new Pusher();
  const endpoint = await pusher.bind("tcp://127.0.0.1:0");
  await using one = new Puller(first.service);
  await using other = new Puller(second.service);
  one.connect(endpoint);
  other.connect(endpoint);
  await within(
    until(() => pusher.peerCount === 2),
    "two pullers",
  );
  for (let n = 0; n < 10; n++) await pusher.send("note", [n]);
  await Promise.all([first.reached(5), second.reached(5)]);
  expect(first.seen.length + second.seen.length).toBe(10);
});

test("tells the calls of a publisher to all subscribers", async () => {
  const first = recorder();
  const second = recorder();
  await using publisher = new Publisher();
  const endpoint = await publisher.bind("tcp://127.0.0.1:0");
  await using one = new Subscriber(first.service);
  await using other = new Subscriber(second.service);
  one.connect(endpoint);
  other.connect(endpoint);
  // Who subscribes when is not told: publish until both have heard something.
  const publish = async (): Promise<void> => {
    while (first.seen.length === 0 || second.seen.length === 0) {
      await publisher.send("note", ["news"]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await within(publish(), "news for both");
  expect(first.seen[0]).toEqual(["news"]);
  expect(second.seen[0]).toEqual(["news"]);
});

test("logs failing, unknown, badly called and malformed events and goes on", async () => {
  const { service, seen, reached } = recorder();
  const { logger, lines } = keeper();
  await using puller = new Puller(
    {
      ...service,
      fail: () => {
        throw new Error("went wrong");
      },
      failLater: () => Promise.reject(new Error("went wrong later")),
      // oxlint-disable-next-line no-unused-vars
      none: () => undefined,
    },
    { logger },
  );
  const endpoint = await puller.bind("tcp://127.0.0.1:0");
  await using pusher = new Pusher(endpoint);
  await pusher["fail"]?.();
  await pusher["failLater"]?.();
  await pusher["nothing"]?.();
  await pusher["none"]?.(1, 2);
  await pusher["__proto__.toString"]?.();
  await pusher["note"]?.("last");
  await reached(1);
  expect(seen).toEqual([["last"]]);
  expect(lines.map((line) => line.split("\n")[0])).toEqual([
    "error fail() called by ? failed: Error: went wrong",
    "error failLater() called by ? failed: Error: went wrong later",
    expect.stringContaining('the service has no method "nothing"'),
    expect.stringContaining("takes 0 arguments, got 2"),
    expect.stringContaining('the service has no method "__proto__.toString"'),
  ]);
});

test("carries headers through interceptors on both sides", async () => {
  const { service, reached } = recorder();
  const heard: unknown[] = [];
  await using puller = new Puller(service, {
    interceptors: [
      (call, next) => {
        heard.push([call.side, call.method, call.headers]);
        return next(call);
      },
    ],
  });
  const endpoint = await puller.bind("tcp://127.0.0.1:0");
  await using pusher = new Pusher(endpoint, {
    headers: { trace: "a" },
    interceptors: [(call, next) => next({ ...call, headers: { ...call.headers, more: 1 } })],
  });
  await pusher.send("note", [], { own: true });
  await reached(1);
  expect(heard).toEqual([["server", "note", { trace: "a", own: true, more: 1 }]]);
});

test("runs one handler at a time, or as many as the pool has", async () => {
  for (const poolSize of [1, 3]) {
    let running = 0;
    let most = 0;
    const { service, reached } = recorder();
    const slow = async (): Promise<void> => {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      service.note();
    };
    await using puller = new Puller({ slow }, { poolSize });
    const endpoint = await puller.bind("tcp://127.0.0.1:0");
    await using pusher = new Pusher(endpoint);
    for (let n = 0; n < 9; n++) await pusher.send("slow");
    await reached(9);
    expect(most).toBe(poolSize);
  }
});

test("refuses arguments that cannot be written and headers of the protocol", async () => {
  await using pusher = new Pusher();
  await pusher.bind("tcp://127.0.0.1:0");
  await expect(pusher.send("x", [() => 1])).rejects.toMatchObject({ code: "CODEC_UNSUPPORTED" });
  await expect(pusher.send("x", [], { v: 1 })).rejects.toMatchObject({ code: "USAGE_ARGUMENTS" });
  const many = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`h${n}`, n]));
  await expect(pusher.send("x", [], many)).rejects.toMatchObject({ code: "USAGE_ARGUMENTS" });
});

test("registers and removes methods, lists them, and resolves endpoints", async () => {
  const { service, seen, reached } = recorder();
  await using puller = new Puller(undefined, {
    resolveEndpoint: async (name) => (name === "here" ? "tcp://127.0.0.1:0" : name),
  });
  puller.register("deep", service);
  puller.register("single", service.note);
  puller.register("gone", service.note);
  expect(puller.unregister("gone")).toBe(1);
  expect(puller.methods).toEqual(["deep.note", "single"]);
  const endpoint = await puller.bind("here");
  expect(puller.endpoints).toEqual([endpoint]);
  await using pusher = new Pusher<{ deep: typeof service }>([], {
    resolveEndpoint: () => Promise.resolve(endpoint),
  });
  pusher.connect("there");
  await pusher.remote.deep.note(1);
  await reached(1);
  expect(seen).toEqual([[1]]);
  expect(pusher).toBeInstanceOf(Pusher);
  pusher.disconnect(endpoint);
  await puller.unbind(endpoint);
});

test("throws what the caller does wrong", async () => {
  expect(() => new Pusher("nonsense")).toThrow(expect.objectContaining({ code: "USAGE_ENDPOINT" }));
  expect(() => new Puller({}, { poolSize: 0 })).toThrow(
    expect.objectContaining({ code: "USAGE_OPTION" }),
  );
  const pusher = new Pusher();
  await pusher.close();
  await pusher.close();
  await expect(pusher.send("x")).rejects.toSatisfy(isZerocallError);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
