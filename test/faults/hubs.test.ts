/** Workers and hubs that are lost. */

import { describe, expect } from "vitest";
import { Client } from "../../src/node/client.ts";
import { eventually, expectFailure, fault, timed } from "./scene.ts";

describe("a client that is bound", () => {
  fault("a worker of a client that is bound is killed", async (scene) => {
    const client = scene.client([]);
    const hub = await client.bind("tcp://127.0.0.1:0");
    const first = await scene.server({ connect: [hub] });
    await eventually(() => client.peers.length === 1);
    const plain = timed(client.call("work", ["plain", 60_000]));
    const moved = timed(client.call("work", ["moved", 1000], { idempotent: true }));
    await eventually(() => scene.runs.size === 2);
    await first.child.kill();
    const message = /^the peer at .* is gone; the call may have run$/;
    expectFailure(await plain, { status: "unavailable", mayHaveRun: true, message }, 30_000);
    await scene.server({ connect: [hub] });
    expect((await moved).outcome).toBe("moved");
    expect([scene.runs.get("plain"), scene.runs.get("moved")]).toEqual([1, 2]);
  });

  fault("the client that workers connect to is restarted", async (scene) => {
    const before = new Client();
    const hub = await before.bind("tcp://127.0.0.1:0");
    const { child } = await scene.server({ connect: [hub] });
    await eventually(() => before.peers.length === 1);
    const lost = timed(before.call("hang"));
    await eventually(async () => (await child.holds()).openCalls === 1);
    await before.close();
    expect((await lost).outcome).toMatchObject({ status: "cancelled", mayHaveRun: true });
    await eventually(async () => (await child.holds()).aborted === 1);
    const after = scene.client([]);
    await after.bind(hub);
    const { outcome, ms } = await timed(after.call("work", ["after"]));
    expect(outcome).toBe("after");
    expect(ms).toBeLessThan(10_000);
  });
});

describe("a hub of ROUTER and DEALER", () => {
  fault("a hub is killed and started again", async (scene) => {
    const hub = await scene.hub();
    const { child } = await scene.server({ connect: [hub.back] });
    const client = scene.client(hub.front);
    expect(await client.call("work", ["before"])).toBe("before");
    const call = timed(client.call("work", ["during", 300]));
    await eventually(() => scene.runs.has("during"));
    await hub.child.kill();
    const message = /^the peer at .* is gone; the call may have run$/;
    expectFailure(await call, { status: "unavailable", mayHaveRun: true, message }, 1000);
    await eventually(async () => (await child.holds()).openCalls === 0);
    await scene.hub(hub.front, hub.back);
    const { outcome, ms } = await timed(client.call("work", ["after"]));
    expect(outcome).toBe("after");
    expect(ms).toBeLessThan(10_000);
    expect([...scene.runs.values()]).toEqual([1, 1, 1]);
  });

  fault("a worker behind a hub is killed", async (scene) => {
    const hub = await scene.hub();
    const { child } = await scene.server({ connect: [hub.back] });
    const client = scene.client(hub.front);
    const call = timed(client.call("work", ["lost", 60_000], { timeoutMs: 1500 }));
    await eventually(() => scene.runs.size === 1);
    await child.kill();
    const message = /^timeout after 1500 ms, waiting for an answer of "work"$/;
    expectFailure(await call, { status: "deadline_exceeded", mayHaveRun: true, message }, 3000);
    await scene.server({ connect: [hub.back] });
    expect(await client.call("work", ["after"])).toBe("after");
    expect([...scene.runs.values()]).toEqual([1, 1]);
  });

  fault("a worker behind a hub drains", async (scene) => {
    const hub = await scene.hub();
    const first = await scene.server({ connect: [hub.back] });
    const second = await scene.server({ connect: [hub.back] });
    const client = scene.client(hub.front);
    // A DEALER takes its peers in turn.
    const calls = ["a", "b"].map((name) => timed(client.call("work", [name, 700])));
    await eventually(() => scene.runs.size === 2);
    const drained = first.child.order("drain");
    const others: unknown[] = [];
    for (let n = 0; n < 10; n++) others.push(await client.call("work", [`n${n}`]));
    expect(others).toHaveLength(10);
    expect((await Promise.all(calls)).map(({ outcome }) => outcome)).toEqual(["a", "b"]);
    await drained;
    expect(second.child.alive).toBe(true);
    expect([...scene.runs.values()].every((times) => times === 1)).toBe(true);
  });
});
