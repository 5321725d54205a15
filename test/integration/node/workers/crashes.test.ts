/** Threads that end when nobody asked them to. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Client, Server, WorkerPool } from "zerocall";
import { outcomeOf } from "../../../support/rpc.ts";
import {
  Log,
  place,
  expectReached,
  release,
  serve,
  type Served,
  SERVICE,
  whole,
  poll,
} from "../../../support/pools.ts";

const MODULES = {
  "throws.mjs": "throw new RangeError('not today');",
  "exits.mjs": "process.exit(4);",
  "crashes.mjs":
    "setTimeout(() => { throw new Error('early'); }); await new Promise((r) => setTimeout(r, 9000));",
  "nothing.mjs": "export const answer = 42;",
  "hangs.mjs": "setInterval(() => {}, 1000); await new Promise(() => {});",
};

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerocall-workers-"));
  await mkdir(join(folder, "data"));
  for (const [name, text] of Object.entries(MODULES)) {
    await writeFile(join(folder, "data", name), text);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const places: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of places.splice(0)) await one[Symbol.asyncDispose]();
});

async function served(options: Parameters<typeof serve>[0] = {}): Promise<Served> {
  const made = await serve(options);
  places.push(made);
  return made;
}

/** The line that tells of the only thread that has ended. */
function obituary(log: Log): string {
  const lines = log.lines.filter((line) => line.startsWith("error worker thread"));
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

describe("a thread that ends", () => {
  test.each([
    ["an error that nobody catches", "crash", [], /uncaught in its thread: RangeError: boom/],
    ["process.exit", "exit", [3], /its thread ended with exit code 3/],
  ])("by %s fails its own calls alone, and is replaced", async (_, method, args, message) => {
    const { client, pool, log } = await served();
    const [entered, until] = [place(), place()];
    const blocked = client.block(entered, until);
    await expectReached(entered, 1);
    const before = pool.workers.map(({ threadId }) => threadId);
    // It goes to the thread that is not blocked, which is less busy.
    const outcome = await outcomeOf(client.call(method, args));
    expect(outcome).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(String(outcome)).toMatch(message);
    release(until);
    expect(before).toContain(await blocked);
    await whole(pool);
    expect(pool.workers.map(({ threadId }) => threadId)).not.toEqual(before);
    expect(await client.add(1)).toBe(3);
    expect(obituary(log)).toMatch(message);
  });

  test("fails the other calls that it had begun with, and its streams", async () => {
    const { client } = await served({ workers: 1 });
    const waiting = outcomeOf(client.wait(place()));
    const stream = client.ticks(place());
    expect(await stream.next()).toMatchObject({ value: 0 });
    await outcomeOf(client.exit(1));
    expect(await waiting).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(await outcomeOf(stream.next())).toMatchObject({ status: "unavailable" });
  });

  test("leaves the calls that it never began with to the next one", async () => {
    const { client, pool } = await served({ workers: 1 });
    const [entered, until] = [place(), place()];
    const blocked = outcomeOf(client.blockThenExit(entered, until));
    await expectReached(entered, 1);
    const behind = [client.add(1), client.add(2), client.add(3)];
    await poll(() => pool.openCalls).toBe(4);
    release(until);
    expect(await blocked).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(await Promise.all(behind)).toEqual([3, 4, 5]);
  });

  test("for want of memory says so", async () => {
    const { client, pool } = await served({
      workers: 1,
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    const outcome = await outcomeOf(client.exhaust());
    expect(outcome).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(String(outcome)).toMatch(/its thread ran out of memory/);
    await whole(pool);
    expect(await client.add(1)).toBe(3);
  });

  test("again and again is replaced less and less often", async () => {
    const { client, pool, log } = await served({ workers: 1 });
    for (let i = 0; i < 3; i++) {
      await whole(pool);
      await outcomeOf(client.exit(1));
    }
    const delays = log.lines
      .map((line) => / started in (\d+) ms/.exec(line)?.[1])
      .filter((found) => found !== undefined)
      .map(Number);
    expect(delays).toHaveLength(3);
    for (const [i, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(50 * 2 ** i);
      expect(delay).toBeLessThanOrEqual(100 * 2 ** i);
    }
    expect(pool.workers).toMatchObject([{ state: "waiting" }]);
  });

  test("before all of them serve is replaced, too", async () => {
    const [loaded, ends, goesOn] = [place(), place(), place()];
    const module = `
      import { getEnvironmentData } from "node:worker_threads";
      const memory = new Int32Array(getEnvironmentData("zerocall test"));
      const turn = Atomics.add(memory, ${loaded}, 1);
      if (turn === 0) setInterval(() => { if (Atomics.load(memory, ${ends}) === 1) process.exit(5); }, 10);
      if (turn === 1) Atomics.wait(memory, ${goesOn}, 0, 10_000);
      export const add = (a, b) => a + b;
    `;
    await writeFile(join(folder, "data/leaves.mjs"), module);
    const log = new Log();
    const logger = {
      debug: (text: string) => {
        if (text.endsWith("is there")) release(ends);
      },
      info: log.info,
      warn: log.warn,
      error: (text: string) => {
        log.error(text);
        release(goesOn);
      },
    };
    const options = { workers: 2, cwd: folder, logger };
    await using pool = await WorkerPool.start("data/leaves.mjs", options);
    expect(obituary(log)).toMatch(/exit code 5/);
    await whole(pool);
  });

  test("warns the process when nobody has given a logger", async () => {
    const warned: Error[] = [];
    const listen = (warning: Error): unknown => warned.push(warning);
    process.on("warning", listen);
    await using pool = await WorkerPool.start(SERVICE, { workers: 1 });
    await using server = new Server(pool);
    await using client = new Client(await server.bind("tcp://127.0.0.1:0"));
    await outcomeOf(client.call("exit", [7]));
    await poll(() => warned.length).toBe(1);
    process.off("warning", listen);
    expect(warned).toMatchObject([{ code: "ZEROCALL_WORKER_ENDED" }]);
    expect(warned[0]?.message).toMatch(/^worker thread 1 has ended, .*exit code 7$/);
  });
});

describe("a module that cannot be loaded", () => {
  test.each([
    ["is not there", "./missing.ts", "SOURCE_NOT_FOUND", /cannot find/],
    ["throws", "data/throws.mjs", "SOURCE_FAILED", /RangeError: not today/],
    ["ends its thread", "data/exits.mjs", "SOURCE_FAILED", /ended with exit code 4/],
    ["crashes", "data/crashes.mjs", "SOURCE_FAILED", /uncaught in its thread: Error: early/],
    ["offers nothing", "data/nothing.mjs", "SOURCE_NOTHING_TO_SERVE", /it exports answer/],
    ["has no such export", "data/throws.mjs#a.", "SOURCE_NO_EXPORT", /expected the name/],
  ])("because it %s is told by start()", async (_, module, code, message) => {
    const outcome = await outcomeOf(WorkerPool.start(module, { workers: 2, cwd: folder }));
    expect(outcome).toMatchObject({ code });
    expect(String(outcome)).toMatch(message);
  });

  test("in time is told, with the limit", async () => {
    const options = { workers: 1, cwd: folder, startTimeoutMs: 300 };
    expect(await outcomeOf(WorkerPool.start("data/hangs.mjs", options))).toMatchObject({
      code: "SOURCE_FAILED",
      message: expect.stringContaining("within startTimeoutMs = 300 ms") as unknown,
    });
  });

  test("keeps the stack of what it threw", async () => {
    const outcome = await outcomeOf(WorkerPool.start("data/throws.mjs", { cwd: folder }));
    expect((outcome as Error).cause).toMatchObject({
      name: "RangeError",
      stack: expect.stringContaining("throws.mjs:1") as unknown,
    });
  });

  test("any more is tried again, and its calls wait", async () => {
    const file = join(folder, "data/changing.mjs");
    await writeFile(
      file,
      "export const answer = () => 1; export const exit = () => process.exit();",
    );
    const { client, log } = await served({ workers: 1, module: file });
    await writeFile(file, "throw new Error('broken meanwhile');");
    await outcomeOf(client.call("exit"));
    const answer = client.call("answer");
    await poll(() => log.lines.join()).toMatch(/broken meanwhile/);
    await writeFile(file, "export const answer = () => 2;");
    expect(await answer).toBe(2);
  });
});

test("options that make no sense are refused at once", () => {
  const start = (options: object) => () => void WorkerPool.start(SERVICE, options);
  expect(start({ workers: 0 })).toThrow("expected workers to be 1 or more, got 0");
  expect(start({ workers: 5000 })).toThrow("expected workers to be at most 1024, got 5000");
  expect(start({ worker: 2 })).toThrow('there is no pool option "worker"; did you mean workers?');
  expect(start({ logger: {} })).toThrow("expected logger to have debug");
  expect(() => void WorkerPool.start({} as never)).toThrow("since they cannot share an object");
});
