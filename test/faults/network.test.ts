/** Wires that delay, cut, freeze and go deaf on one side. */

import { setTimeout } from "node:timers/promises";
import { describe, expect } from "vitest";
import { eventually, expectFailure, fault, timed } from "./scene.ts";

const PINGS = { heartbeatInterval: 100, heartbeatTimeout: 200 };
const GONE = /^the peer at .* is gone; the call may have run/;

describe("the network", () => {
  fault("the network is cut without a FIN", async (scene) => {
    const { child, endpoint } = await scene.server({ options: { socket: PINGS } });
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint, { socket: PINGS });
    const call = timed(client.call("hang"));
    await eventually(async () => (await child.holds()).openCalls === 1);
    proxy.freeze();
    const ended = await call;
    expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: GONE }, 5000);
    // The server pings, too.
    await eventually(async () => (await child.holds()).aborted === 1, 2000);
    proxy.cut();
    proxy.resume();
    expect(await client.call("work", ["after"])).toBe("after");
  });

  fault("the network is cut without a FIN and nobody pings", async (scene) => {
    const { child, endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint);
    await client.call("who");
    proxy.freeze();
    const ended = await timed(client.call("work", ["lost"], { timeoutMs: 400 }));
    const message = /^timeout after 400 ms, waiting for an answer of "work"$/;
    expectFailure(ended, { status: "deadline_exceeded", mayHaveRun: true, message }, 1400);
    proxy.cut();
    proxy.resume();
    await eventually(() => proxy.accepted === 2);
    expect(await client.call("work", ["after"])).toBe("after");
    expect((await child.holds()).openCalls).toBe(0);
    expect([...scene.runs.keys()]).toEqual(["after"]);
  });

  fault("a connection is half open", async (scene) => {
    const { child, endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint, { socket: PINGS });
    const stream = client.call("items");
    await stream.next();
    const next = timed(client.call("hang"));
    await eventually(async () => (await child.holds()).openCalls === 2);
    proxy.halfOpen();
    // The server knows at once, the client when its ping is not answered.
    await eventually(async () => (await child.holds()).ended === 1, 1000);
    const ended = await next;
    expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: GONE }, 5000);
    expect(await timed(stream.next())).toMatchObject({ outcome: { status: "unavailable" } });
    proxy.cut();
    expect(await client.call("work", ["after"])).toBe("after");
  });

  fault("a connection is reset", async (scene) => {
    const { endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint);
    const call = timed(client.call("work", ["reset", 300]));
    await eventually(() => scene.runs.size === 1);
    proxy.reset();
    expectFailure(await call, { status: "unavailable", mayHaveRun: true, message: GONE }, 1000);
    expect(await client.call("work", ["after"])).toBe("after");
    expect(scene.runs.get("reset")).toBe(1);
  });

  fault("a connection is lost while an idempotent call runs", async (scene) => {
    const { endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint);
    const call = timed(client.call("work", ["kept", 500], { idempotent: true }));
    await eventually(() => scene.runs.size === 1);
    proxy.cut();
    await eventually(() => proxy.accepted === 2);
    proxy.reset();
    const { outcome, ms } = await call;
    expect(outcome).toBe("kept");
    expect(ms).toBeLessThan(5000);
    expect(scene.runs.get("kept")).toBe(1);
  });

  fault("a connection is lost while a call with a request id runs", async (scene) => {
    const { endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint);
    const call = timed(client.call("work", ["known", 300], { requestId: "a" }));
    await eventually(() => scene.runs.size === 1);
    proxy.freeze();
    // The answer is on its way and gets lost.
    await setTimeout(500);
    proxy.cut();
    proxy.resume();
    expect((await call).outcome).toBe("known");
    expect(scene.runs.get("known")).toBe(1);
  });

  fault("a server with a request id in its memory is restarted", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    const call = timed(client.call("work", ["unknown", 60_000], { requestId: "a" }));
    await eventually(() => scene.runs.size === 1);
    await child.kill();
    await scene.server({ bind: [endpoint] });
    const ended = await call;
    expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: GONE }, 10_000);
    expect(scene.runs.get("unknown")).toBe(1);
  });

  fault("the network is slow and cuts everything into pieces", async (scene) => {
    const { endpoint } = await scene.server();
    const proxy = await scene.proxy(endpoint, { delayMs: 20, pieceOctets: 7 });
    const client = scene.client(proxy.endpoint);
    const text = "x".repeat(2000);
    expect(await client.call("echo", [text])).toBe(text);
    const seen: unknown[] = [];
    for await (const item of client.call("items")) if (seen.push(item) === 20) break;
    expect(seen).toEqual([...seen.keys()]);
    async function* upTo(count: number): AsyncGenerator<number> {
      for (let n = 1; n <= count; n++) yield n;
    }
    expect(await client.call("sum", [upTo(20)])).toBe(210);
  });

  fault("the network freezes and resumes", async (scene) => {
    const { endpoint } = await scene.server();
    const path = `${scene.folder}/proxy.sock`;
    const proxy = await scene.proxy(endpoint, {}, path);
    const client = scene.client(proxy.endpoint);
    const stream = client.call("items");
    await stream.next();
    proxy.freeze();
    const calls = ["a", "b", "c"].map((name) => timed(client.call("work", [name])));
    const step = stream.next();
    await setTimeout(500);
    proxy.resume();
    expect((await Promise.all(calls)).map(({ outcome }) => outcome)).toEqual(["a", "b", "c"]);
    expect((await step).value).toBe(1);
    await stream.return(undefined);
    expect([...scene.runs.values()]).toEqual([1, 1, 1]);
    expect(proxy.accepted).toBe(1);
  });
});

describe("a slow peer", () => {
  fault("a reader is slow", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    let read = 0;
    for await (const _item of client.call("items")) {
      await setTimeout(20);
      if (++read === 25) break;
    }
    const { made } = await child.holds();
    // The first window is 128 items, and it does not grow for who does not keep up.
    expect(made).toBeLessThan(read + 300);
    await eventually(async () => (await child.holds()).ended === 1);
  });

  fault("a reader of large messages stops reading", async (scene) => {
    const { child, endpoint } = await scene.server({
      options: { socket: { sendHighWaterMark: 10 } },
    });
    const proxy = await scene.proxy(endpoint);
    const client = scene.client(proxy.endpoint);
    await client.call("who");
    const { heapBytes } = await child.holds();
    proxy.freeze();
    const large = "x".repeat(2 ** 18);
    const calls = Array.from({ length: 40 }, () => timed(client.call("echo", [large])));
    await setTimeout(300);
    expect((await child.holds()).heapBytes).toBeLessThan(heapBytes + 64 * 2 ** 20);
    proxy.resume();
    for (const { outcome } of await Promise.all(calls)) expect(outcome).toBe(large);
  });

  fault("a writer is slow", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint, { idleTimeoutMs: 300 });
    const stream = client.call("items", [60_000], { timeoutMs: 0, totalTimeoutMs: 700 });
    const ended = await timed(stream.next());
    expect(ended.outcome).toMatchObject({ status: "deadline_exceeded" });
    expect(ended.ms).toBeLessThan(1700);
    async function* dripping(): AsyncGenerator<number> {
      for (let n = 1; n <= 5; n++) {
        await setTimeout(100);
        yield n;
      }
    }
    expect(await client.call("sum", [dripping()])).toBe(15);
    expect((await child.holds()).ended).toBe(1);
  });

  fault("a peer takes for ever with its handshake", async (scene) => {
    const { child, endpoint } = await scene.server({
      options: { socket: { handshakeInterval: 300 } },
    });
    const { connect } = await import("node:net");
    const before = (await child.holds()).handles;
    const socket = connect(Number(new URL(endpoint.replace("tcp:", "http:")).port), "127.0.0.1");
    const closed = timed(new Promise((resolve) => socket.once("close", resolve)));
    socket.on("error", () => {});
    socket.resume();
    socket.write(Buffer.from([0xff, 0, 0]));
    const { ms } = await closed;
    expect(ms).toBeLessThan(2000);
    await eventually(async () => (await child.holds()).handles <= before);
  });
});
