/** The thread behind blocking calls, and what the caller's thread keeps for it. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ClientCommand } from "../../../src/node/sync/commands.ts";
import { main, type Service, SERVICE, SYNC, sync, thread, thrownBy } from "../../support/sync.ts";
import { Workplace } from "../cli/program.ts";

const { callSync, SyncClient } = sync;
const { ClientThread } = thread;
const { Server, UsageError } = main;

const run = promisify(execFile);

type Untyped = InstanceType<typeof SyncClient<unknown>>;

let place: Workplace;
let endpoint: string;

beforeAll(async () => {
  place = await Workplace.make({ "service.mjs": SERVICE });
  ({ endpoint } = await place.serve("service.mjs"));
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

describe("an iterator among the arguments", () => {
  let ended = 0;
  /** Gives the same without end. */
  function endless(value: unknown): IterableIterator<number> {
    const items: IterableIterator<number> = {
      [Symbol.iterator]: () => items,
      next: () => ({ done: false, value: value as number }),
      return: () => {
        ended++;
        return { done: true, value: undefined };
      },
    };
    return items;
  }

  beforeEach(() => {
    ended = 0;
  });

  test.each<[string, (client: Untyped) => unknown]>([
    ["a call that fails", (client) => thrownBy(() => client["fail"]?.(endless(1)))],
    ["a notification", (client) => client.notify("sum", [endless(1)])],
    [
      "a call of a batch",
      (client) => client.batch((remote) => [remote["fail"]?.(endless(1))] as never),
    ],
    [
      "a batch that is refused",
      (client) =>
        thrownBy(() =>
          client.batch(
            (remote) => [remote["sum"]?.(endless(1)), remote["echo"]?.(Symbol("s"))] as never,
          ),
        ),
    ],
  ])("ends with %s", (_, act) => {
    using client = new SyncClient(endpoint);
    act(client);
    expect(ended).toBe(1);
    expect(client.openCalls).toBe(0);
  });

  test("ends with a call that is refused", async () => {
    await using server = new Server({ add: (a: number, b: number) => a + b });
    const own = await server.bind("tcp://127.0.0.1:0");
    expect(thrownBy(() => callSync(own, "add", [endless(1), 2]))).toBeInstanceOf(UsageError);
    expect(ended).toBe(1);
  });

  test("fails the call with an item that cannot cross", () => {
    using client = new SyncClient<Service>(endpoint);
    const octets = new ArrayBuffer(8);
    structuredClone(octets, { transfer: [octets] });
    expect(thrownBy(() => client.sum(endless(octets)))).toMatchObject({
      message: expect.stringContaining("detached") as string,
    });
    expect(thrownBy(() => client.sum(endless(() => 1)))).toMatchObject({
      message: expect.stringContaining("a function cannot be encoded") as string,
    });
    expect(ended).toBe(2);
    expect(client.openCalls).toBe(0);
  });
});

describe("the thread of connections", () => {
  test("lets the process end without close, and works in a worker thread", async () => {
    const program = `
      import { isMainThread, Worker } from "node:worker_threads";
      import { SyncClient } from ${JSON.stringify(SYNC)};
      const client = new SyncClient(process.env.ENDPOINT);
      console.log(isMainThread, client.add(1, 2), client.endless().next().value);
      if (isMainThread) new Worker(new URL("./script.mjs", "file://" + process.cwd() + "/"));
    `;
    await using own = await Workplace.make({ "script.mjs": program });
    const { stdout, stderr } = await run(process.execPath, ["script.mjs"], {
      cwd: own.folder,
      timeout: 20_000,
      env: { ...process.env, ENDPOINT: endpoint },
    });
    expect({ stdout, stderr }).toEqual({ stdout: "true 3 0\nfalse 3 0\n", stderr: "" });
  });

  test("throws at the line of the program that waited", async () => {
    const program = `
      import { callSync } from ${JSON.stringify(SYNC)};
      try { callSync(process.env.ENDPOINT, "fail"); } catch (error) { console.log(error.stack); }
    `;
    await using own = await Workplace.make({ "script.mjs": program });
    const { stdout } = await run(process.execPath, ["script.mjs"], {
      cwd: own.folder,
      timeout: 20_000,
      env: { ...process.env, ENDPOINT: endpoint },
    });
    expect(stdout).toMatch(/^RangeError: too warm\n {4}at file:.*\/script\.mjs:3:\d+\n/);
  });

  test("lets Ctrl-C end a program that blocks", async () => {
    const program = `
      import { callSync } from ${JSON.stringify(SYNC)};
      console.log(callSync(process.env.ENDPOINT, "add", [1, 2]));
      callSync(process.env.ENDPOINT, "sleep", [60_000], { timeoutMs: 60_000 });
    `;
    const child = execFile(process.execPath, ["--input-type=module", "-e", program], {
      env: { ...process.env, ENDPOINT: endpoint },
      timeout: 20_000,
    });
    await once(child.stdout as NonNullable<typeof child.stdout>, "data");
    const ended = once(child, "exit");
    child.kill("SIGINT");
    expect(await ended).toEqual([null, "SIGINT"]);
  });

  test.each([
    [
      "ends",
      'throw new RangeError("boom")',
      "unavailable the thread of the blocking client has ended: RangeError: boom; make another client",
    ],
    [
      "stands still",
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
      "deadline_exceeded the thread of the blocking client did not answer within 6000 ms; make another client",
    ],
  ])("that %s is told, and the next client has another one", async (_, fault, told) => {
    const preloaded = `
      const { threadId } = require("node:worker_threads");
      const { Socket } = require("node:net");
      const { connect } = Socket.prototype;
      if (threadId === 1) {
        Socket.prototype.connect = function (...args) {
          setTimeout(() => { ${fault}; }, 300);
          return connect.apply(this, args);
        };
      }
    `;
    const program = `
      import { SyncClient } from ${JSON.stringify(SYNC)};
      const endpoint = process.env.ENDPOINT;
      const client = new SyncClient(endpoint, { timeoutMs: 1000 });
      try { client.sleep(20_000); } catch ({ status, message }) { console.log(status, message); }
      const startedAt = performance.now();
      client.close();
      console.log(new SyncClient(endpoint).add(1, 2), performance.now() - startedAt < 5000);
    `;
    await using own = await Workplace.make({ "fault.cjs": preloaded, "script.mjs": program });
    const { stdout, stderr } = await run(process.execPath, ["script.mjs"], {
      cwd: own.folder,
      timeout: 25_000,
      env: { ...process.env, ENDPOINT: endpoint, NODE_OPTIONS: "--require ./fault.cjs" },
    });
    expect({ stdout, stderr }).toEqual({ stdout: `${told}\n3 true\n`, stderr: "" });
  });

  test.each([
    ["a call", { type: "call", method: "sleep", args: [20_000], options: {} }],
    [
      "a batch",
      {
        type: "batch",
        calls: Array.from({ length: 50 }, () => ({ method: "sleep", args: [20_000], options: {} })),
      },
    ],
  ] as const)("gives up %s that nobody waits for any more", async (_, command) => {
    const own = new ClientThread();
    const client = own.newId();
    const ask = (asked: ClientCommand, waitMs: number): unknown =>
      own.perform({ type: "client", client, command: asked }, waitMs);
    const dialect = { name: "zerorpc" } as const;
    const opened = { type: "open", client, endpoints: [endpoint], dialect, options: {} } as const;
    own.perform(opened, 5000);
    // A time that is over before it has begun.
    expect(thrownBy(() => ask(command, -10_000))).toMatchObject({ status: "deadline_exceeded" });
    await expect
      .poll(() => ask({ type: "count" }, 5000))
      .toMatchObject({ value: { openCalls: 0 } });
    expect(ask({ type: "close" }, 5000)).toMatchObject({ type: "value" });
  });

  test("keeps nothing of clients and streams that are over, nor of those that were forgotten", async () => {
    const program = `
      import { SyncClient } from ${JSON.stringify(SYNC)};
      const endpoint = process.env.ENDPOINT;
      const turn = () => new Promise((done) => setTimeout(done, 50));
      function round() {
        for (let i = 0; i < 300; i++) {
          using_(new SyncClient(endpoint));
          for (const n of kept.endless()) if (n === 5) break;
        }
      }
      function using_(client) { client.add(1, 2); client.close(); }
      const kept = new SyncClient(endpoint);
      round();
      gc();
      const before = process.memoryUsage();
      for (let i = 0; i < 3; i++) round();
      gc();
      const after = process.memoryUsage();
      for (let i = 0; i < 50; i++) new SyncClient(endpoint).endless().next();
      // The engine frees what is forgotten when it likes; each round is a chance.
      for (let i = 0; i < 40 && kept.opened() > 0; i++) { gc(); await turn(); }
      console.log(JSON.stringify({
        heapMb: (after.heapUsed - before.heapUsed) / 1e6,
        rssMb: (after.rss - before.rss) / 1e6,
        open: kept.openCalls,
        opened: kept.opened(),
      }));
    `;
    const { stdout } = await run(
      process.execPath,
      ["--expose-gc", "--input-type=module", "-e", program],
      { env: { ...process.env, ENDPOINT: endpoint }, timeout: 25_000 },
    );
    const left = JSON.parse(stdout) as Record<"heapMb" | "rssMb" | "open" | "opened", number>;
    expect(left.open).toBe(0);
    expect(left.opened).toBe(0);
    expect(left.heapMb).toBeLessThan(3);
    expect(left.rssMb).toBeLessThan(60);
  });
});
