/** Processes that are killed, frozen, restarted, and leave. */

import { setTimeout } from "node:timers/promises";
import { describe, expect } from "vitest";
import { RpcError } from "../../src/rpc/errors.ts";
import { eventually, expectFailure, fault, type Scene, timed } from "./scene.ts";

const GONE = /^the peer at .* is gone; the call may have run$/;

describe("a server", () => {
  fault("a server is killed with calls in flight", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    const calls = ["a", "b"].map((name) => timed(client.call("work", [name, 60_000])));
    await eventually(() => scene.runs.size === 2);
    const startedAt = performance.now();
    await child.kill();
    for (const ended of await Promise.all(calls)) {
      expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: GONE }, 60_000);
    }
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect([...scene.runs.values()]).toEqual([1, 1]);
  });

  fault("a server is killed with nothing in flight", async (scene) => {
    const first = await scene.server();
    const client = scene.client(first.endpoint);
    await client.call("work", ["before"]);
    await first.child.kill();
    await eventually(() => client.peers.length === 0);
    const waiting = timed(client.call("work", ["after"]));
    await scene.server({ bind: [first.endpoint] });
    const { outcome, ms } = await waiting;
    expect(outcome).toBe("after");
    expect(ms).toBeLessThan(10_000);
    expect([...scene.runs.values()]).toEqual([1, 1]);
  });

  fault("a server is killed and nobody takes its place", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    await client.call("who");
    await child.kill();
    await eventually(() => client.peers.length === 0);
    const ended = await timed(client.call("work", ["never"], { timeoutMs: 500 }));
    const message = /^no peer took the call of "work" within 500 ms: .*nobody listens/;
    expectFailure(ended, { status: "unavailable", mayHaveRun: false, message }, 1500);
    expect(scene.runs.size).toBe(0);
  });

  fault("a server is killed while it streams", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    const stream = client.call("items");
    const seen: unknown[] = [];
    for (let n = 0; n < 5; n++) seen.push((await stream.next()).value);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    await child.kill();
    const ended = await timed(stream.next());
    expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: GONE }, 1000);
  });

  fault(
    "a server is killed while an idempotent call runs and another one is there",
    async (scene) => {
      const first = await scene.server();
      const client = scene.client(first.endpoint);
      const call = timed(client.call("work", ["moved", 2000], { idempotent: true }));
      await eventually(() => scene.runs.get("moved") === 1);
      const second = await scene.server();
      client.connect(second.endpoint);
      await eventually(() => client.peers.length === 2);
      await first.child.kill();
      const { outcome, ms } = await call;
      expect(outcome).toBe("moved");
      expect(ms).toBeLessThan(10_000);
      expect(scene.runs.get("moved")).toBe(2);
    },
  );

  fault("a server is restarted under load", async (scene) => {
    const { failures, answers } = await loadWhile(scene, async (server, endpoint) => {
      await server.kill();
      await scene.server({ bind: [endpoint] });
    });
    for (const error of failures) {
      expect(error).toMatchObject({ status: "unavailable", mayHaveRun: true });
    }
    expect(failures.every(({ method }) => method === "work")).toBe(true);
    expectOnce(scene, answers);
  });

  fault("a server drains under load", async (scene) => {
    const { failures, answers } = await loadWhile(scene, async (server, endpoint) => {
      await server.order("drain");
      expect(await server.ended()).toEqual({ code: 0, signal: null });
      await scene.server({ bind: [endpoint] });
    });
    expect(failures).toEqual([]);
    expectOnce(scene, answers);
  });

  fault("a server is frozen and thawed", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.client(endpoint);
    await client.call("who");
    child.signal("SIGSTOP");
    const patient = timed(client.call("work", ["patient"]));
    const hasty = await timed(client.call("work", ["hasty"], { timeoutMs: 300 }));
    const message = /^timeout after 300 ms, waiting for an answer of "work"$/;
    expectFailure(hasty, { status: "deadline_exceeded", mayHaveRun: true, message }, 1300);
    child.signal("SIGCONT");
    expect((await patient).outcome).toBe("patient");
    expect(client.peers).toHaveLength(1);
    await client.call("who");
    expect(scene.runs.get("patient")).toBe(1);
    // How long it has waited for the process no server can know, so it may have been begun.
    expect(scene.runs.get("hasty") ?? 0).toBeLessThan(2);
  });

  fault("a server is frozen and its client pings it", async (scene) => {
    const first = await scene.server();
    const second = await scene.server();
    const socket = { heartbeatInterval: 100, heartbeatTimeout: 200 };
    const client = scene.client([first.endpoint, second.endpoint], { socket });
    await eventually(() => client.peers.length === 2);
    const hanging = [client.call("hang"), client.call("hang")].map((call) => timed(call));
    await eventually(async () => (await first.child.holds()).openCalls === 1);
    first.child.signal("SIGSTOP");
    const ended = await Promise.race(hanging);
    expectFailure(ended, { status: "unavailable", mayHaveRun: true, message: /is gone/ }, 5000);
    const next = await timed(client.call("work", ["next"]));
    expect(next.outcome).toBe("next");
    expect(next.ms).toBeLessThan(1000);
    first.child.signal("SIGCONT");
    await eventually(() => client.peers.length === 2);
    await eventually(async () => (await first.child.holds()).aborted === 1);
    await second.child.kill();
    await Promise.all(hanging);
  });
});

describe("a client", () => {
  fault("a client is killed in the middle of a stream", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.program(endpoint, "stream");
    await client.heard(({ value }) => value === 20);
    await client.kill();
    await eventually(async () => (await child.holds()).ended === 1, 1000);
    const { made } = await child.holds();
    await setTimeout(100);
    expect((await child.holds()).made).toBe(made);
  });

  fault("a client is killed while its call runs", async (scene) => {
    const { child, endpoint } = await scene.server();
    const client = scene.program(endpoint, "hang");
    await client.heard(({ value }) => value === "waiting");
    await client.kill();
    await eventually(async () => (await child.holds()).aborted === 1, 1000);
  });

  fault("a client is frozen beyond the deadline of its call", async (scene) => {
    const { endpoint } = await scene.server();
    const client = scene.program(endpoint, "wait");
    await client.heard(({ value }) => value === "waiting");
    client.signal("SIGSTOP");
    await setTimeout(1500);
    client.signal("SIGCONT");
    const ended = await client.heard(({ value }) => typeof value === "object");
    expect(ended).toMatchObject({ status: "deadline_exceeded" });
    expect((await client.ended()).code).toBe(0);
  });
});

/** What a load came to: names that were answered, and errors. */
interface Loaded {
  readonly answers: readonly string[];
  readonly failures: readonly RpcError[];
}

/**
 * Calls a server, plainly and with `idempotent`, while something happens to it.
 *
 * An idempotent call that fails is thrown.
 */
async function loadWhile(
  scene: Scene,
  happen: (
    server: Awaited<ReturnType<Scene["server"]>>["child"],
    endpoint: string,
  ) => Promise<void>,
): Promise<Loaded> {
  const { child, endpoint } = await scene.server();
  const client = scene.client(endpoint);
  const answers: string[] = [];
  const failures: RpcError[] = [];
  const over = new AbortController();
  let made = 0;
  const lane = async (idempotent: boolean): Promise<void> => {
    while (!over.signal.aborted) {
      const name = `${idempotent ? "again" : "once"} ${made++}`;
      try {
        answers.push((await client.call("work", [name, 2], { idempotent })) as string);
      } catch (error) {
        if (idempotent || !(error instanceof RpcError)) throw error;
        failures.push(error);
      }
    }
  };
  const lanes = Promise.all(Array.from({ length: 20 }, (_, n) => lane(n % 2 === 0)));
  await setTimeout(200);
  await happen(child, endpoint);
  const answered = answers.length;
  await eventually(() => answers.length > answered + 100);
  over.abort();
  await lanes;
  return { answers, failures };
}

/** Checks that every answer is of a call that ran, and that plain calls ran once at most. */
function expectOnce(scene: Scene, answers: readonly string[]): void {
  const { runs } = scene;
  expect(answers.length).toBeGreaterThan(100);
  expect(new Set(answers).size).toBe(answers.length);
  expect(answers.filter((name) => !runs.has(name))).toEqual([]);
  const twice = [...runs].filter(([name, times]) => name.startsWith("once") && times > 1);
  expect(twice).toEqual([]);
}
