/** How pools end, and what they leave: nothing. */

import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Client, Server, WorkerPool } from "zerocall";
import { outcomeOf } from "../../../support/rpc.ts";
import {
  place,
  expectReached,
  release,
  serve,
  type Service,
  SERVICE,
  poll,
} from "../../../support/pools.ts";

const run = promisify(execFile);
const ENTRY = import.meta.resolve("zerocall");

/** Threads of this process, where the platform tells them. */
function threadCount(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
}

/** Runs a program that has to end by itself. */
async function ends(text: string): Promise<string> {
  const program = `import { Client, Server, WorkerPool } from ${JSON.stringify(ENTRY)};\n${text}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
    timeout: 25_000,
  });
  return stdout;
}

describe("a pool", () => {
  test("ends its threads and leaves no handle, after calls, streams, crashes and cancelled calls", async () => {
    const before = { threads: threadCount(), handles: process.getActiveResourcesInfo().toSorted() };
    {
      await using served = await serve();
      const { client } = served;
      await client.add(1);
      for await (const item of client.count(100)) if (item === 50) break;
      await outcomeOf(client.with({ timeoutMs: 20 }).wait(place()));
      await client.notifyTwice();
      await client.watchPeer(place());
      void outcomeOf(client.wait(place()));
      void outcomeOf(client.exit(0));
    }
    await expect.poll(threadCount, { timeout: 20_000 }).toBeLessThanOrEqual(before.threads);
    await poll(() => process.getActiveResourcesInfo().toSorted()).toEqual(before.handles);
  });

  test("drains: calls that run are answered, then the threads end", async () => {
    await using served = await serve({ workers: 1 });
    const { client, server, pool } = served;
    const [entered, until] = [place(), place()];
    const blocked = client.block(entered, until);
    await expectReached(entered, 1);
    const drained = server.drain().then(() => pool.drain());
    release(until);
    expect(await blocked).toBe(pool.workers[0]?.threadId);
    await drained;
    expect(pool.openCalls).toBe(0);
  });

  test("closes within its grace also when a thread is blocked for ever", async () => {
    const served = await serve({ workers: 1 });
    const entered = place();
    const blocked = outcomeOf(served.client.block(entered, place()));
    await expectReached(entered, 1);
    const startedAt = performance.now();
    await served.server.close();
    await served.pool.close();
    expect(performance.now() - startedAt).toBeLessThan(8000);
    expect(await blocked).toMatchObject({ status: "unavailable" });
    await served.client.close();
  });

  test("that is closed before its server fails further calls with what to do", async () => {
    await using pool = await WorkerPool.start(SERVICE, { workers: 1 });
    await using server = new Server(pool);
    await using client = new Client<Service>(await server.bind("tcp://127.0.0.1:0"));
    await pool.close();
    await pool.close();
    expect(await outcomeOf(client.add(1))).toMatchObject({
      status: "unavailable",
      message: "the pool of worker threads is closed",
    });
  });

  test("serves several servers, under a namespace, in part and beside other methods", async () => {
    await using pool = await WorkerPool.start(SERVICE, { workers: 1 });
    await using first = new Server({ here: () => "here", far: pool });
    await using second = new Server(pool, { exposedOnly: true });
    first.register("part", pool, { methods: ["context.method"] });
    expect(first.methods).toEqual(
      expect.arrayContaining(["here", "far.add", "part.context.method"]),
    );
    expect(first.methods).not.toContain("far.close");
    expect(second.methods).toEqual(["add"]);
    await using client = new Client(await first.bind("tcp://127.0.0.1:0"));
    expect(await client.call("here")).toBe("here");
    expect(await client.call("far.add", [1])).toBe(3);
    expect(await client.call("part.context.method")).toBe("context.method");
  });
});

describe("a process", () => {
  test("ends by itself when the pool is closed", async () => {
    const text = `
      const pool = await WorkerPool.start("node:path", { workers: 2 });
      const server = new Server(pool);
      const client = new Client(await server.bind("tcp://127.0.0.1:0"));
      console.log(await client.join("a", "b"));
      await client.close();
      await server.drain();
      await pool.close();
      console.log("closed");`;
    expect(await ends(text)).toBe("a/b\nclosed\n");
  });

  test("is not held by a pool that nobody can call any more", async () => {
    const text = `await WorkerPool.start("node:path", { workers: 1 }); console.log("started");`;
    expect(await ends(text)).toBe("started\n");
  });
});
