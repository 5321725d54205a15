/** What this process does wrong by itself, away from any message, costs one link and nobody else. */

import { describe, expect } from "vitest";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import type { Dialect, Translator } from "../../../src/rpc/dialect.ts";
import type { RpcEvent } from "../../../src/rpc/rpc-event.ts";
import { callContext } from "../../../src/rpc/context.ts";
import { outcomeOf, scenario, type TestClient, type TestServer } from "../../support/rpc.ts";

const add = (a: number, b: number): number => a + b;

/** zerorpc with a mistake: the first channel that is released makes it throw. */
function breaking(): Dialect {
  const dialect = zerorpc();
  let broken = false;
  const wrapped = <Some extends Translator>(translator: Some): Some => {
    const release = translator.release.bind(translator);
    translator.release = (channel) => {
      release(channel);
      if (broken) return;
      broken = true;
      throw new TypeError("a mistake");
    };
    return translator;
  };
  return {
    ...dialect,
    serverTranslator: (peer) => wrapped(dialect.serverTranslator(peer)),
    clientTranslator: (peer) => wrapped(dialect.clientTranslator(peer)),
  };
}

/** A service whose calls hang, and the reasons for which they were given up. */
function hanging(): { readonly service: object; readonly ended: unknown[] } {
  const ended: unknown[] = [];
  const hang = (): Promise<never> => {
    const { signal } = callContext();
    signal.addEventListener("abort", () => ended.push((signal.reason as Error).message));
    return new Promise(() => undefined);
  };
  return { service: { add, hang, fail: () => Promise.reject(new Error("no")) }, ended };
}

function faultsOf({ events }: TestClient | TestServer): readonly RpcEvent[] {
  return events.filter(({ type }) => type === "fault");
}

const fault = { type: "fault", endpoint: "memory://home", error: new TypeError("a mistake") };

describe("an observer that throws at everything", () => {
  const told: RpcEvent[] = [];
  const observer = (event: RpcEvent): void => {
    told.push(event);
    throw new Error("a mistake of the log");
  };

  scenario("disturbs no call, no timer and no end, and hears that it has failed", async (world) => {
    told.length = 0;
    const { service, ended } = hanging();
    const server = world.idleServer(service, { observer });
    await server.core.bind("memory://home");
    const client = world.client({ observer });
    const leaving = world.client();
    await world.settle();
    const sum = client.call("add", 1, 2);
    const failed = outcomeOf(client.call("fail"));
    const late = outcomeOf(client.callWith({ timeoutMs: 100 }, "hang"));
    const left = [1, 2].map(() => outcomeOf(leaving.call("hang")));
    await world.clock.elapse(100);
    expect(await sum).toBe(3);
    expect(await failed).toMatchObject({ status: "unknown", message: "no" });
    expect(await late).toMatchObject({ status: "deadline_exceeded" });
    await leaving.core.close();
    await Promise.all(left);
    await world.settle();
    expect(ended).toHaveLength(3);
    const drained = server.core.drain(1000);
    await world.clock.elapse(2000);
    await drained;
    const failing = told.filter(({ type }) => type !== "fault");
    expect(new Set(failing.map(({ type }) => type))).toContain("peer-closed");
    expect(told.filter(({ type }) => type === "fault")).toEqual(
      failing.map(() => ({
        type: "fault",
        endpoint: "",
        address: "",
        at: "observer",
        error: new Error("a mistake of the log"),
      })),
    );
  });
});

describe("a mistake that a server meets", () => {
  scenario("when a peer leaves keeps none of its calls", async (world) => {
    const { service, ended } = hanging();
    const server = world.server(service, { dialects: [breaking()] });
    const client = world.client();
    await world.settle();
    const calls = [1, 2, 3].map(() => outcomeOf(client.call("hang")));
    await world.settle();
    world.wire.break();
    await client.core.close();
    await world.settle();
    await Promise.all(calls);
    expect(ended).toEqual(calls.map(() => "the caller is gone"));
    expect(faultsOf(server)).toMatchObject([{ ...fault, at: "connection" }]);
  });

  scenario("when a deadline passes costs that link alone", async (world) => {
    const { service, ended } = hanging();
    const server = world.server(service, { dialects: [breaking()] });
    const peers = [world.rawClient(), world.rawClient()];
    await world.settle();
    // They say nothing when the time is over, so the server has to see it by itself.
    for (const peer of peers) peer.send("hang", [], { zc: 1, timeout: 50 });
    await world.clock.elapse(100);
    expect(ended).toEqual(peers.map(() => "the caller's deadline has passed"));
    expect(faultsOf(server)).toMatchObject([{ ...fault, at: "timer" }]);
    peers[0]?.send("hang", [], { zc: 1, timeout: 50 });
    await world.clock.elapse(100);
    expect(ended).toHaveLength(3);
    for (const peer of peers) await peer.transport.close(0);
  });

  scenario("when a handler fails later costs that link alone", async (world) => {
    const { service } = hanging();
    const server = world.server(service, { dialects: [breaking()] });
    const client = world.client();
    await world.settle();
    const failed = outcomeOf(client.call("fail"));
    await world.settle();
    expect(await failed).toMatchObject({ message: "no" });
    expect(faultsOf(server)).toMatchObject([{ ...fault, at: "answer" }]);
    const sum = client.call("add", 1, 2);
    await world.settle();
    expect(await sum).toBe(3);
  });
});

describe("a mistake that a client meets", () => {
  scenario("when a peer leaves ends every call all the same", async (world) => {
    const server = world.server(hanging().service);
    const client = world.client({ dialect: breaking() });
    await world.settle();
    const calls = [1, 2, 3].map(() => outcomeOf(client.call("hang")));
    await world.settle();
    world.wire.break();
    await world.settle();
    const errors = (await Promise.all(calls)) as { readonly status: string }[];
    expect(errors.map(({ status }) => status)).toEqual(["internal", "unavailable", "unavailable"]);
    expect(faultsOf(client)).toMatchObject([{ ...fault, at: "connection" }]);
    await server.core.close();
  });

  scenario("when a deadline passes ends that call, and those after it in time", async (world) => {
    world.server(hanging().service);
    const client = world.client({ dialect: breaking() });
    await world.settle();
    const call = (timeoutMs: number): Promise<unknown> =>
      outcomeOf(client.callWith({ timeoutMs }, "hang"));
    const calls = [call(50), call(5000)];
    await world.clock.elapse(100);
    expect(await calls[0]).toMatchObject({ status: "internal", cause: fault.error });
    expect(faultsOf(client)).toMatchObject([{ ...fault, at: "timer" }]);
    await calls[1];
    const later = call(50);
    await world.clock.elapse(100);
    expect(await later).toMatchObject({ status: "deadline_exceeded" });
  });
});
