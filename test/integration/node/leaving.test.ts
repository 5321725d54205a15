/** Servers that leave while they are used, over real sockets. */

import { describe, expect, test } from "vitest";
import { Client } from "../../../src/node/client.ts";
import { Server } from "../../../src/node/server.ts";
import { freshFolder } from "../../support/ipc.ts";
import { within } from "../../support/within.ts";

const serviceOf = (name: string): object => ({
  who: () => name,
  slow: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, name)),
});

/** Waits until a count has grown, however fast this machine is. */
async function grows(count: () => number, by: number): Promise<void> {
  const before = count();
  await expect.poll(count, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(before + by);
}

describe("servers that drain one after the other under load", () => {
  test("cost no call", async () => {
    const servers = [new Server(serviceOf("a")), new Server(serviceOf("b"))];
    const ports: string[] = [];
    for (const server of servers) ports.push(await server.bind("tcp://127.0.0.1:0"));
    await using client = new Client(ports, { timeoutMs: 10_000 });
    const aborter = new AbortController();
    const { signal: over } = aborter;
    let done = 0;
    const failures: unknown[] = [];
    const lane = async (): Promise<void> => {
      while (!over.aborted) {
        try {
          await client.call(done % 5 === 0 ? "slow" : "who", done % 5 === 0 ? [20] : []);
          done++;
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const lanes = Array.from({ length: 20 }, lane);
    for (let turn = 0; turn < 6; turn++) {
      const place = turn % 2;
      await grows(() => done, 100);
      await servers[place]?.drain(5_000);
      const next = new Server(serviceOf(String(turn)));
      await next.bind(ports[place] ?? "");
      servers[place] = next;
    }
    aborter.abort();
    await within(Promise.all(lanes), "end of the load", 10_000);
    for (const server of servers) await server.drain(1_000);
    expect(failures).toEqual([]);
  });

  test("cost no call of clients that connect for one call", async () => {
    let server = new Server(serviceOf("first"));
    const endpoint = await server.bind("tcp://127.0.0.1:0");
    const over = new AbortController();
    let done = 0;
    const failures: unknown[] = [];
    const lane = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await using client = new Client(endpoint, { timeoutMs: 10_000 });
        try {
          await client.call("who");
          done++;
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const lanes = Array.from({ length: 10 }, lane);
    for (let turn = 0; turn < 40; turn++) {
      await grows(() => done, 5);
      await server.drain(5_000);
      server = new Server(serviceOf(String(turn)));
      await server.bind(endpoint);
    }
    over.abort();
    await within(Promise.all(lanes), "end of the load", 10_000);
    await server.drain(1_000);
    expect(failures).toEqual([]);
  });

  test("over a socket file, too, with no other server meanwhile", async () => {
    using folder = freshFolder();
    const endpoint = `ipc://${folder.path}/leaving.sock`;
    let server = new Server(serviceOf("first"));
    await server.bind(endpoint);
    await using client = new Client(endpoint, { timeoutMs: 10_000 });
    const answers: unknown[] = [await client.call("who")];
    for (const name of ["second", "third"]) {
      const running = client.call("slow", [50]);
      // It has to be there before the server drains.
      await client.call("who");
      await server.drain(5_000);
      answers.push(await running);
      const waiting = client.call("who");
      server = new Server(serviceOf(name));
      await server.bind(endpoint);
      answers.push(await within(waiting, "answer of the next server"));
    }
    await server.drain(0);
    expect(answers).toEqual(["first", "first", "second", "second", "third"]);
  });
});

describe("a port", () => {
  test("is free for the next server as soon as the old one drains", async () => {
    const first = new Server(serviceOf("first"));
    const endpoint = await first.bind("tcp://127.0.0.1:0");
    await using client = new Client(endpoint);
    const running = client.call("slow", [300]);
    await client.call("who");
    const drained = first.drain(5_000);
    await using second = new Server(serviceOf("second"));
    expect(first.endpoints).toEqual([]);
    await second.bind(endpoint);
    await using late = new Client(endpoint);
    expect(await late.call("who")).toBe("second");
    expect(await running).toBe("first");
    await drained;
    expect(await client.call("who")).toBe("second");
  });
});
