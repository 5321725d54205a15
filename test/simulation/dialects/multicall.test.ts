/** What calls over multicall do, and what hostile peers get. */

import { describe, expect } from "vitest";
import { multicall, type MulticallOptions } from "../../../src/dialects/multicall/dialect.ts";
import { exposed } from "../../../src/rpc/exposed.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import type { ServerSettings } from "../../../src/rpc/server.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { answerTo, EMPTY, framed, octetsOf, saidBy } from "../../support/multicall.ts";
import { FramePeer } from "../../support/netcall.ts";
import { Gate, outcomeOf, scenario, type World } from "../../support/rpc.ts";

/** A server with a peer that speaks frame by frame. */
async function serve(
  world: World,
  service: object,
  { settings, options }: { settings?: Partial<ServerSettings>; options?: MulticallOptions } = {},
) {
  const server = world.server(service, { dialects: [multicall(options)], ...settings });
  const peer = new FramePeer(world.hub, "client");
  await world.settle();
  return { server, peer };
}

const ok = (result: unknown) => ({ success: true, result });

describe("the calls of a message", () => {
  scenario("run one after the other, and a failure stops none", async (world) => {
    const gate = new Gate();
    const ran: string[] = [];
    const { peer } = await serve(world, {
      slow: async (name: string) => {
        ran.push(name);
        await gate.pass();
        return name;
      },
      fail: (name: string) => {
        ran.push(name);
        throw new Error("no");
      },
    });
    peer.send(framed('[["slow",["a"],{}],["fail",["b"],{}],["nope",[],{}],["slow",["c"],{}]]'));
    await world.settle();
    expect(ran).toEqual(["a"]);
    gate.open();
    await world.settle();
    expect(ran).toEqual(["a", "b", "c"]);
    expect(peer.take()).toEqual([]);
    gate.open();
    await world.settle();
    expect(peer.take().map(saidBy)).toMatchObject([
      [ok("a"), { error_type: "Error" }, { error_type: "KeyError" }, ok("c")],
    ]);
  });

  for (const [how, timeoutMs] of [
    ["closes", undefined],
    ["drains no longer", 100],
  ] as const) {
    scenario(`start no more when the server ${how}`, async (world) => {
      const gate = new Gate();
      const ran: string[] = [];
      const { server, peer } = await serve(world, {
        slow: () => gate.pass(),
        transfer: () => ran.push("transfer"),
      });
      peer.send(framed('[["slow",[],{}],["transfer",[],{}],["transfer",[],{}]]'));
      await world.settle();
      const { core } = server;
      const closed = timeoutMs === undefined ? core.close() : core.drain(timeoutMs);
      await world.clock.elapse(2000);
      await closed;
      expect(ran).toEqual([]);
      const [answer] = peer.take();
      const unavailable = { error_type: "RpcError" };
      expect(saidBy(answer as Message)).toMatchObject([unavailable, unavailable, unavailable]);
      gate.open();
      await world.settle();
      expect(ran).toEqual([]);
    });
  }

  scenario("run beside those of other messages", async (world) => {
    const gate = new Gate();
    const { peer } = await serve(world, { slow: () => gate.pass(), fast: () => 1 });
    peer.send(
      framed('[["slow",[],{}]]', octetsOf("one")),
      framed('[["fast",[],{}]]', octetsOf("two")),
    );
    await world.settle();
    expect(peer.take()).toEqual([framed('[{"success":true,"result":1}]', octetsOf("two"))]);
    gate.open();
    await world.settle();
    expect(peer.take()).toHaveLength(1);
  });

  scenario("may be very many, the first of them slow", async (world) => {
    const gate = new Gate();
    let ran = 0;
    const { peer } = await serve(world, { slow: () => gate.pass(), count: () => ++ran });
    const many = Array.from({ length: 9_999 }, () => '["count",[],{}]').join(",");
    peer.send(framed(`[["slow",[],{}],${many}]`));
    await world.settle();
    expect(ran).toBe(0);
    gate.open();
    await world.settle();
    const [answer] = peer.take();
    expect((saidBy(answer) as unknown[]).at(-1)).toEqual(ok(9_999));
  });

  scenario("are answered when the server drains and closes", async (world) => {
    const gate = new Gate();
    const { server, peer } = await serve(world, { slow: () => gate.pass() });
    peer.send(framed('[["slow",[],{}],["slow",[],{}]]'));
    await world.settle();
    const drained = server.core.drain(1000);
    peer.send(framed('[["slow",[],{}]]'));
    await world.settle();
    expect(peer.take().map(saidBy)).toMatchObject([[{ status: "unavailable", ran: false }]]);
    await world.clock.elapse(2000);
    await drained;
    expect(peer.take().map(saidBy)).toMatchObject([
      [{ status: "unavailable" }, { status: "unavailable" }],
    ]);
    gate.open();
  });

  scenario("are forgotten with their peer", async (world) => {
    const gate = new Gate();
    const ran: unknown[] = [];
    const { server, peer } = await serve(world, {
      slow: (name: string) => (ran.push(name), gate.pass()),
    });
    peer.send(framed('[["slow",["a"],{}],["slow",["b"],{}]]'));
    await world.settle();
    await peer.transport.close(0);
    await world.settle();
    gate.open();
    await world.settle();
    expect(ran).toEqual(["a"]);
    expect(server.core.openCalls).toBe(0);
  });
});

describe("between a client and a server of ours", () => {
  const service = {
    add: (a: number, b: number) => a + b,
    echo: (value: unknown) => value,
    nothing: () => undefined,
    handler: () => () => 1,
    *count() {
      yield 1;
    },
    lost: () => {
      throw new RpcError("not_found", "lost", { details: { id: 5 } });
    },
    typed: () => {
      throw new TypeError("wrong");
    },
  };

  scenario("values survive, also those that are no json", async (world) => {
    world.server(service, { dialects: [multicall()] });
    const client = world.client({ dialect: multicall() });
    for (const value of [1, -0.5, "é☃😀/", null, [[]], { a: { b: 1n << 70n } }, NaN, -Infinity]) {
      expect(await answered(world, client.call("echo", value))).toEqual(value);
    }
    expect(await answered(world, client.call("nothing"))).toBeNull();
  });

  scenario("named arguments go to their parameters", async (world) => {
    world.server(service, { dialects: [multicall()] });
    const client = world.client({ dialect: multicall() });
    const named = (args: object) =>
      answered(world, client.callWith({ named: args as Record<string, unknown> }, "add", 1));
    expect(await named({ b: 2 })).toBe(3);
    expect(await named({ c: 2 })).toMatchObject({ code: "invalid_argument", mayHaveRun: false });
  });

  scenario("failures keep what they are", async (world) => {
    world.server(service, { dialects: [multicall()], sendStacks: true });
    const client = world.client({ dialect: multicall() });
    expect(await answered(world, client.call("lost"))).toMatchObject({
      code: "not_found",
      details: { id: 5 },
      message: "lost",
      origin: "peer",
    });
    const typed = (await answered(world, client.call("typed"))) as RpcError;
    expect(typed).toMatchObject({ code: "unknown", name: "TypeError", mayHaveRun: true });
    expect(typed.peerStack).toContain("multicall.test.ts");
    expect(await answered(world, client.call("ad"))).toMatchObject({
      code: "unimplemented",
      name: "KeyError",
      message: expect.stringContaining('did you mean "add"?') as string,
      mayHaveRun: false,
    });
    expect(await answered(world, client.call("count"))).toMatchObject({ code: "unimplemented" });
    expect(await answered(world, client.call("handler"))).toMatchObject({ code: "internal" });
  });

  scenario("a late answer is not that of a later call", async (world) => {
    const gate = new Gate();
    world.server({ slow: () => gate.pass(), fast: () => 2 }, { dialects: [multicall()] });
    const client = world.client({ dialect: multicall() });
    const slow = outcomeOf(client.callWith({ timeoutMs: 10 }, "slow"));
    await world.clock.elapse(20);
    expect(await slow).toMatchObject({ code: "deadline_exceeded" });
    gate.open();
    expect(await answered(world, client.call("fast"))).toBe(2);
  });

  scenario("any codec will do", async (world) => {
    const dialect = multicall({ codec: new MsgpackCodec() });
    world.server(service, { dialects: [dialect] });
    const client = world.client({ dialect });
    const value = { octets: Uint8Array.of(1, 2), at: new Date(0) };
    expect(await answered(world, client.call("echo", value))).toEqual(value);
    expect(await answered(world, client.call("handler"))).toMatchObject({ code: "internal" });
  });

  scenario("only exposed methods are offered where that is asked for", async (world) => {
    class Counter {
      #count = 0;
      increment(by = 1): number {
        this.#count += by;
        return this.#count;
      }
      reset(): void {
        this.#count = 0;
      }
      static {
        // oxlint-disable-next-line typescript/unbound-method
        exposed(this.prototype.increment);
      }
    }
    const { core } = world.server({}, { dialects: [multicall()] });
    core.registry.addService("my.cool", new Counter(), { exposedOnly: true });
    const client = world.client({ dialect: multicall() });
    expect(await answered(world, client.call("my.cool.increment", 4))).toBe(4);
    expect(await answered(world, client.call("my.cool.reset"))).toMatchObject({
      code: "unimplemented",
    });
    expect(() => core.registry.addService("x", { a: () => 1 }, { exposedOnly: true })).toThrow(
      /no method that was marked/,
    );
  });
});

describe("hostile peers", () => {
  const DEEP = "[".repeat(100_000);

  scenario("get failures, and others are served", async (world) => {
    const { server, peer } = await serve(world, { add: (a: number, b: number) => a + b });
    const honest = world.client({ dialect: multicall() });
    const payloads = [
      "nonsense",
      "5",
      '{"a":1}',
      DEEP,
      `[["add",[${"9".repeat(5000)}],{}]]`,
      '[["add",[{"__proto__":{"x":1}}],{}]]',
      '[["add",[],{"__proto__":1}]]',
      `[${"0,".repeat(20_000)}0]`,
      '[["constructor",[],{}]]',
      '[["__proto__",[],{}]]',
      '[["toString",[],{}]]',
      '[["add.call",[],{}]]',
      '[["",[],{}]]',
      '[[{"a":1},[],{}]]',
      '[["add",[1,2],{"constructor":1}]]',
      "\ufeff[]",
    ];
    for (const payload of payloads) {
      peer.send(framed(payload));
      await world.settle();
      const answer = saidBy(peer.take()[0]);
      expect([payload, answer]).toMatchObject([payload, [{ success: false }]]);
    }
    expect(await answered(world, honest.call("add", 1, 2))).toBe(3);
    expect(server.core.openCalls).toBe(0);
  });

  scenario("without a way back are heard of and get nothing", async (world) => {
    const { server, peer } = await serve(world, {});
    peer.send([octetsOf("a"), octetsOf("b")], framed("[]", new Uint8Array(256)), []);
    await world.settle();
    expect(peer.take()).toEqual([]);
    expect(server.events.filter(({ type }) => type === "malformed")).toHaveLength(3);
  });

  scenario("are not asked to wait for calls beyond their limit", async (world) => {
    const gate = new Gate();
    const { peer } = await serve(
      world,
      { slow: () => gate.pass() },
      { settings: { maxCallsPerPeer: 2 } },
    );
    for (let i = 0; i < 3; i++) peer.send(framed('[["slow",[],{}]]'));
    await world.settle();
    expect(peer.take().map(saidBy)).toMatchObject([[{ status: "resource_exhausted", ran: false }]]);
    gate.open();
  });

  scenario("do not disturb a client by answers nobody asked for", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ dialect: multicall() });
    const answer = outcomeOf(client.call("a"));
    await world.settle();
    const [request] = peer.take();
    peer.send(
      framed('[{"success":true,"result":"wrong"}]'),
      framed('[{"success":true,"result":"wrong"}]', octetsOf("four")),
      [EMPTY],
      [],
      [octetsOf("x")],
    );
    await world.settle();
    peer.send(answerTo(request, '[{"success":true,"result":"right"}]'));
    peer.send(answerTo(request, '[{"success":true,"result":"again"}]'));
    await world.settle();
    expect(await answer).toBe("right");
  });

  scenario("fail the calls that they answer with nonsense", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ dialect: multicall() });
    for (const payload of ["nonsense", "[]", "[5]", "{}", '[{"success":"yes"}]', DEEP]) {
      const answer = outcomeOf(client.call("a"));
      await world.settle();
      const [request] = peer.take();
      peer.send(answerTo(request, payload));
      await world.settle();
      expect(await answer).toMatchObject({ code: "internal" });
    }
  });
});

/** What a call comes to, once everything has happened that takes no time. */
async function answered(world: World, call: PromiseLike<unknown>): Promise<unknown> {
  const outcome = outcomeOf(call);
  await world.settle();
  return outcome;
}
