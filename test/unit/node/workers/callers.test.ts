/** Both sides of it, joined without a thread. */

import { describe, expect, test } from "vitest";
import { Callers } from "../../../../src/node/workers/callers.ts";
import { CallersOfPool } from "../../../../src/node/workers/callers-of-pool.ts";
import type { CallContext, CallPeer } from "../../../../src/rpc/context.ts";
import { RpcError } from "../../../../src/rpc/errors.ts";
import { type Parcel, portCounters, PortEnd } from "../../../../src/transports/port.ts";

/** A pool and one thread of it. */
function pair(): { callers: Callers; thread: CallersOfPool; end: () => void } {
  const counters = portCounters(1);
  const ends: PortEnd[] = [];
  for (const side of [0, 1] as const) {
    const post = (parcel: Parcel): void =>
      queueMicrotask(() => ends[1 - side]?.receive(structuredClone(parcel)));
    ends[side] = new PortEnd({ post, counters, side, endpoint: `side ${side}` });
  }
  const callers = new Callers((transport) => ends[0]?.open(0, transport));
  const thread = new CallersOfPool((transport) => ends[1]?.open(0, transport));
  return { callers, thread, end: () => ends[0]?.close() };
}

class Caller {
  readonly aborter = new AbortController();
  readonly heard: unknown[] = [];
  readonly peer: CallPeer = {
    id: 3,
    address: "here",
    endpoint: "there",
    identity: "ada",
    signal: this.aborter.signal,
    busy: false,
  };

  call(): CallContext {
    return {
      method: "any",
      peer: this.peer,
      headers: {},
      signal: new AbortController().signal,
      remainingMs: undefined,
      notifiable: true,
      notify: (method, args) => {
        if (method === "fail") return Promise.reject(new RpcError("unimplemented", "no words"));
        this.heard.push([method, args]);
        return Promise.resolve(true);
      },
    };
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

describe("a caller behind a pool", () => {
  test("is known by what the server knows of it, and by one object for all its calls", () => {
    const { callers, thread } = pair();
    const caller = new Caller();
    const [first, second] = [callers.enter(caller.call()), callers.enter(caller.call())];
    const { peer } = thread.lineTo(first);
    expect(peer).toMatchObject({ address: "here", endpoint: "there", identity: "ada" });
    expect(thread.lineTo(second).peer).toBe(peer);
    expect(thread.lineTo(callers.enter(new Caller().call())).peer).not.toBe(peer);
  });

  test("is notified during its call, and afterwards if the thread had asked for it", async () => {
    const { callers, thread } = pair();
    const caller = new Caller();
    const origin = callers.enter(caller.call());
    const line = thread.lineTo(origin);
    const notified = line.notify("now", [1]);
    expect(line.peer.busy).toBe(true);
    expect(await notified).toBe(true);
    expect(line.peer.busy).toBe(false);
    callers.leave(origin.call);
    expect(await line.notify("later", { a: 2 })).toBe(true);
    expect(caller.heard).toEqual([
      ["now", [1]],
      ["later", { a: 2 }],
    ]);
    await expect(line.notify("fail", [])).rejects.toMatchObject({ status: "unimplemented" });
  });

  test("is out of reach when its call was over before the thread asked", async () => {
    const { callers, thread } = pair();
    const origin = callers.enter(new Caller().call());
    callers.leave(origin.call);
    callers.leave(origin.call);
    const line = thread.lineTo(origin);
    await expect(line.notify("late", [])).rejects.toMatchObject({ status: "failed_precondition" });
    expect(callers.size).toBe(0);
  });

  test("is forgotten by both sides when it is gone", async () => {
    const { callers, thread } = pair();
    const caller = new Caller();
    const origin = callers.enter(caller.call());
    const line = thread.lineTo(origin);
    expect(line.notifiable).toBe(true);
    await settle();
    callers.leave(origin.call);
    expect(callers.size).toBe(1);
    caller.aborter.abort();
    await settle();
    expect(line.peer.signal.aborted).toBe(true);
    expect(line.peer.signal.reason).toMatchObject({ status: "unavailable" });
    expect(callers.size).toBe(0);
  });

  test("is forgotten by the pool when the thread is gone", async () => {
    const { callers, thread, end } = pair();
    const origin = callers.enter(new Caller().call());
    expect(thread.lineTo(origin).notifiable).toBe(true);
    await settle();
    callers.leave(origin.call);
    end();
    await settle();
    expect(callers.size).toBe(0);
    await callers.close();
  });
});
