/** Batches: calls that leave together, in one message where the dialect has such a message. */

import { describe, expect } from "vitest";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { Batch } from "../../../src/rpc/batch.ts";
import { Caller, type CallerSettings, type CallOptions } from "../../../src/rpc/caller.ts";
import { RPC_DEFAULTS } from "../../../src/rpc/limits.ts";
import { saidBy } from "../../support/multicall.ts";
import { FramePeer } from "../../support/netcall.ts";
import { outcomeOf, scenario, type TestClient } from "../../support/rpc.ts";

const SETTINGS: CallerSettings = {
  timeoutMs: RPC_DEFAULTS.timeoutMs,
  idleTimeoutMs: Infinity,
  totalTimeoutMs: Infinity,
  headers: undefined,
  interceptors: [],
};

/** Collects calls for {@link Batch.send}. */
function collect({ core }: TestClient, settings: Partial<CallerSettings> = {}) {
  const batch = new Batch(core);
  const caller = new Caller(batch, { ...SETTINGS, ...settings });
  const call = (method: string, args: readonly unknown[] = [], options?: CallOptions) =>
    outcomeOf(caller.call(method, args, options));
  return { batch, caller, call };
}

const service = { double: (n: number) => 2 * n };
const dialects = [multicall()];
const dialect = multicall();

describe("a batch", () => {
  scenario("is one message, where the dialect joins requests", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ dialect });
    await world.settle();
    const { batch, call } = collect(client);
    const outcomes = [call("a"), call("b", [1])];
    expect(client.core.openCalls).toBe(2);
    expect(peer.take()).toEqual([]);
    batch.send();
    await world.settle();
    const messages = peer.take();
    expect(messages.map(saidBy)).toEqual([
      [
        ["a", [], {}],
        ["b", [1], {}],
      ],
    ]);
    await client.core.close();
    await world.settle();
    for (const outcome of outcomes) expect(await outcome).toMatchObject({ code: "cancelled" });
  });

  scenario("is as many messages as calls in a dialect without", async (world) => {
    world.server(service, { dialects: [zerorpc()] });
    const { batch, call } = collect(world.client());
    const outcomes = [call("double", [1]), call("double", [2])];
    batch.send();
    await world.settle();
    expect(await Promise.all(outcomes)).toEqual([2, 4]);
  });

  scenario("is shared out among servers where the dialect does not join", async (world) => {
    world.server({ who: () => 1 }, { dialects: [zerorpc()] });
    const other = world.idleServer({ who: () => 2 }, { dialects: [zerorpc()] });
    await other.core.bind("memory://other");
    const client = world.client();
    client.core.connect("memory://other");
    await world.settle();
    const { batch, call } = collect(client);
    const outcomes = [call("who"), call("who")];
    batch.send();
    await world.settle();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set([1, 2]));
  });

  scenario("of one call is that call, of none is nothing", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ dialect });
    await world.settle();
    new Batch(client.core).send();
    const { batch, caller } = collect(client);
    void caller.notify("a", []);
    batch.send();
    batch.send();
    await world.settle();
    expect(peer.take().map(saidBy)).toEqual([[["a", [], {}]]]);
  });

  scenario("sends what comes after it by itself", async (world) => {
    world.server(service, { dialects });
    const { batch, call } = collect(world.client({ dialect }));
    batch.send();
    const outcome = call("double", [4]);
    await world.settle();
    expect(await outcome).toBe(8);
  });

  scenario("waits for a peer together", async (world) => {
    const client = world.client({ dialect });
    const { batch, call } = collect(client);
    const outcomes = [call("a"), call("b")];
    batch.send();
    await world.settle();
    const peer = new FramePeer(world.hub, "server");
    await world.clock.elapse(1000);
    expect(peer.take().map(saidBy)).toEqual([
      [
        ["a", [], {}],
        ["b", [], {}],
      ],
    ]);
    await client.core.close();
    await world.settle();
    await Promise.all(outcomes);
  });

  scenario("leaves without the calls that were given up meanwhile", async (world) => {
    const client = world.client({ dialect });
    const { batch, call } = collect(client);
    const [early, late] = [new AbortController(), new AbortController()];
    const outcomes = [
      call("a", [], { signal: early.signal }),
      call("b", [], { signal: late.signal }),
      call("c", [], { timeoutMs: 10 }),
      call("d"),
    ];
    early.abort();
    batch.send();
    late.abort();
    await world.clock.elapse(20);
    expect(client.core.openCalls).toBe(1);
    const peer = new FramePeer(world.hub, "server");
    await world.clock.elapse(1000);
    expect(peer.take().map(saidBy)).toEqual([[["d", [], {}]]]);
    await client.core.close();
    await world.settle();
    expect(await Promise.all(outcomes)).toMatchObject([
      { code: "cancelled", mayHaveRun: false },
      { code: "cancelled", mayHaveRun: false },
      { code: "unavailable" },
      { code: "cancelled" },
    ]);
  });

  scenario("leaves without the calls that cannot be written", async (world) => {
    world.server(service, { dialects });
    const client = world.client({ dialect });
    await world.settle();
    const { batch, call } = collect(client);
    const outcomes = [
      call("double", [1]),
      call("double", [() => 1]),
      call("double", [(async function* () {})()]),
      call("double", [2]),
    ];
    batch.send();
    await world.settle();
    expect(await Promise.all(outcomes)).toMatchObject([
      2,
      { code: "CODEC_UNSUPPORTED" },
      { code: "CODEC_UNSUPPORTED" },
      4,
    ]);
  });

  scenario("fails when its client is closed before", async (world) => {
    const client = world.client({ dialect });
    const { batch, call } = collect(client);
    const outcome = call("a");
    await client.core.close();
    batch.send();
    await world.settle();
    expect(await outcome).toMatchObject({ code: "cancelled", mayHaveRun: false });
  });

  scenario("keeps the limit of calls that wait", async (world) => {
    const client = world.idleClient({ dialect, maxQueuedCalls: 1 });
    const { batch, call } = collect(client);
    const outcomes = [call("a"), call("b")];
    batch.send();
    await world.settle();
    expect(await outcomes[1]).toMatchObject({ code: "resource_exhausted", mayHaveRun: false });
    await client.core.close();
    await outcomes[0];
  });

  scenario("passes interceptors call by call", async (world) => {
    world.server(service, { dialects });
    const seen: string[] = [];
    const { batch, call } = collect(world.client({ dialect }), {
      interceptors: [(passed, next) => (seen.push(passed.method), next(passed))],
    });
    const outcomes = [call("double", [1]), call("double", [2])];
    batch.send();
    await world.settle();
    expect(await Promise.all(outcomes)).toEqual([2, 4]);
    expect(seen).toEqual(["double", "double"]);
  });

  scenario("goes on to another peer call by call when its own dies", async (world) => {
    const first = new FramePeer(world.hub, "server");
    const client = world.client({ dialect });
    await world.settle();
    const { batch, call } = collect(client);
    const outcomes = [call("a", [], { idempotent: true }), call("b"), call("c")];
    batch.send();
    await world.settle();
    expect(first.take()).toHaveLength(1);
    await first.transport.close(0);
    const second = new FramePeer(world.hub, "server");
    await world.clock.elapse(1000);
    expect(second.take().map(saidBy)).toEqual([[["a", [], {}]]]);
    await client.core.close();
    await world.settle();
    expect(await Promise.all(outcomes)).toMatchObject([
      { code: "cancelled" },
      { code: "unavailable", mayHaveRun: true },
      { code: "unavailable", mayHaveRun: true },
    ]);
  });
});
