/** What one peer makes go wrong costs no other peer anything. */

import { describe, expect } from "vitest";
import { decodeAscii, encodeAscii } from "../../../src/base/text.ts";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import type { Dialect, Translator } from "../../../src/rpc/dialect.ts";
import type { RpcEvent } from "../../../src/rpc/rpc-event.ts";
import type { TransportFactory } from "../../../src/rpc/transport.ts";
import { FramePeer } from "../../support/netcall.ts";
import { hex } from "../../support/zmtp.ts";
import { Gate, outcomeOf, scenario, type TestClient, type World } from "../../support/rpc.ts";

const NEW = { zc: 1 };
/** The fields message_id, zc and id, as octets. */
const HEADER = "83 aa 6d6573736167655f6964 a1 61 a2 7a63 01 a2 6964 a1 61";

/** A transport whose links take no message above a size. */
function limited({ hub }: World, maxMessageOctets: number): TransportFactory {
  return (role, owner) =>
    hub.transport(role, {
      opened: (link) => owner.opened(Object.assign(link, { maxMessageOctets })),
      received: (link, messages) => owner.received(link, messages),
      drained: (link) => owner.drained(link),
      closed: (link, error) => owner.closed(link, error),
      unreachable: (endpoint, error, final) => owner.unreachable(endpoint, error, final),
    });
}

/** Whether somebody else is served as if nothing had been. */
async function isServed(client: TestClient, world: World): Promise<void> {
  const answer = outcomeOf(client.call("add", 1, 2));
  await world.settle();
  expect(await answer).toBe(3);
}

const add = (a: number, b: number): number => a + b;

describe("a request with an id", () => {
  scenario("and with octets that are not copied is one like any other", async (world) => {
    let ran = 0;
    world.server({ put: (_octets: Uint8Array, _more?: unknown) => ++ran, add });
    const client = world.client();
    const large = new Uint8Array(65_536);
    const put = (octets: Uint8Array, ...more: unknown[]): Promise<unknown> =>
      outcomeOf(client.callWith({ requestId: "a" }, "put", octets, ...more));
    expect([await put(large), await put(large)]).toEqual([1, 1]);
    // They are part of what tells one request from another, not only what stands beside them.
    expect(await put(large.with(9, 1))).toMatchObject({ status: "already_exists" });
    expect(await put(large, "more")).toMatchObject({ status: "already_exists" });
    await isServed(world.client(), world);
  });

  scenario("and with a key that reaches prototypes is refused", async (world) => {
    world.server({ add });
    const raw = world.rawClient();
    await world.settle();
    // "add" with the args [{1: 0, "__proto__": 0}].
    raw.sendOctets(hex(`93 ${HEADER} a3 616464 91 82 01 00 a9 5f5f70726f746f5f5f 00`));
    await world.settle();
    const error = `TypeError('map key "__proto__" at offset 32 is not allowed')`;
    expect(raw.said).toEqual([["ERR", [error]]]);
    await isServed(world.client(), world);
    await raw.transport.close(0);
  });

  scenario("and nested more deeply than we write is one like any other", async (world) => {
    const dialects = [zerorpc({ limits: { maxDepth: 300 } })];
    world.server({ add, take: (_value: unknown) => "taken" }, { dialects });
    const raw = world.rawClient();
    await world.settle();
    raw.sendOctets(hex(`93 ${HEADER} a4 74616b65 91 ${"91 ".repeat(200)} c0`));
    await world.settle();
    expect(raw.said).toMatchObject([["OK", ["taken"]]]);
    await isServed(world.client(), world);
    await raw.transport.close(0);
  });

  scenario("that is refused its stream runs when it comes again", async (world) => {
    let ran = 0;
    const take = async (items: AsyncIterable<unknown>): Promise<number> => {
      ran++;
      for await (const _ of items);
      return ran;
    };
    world.server({ take }, { maxStreamsPerPeer: 1 });
    const raw = world.rawClient();
    await world.settle();
    const first = raw.send("take", [null], { ...NEW, input: 0 });
    raw.send("take", [null], { ...NEW, input: 0, id: "a" });
    await world.settle();
    const refusal = raw.events.find(([, name]) => name === "ERR");
    expect(refusal?.[0]["error"]).toMatchObject({ status: "resource_exhausted" });
    raw.send("STREAM_DONE", null, { response_to: first });
    await world.settle();
    const again = raw.send("take", [null], { ...NEW, input: 0, id: "a" });
    raw.send("STREAM_DONE", null, { response_to: again });
    await world.settle();
    expect(raw.said.filter(([name]) => name === "OK")).toEqual([
      ["OK", [1]],
      ["OK", [2]],
    ]);
    await raw.transport.close(0);
  });

  scenario(
    "that nobody could join is not joined by the question for its outcome",
    async (world) => {
      world.server({ add });
      const raw = world.rawClient();
      await world.settle();
      raw.send("nope", [], { ...NEW, id: "a" });
      raw.send("add", [1, 2, 3], { ...NEW, id: "b" });
      raw.send("_zc_outcome", ["a", "nope"], NEW);
      raw.send("_zc_outcome", ["b", "add"], NEW);
      await world.settle();
      expect(raw.events.map(([{ error }]) => (error as { status: string }).status)).toEqual([
        "unimplemented",
        "invalid_argument",
        "not_found",
        "not_found",
      ]);
      await raw.transport.close(0);
    },
  );
});

describe("what is remembered of a call", () => {
  /** Whether a result of 1000 characters has left no room for what was remembered before. */
  async function countsWhole(
    world: World,
    interfere: (raw: ReturnType<World["rawClient"]>, id: unknown) => Promise<void>,
    header: object = {},
  ): Promise<void> {
    let ran = 0;
    const gate = new Gate();
    const large = (): Promise<string> => gate.pass().then(() => "x".repeat(1000));
    world.server({ count: () => ++ran, large }, { rememberedBytes: 500 });
    const client = world.client();
    const count = (): PromiseLike<unknown> => client.callWith({ requestId: "a" }, "count");
    expect([await count(), await count()]).toEqual([1, 1]);
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("large", [], { ...NEW, id: "b", ...header });
    await world.settle();
    await interfere(raw, id);
    gate.open();
    await world.settle();
    expect(await count()).toBe(2);
    await raw.transport.close(0);
  }

  scenario("is its result, however small the beats before it were", (world) =>
    countsWhole(world, async (raw, id) => {
      raw.send("_zpc_hb", [0], { response_to: id });
      await world.settle();
      expect(raw.said.at(-1)).toEqual(["_zpc_hb", [0]]);
      await raw.transport.close(0);
      await world.settle();
    }),
  );

  scenario("is its result, however small the error of its deadline was", (world) =>
    countsWhole(
      world,
      async (raw) => {
        await world.clock.elapse(60);
        expect(raw.said.at(-1)?.[0]).toBe("ERR");
      },
      { timeout: 50 },
    ),
  );

  scenario("is what its caller got where that is not what its handler gave", async (world) => {
    let ran = 0;
    const service = {
      large: () => "x".repeat(10_000 + ++ran),
      odd: () => [++ran, Promise.resolve()],
      talkative: () => {
        throw new RangeError("y".repeat(20_000 + ++ran));
      },
    };
    world.server(service, { transport: limited(world, 8192) });
    const client = world.client();
    for (const method of ["large", "odd", "talkative"]) {
      ran = 0;
      const ask = (): Promise<unknown> => outcomeOf(client.callWith({ requestId: "a" }, method));
      const { name, message } = (await ask()) as Error;
      expect(await ask()).toMatchObject({
        name,
        message: expect.stringContaining(message.slice(0, 80)) as string,
      });
      expect(ran).toBe(1);
    }
  });
});

describe("a failure that is too large for its link", () => {
  scenario("is said in as many words as fit", async (world) => {
    const fail = async (length: number): Promise<never> => {
      await Promise.resolve();
      throw new RangeError("é".repeat(length));
    };
    world.server({ add, fail }, { transport: limited(world, 2000) });
    const raw = world.rawClient();
    const client = world.client();
    await world.settle();
    raw.send("n".repeat(1990), []);
    raw.send("n".repeat(1990), [], NEW);
    raw.send("fail", [1000], NEW);
    raw.send("fail", [100_000], NEW);
    await world.settle();
    expect(raw.said).toEqual([
      ["ERR", ["NameError", "n".repeat(1000), null]],
      ["ERR", ["NameError", expect.stringMatching(/^the service has no method "n+$/), null]],
      ["ERR", ["RangeError", "é".repeat(100), null]],
      ["ERR", ["RangeError", "é".repeat(100), null]],
    ]);
    expect(raw.events[1]?.[0]["error"]).toMatchObject({ status: "unimplemented", ran: false });
    await isServed(client, world);
    await raw.transport.close(0);
  });

  scenario("is nothing but its status, or nothing, where nothing else fits", async (world) => {
    for (const [octets, said] of [
      [130, [["ERR", ["RpcError", "", null]]]],
      [40, []],
    ] as const) {
      const server = world.idleServer({ add }, { transport: limited(world, octets) });
      const home = server.core.bind("memory://home");
      const raw = world.rawClient();
      await home;
      await world.settle();
      raw.send("nope", [], NEW);
      await world.settle();
      expect(raw.said).toEqual(said);
      const silent = server.events.some(({ type }) => type === "call-failed");
      expect([server.core.openCalls, silent]).toEqual([0, said.length === 0]);
      await raw.transport.close(0);
      await server.core.close();
    }
  });

  scenario("ends a batch whose answers are too large together", async (world) => {
    const text = (): string => "x".repeat(600);
    world.server({ text }, { transport: limited(world, 1200), dialects: [jsonrpc()] });
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    const calls = [1, 2].map((id) => ({ jsonrpc: "2.0", method: "text", id }));
    peer.send([encodeAscii(""), encodeAscii(JSON.stringify(calls))]);
    await world.settle();
    const [answer] = peer.take();
    expect(JSON.parse(decodeAscii(answer?.at(-1) as Uint8Array))).toMatchObject([
      { id: 1, result: text() },
      { id: 2, error: { message: expect.stringContaining("maxMessageSize = 1200") as string } },
    ]);
    await peer.transport.close(0);
  });
});

/** zerorpc with a mistake: what both sides read as the event "broken" makes them throw. */
function broken(): Dialect {
  const dialect = zerorpc();
  const breaking = <Some extends Translator>(translator: Some): Some => {
    const decode = translator.decode.bind(translator);
    translator.decode = (message, packets) => {
      decode(message, packets);
      const text = new TextDecoder("latin1").decode(message.at(-1));
      if (text.includes("broken")) throw new TypeError("a mistake");
    };
    return translator;
  };
  return {
    ...dialect,
    serverTranslator: (peer) => breaking(dialect.serverTranslator(peer)),
    clientTranslator: (peer) => breaking(dialect.clientTranslator(peer)),
  };
}

describe("a mistake that a peer's message meets", () => {
  const fault = { type: "fault", endpoint: "memory://home", error: new TypeError("a mistake") };

  scenario("costs that peer its connection, and no other anything", async (world) => {
    const server = world.server(
      { add, hang: (): Promise<never> => new Promise(() => undefined) },
      { dialects: [broken()] },
    );
    const client = world.client();
    const raw = world.rawClient();
    await world.settle();
    const hanging = client.call("add", 2, 3);
    raw.send("hang", []);
    raw.send("broken", []);
    raw.send("add", [1, 2]);
    await world.settle();
    expect(await hanging).toBe(5);
    expect(server.events.filter(({ type }) => type === "fault")).toMatchObject([fault]);
    expect(raw.said).toEqual([]);
    expect(server.core.openCalls).toBe(0);
    await isServed(client, world);
    await raw.transport.close(0);
  });

  scenario("costs a client its connection, and it connects again", async (world) => {
    const server = world.server({ add, say: () => "broken" });
    const client = world.client({ dialect: broken() });
    const answer = outcomeOf(client.call("say"));
    await world.settle();
    expect(await answer).toMatchObject({ status: "unavailable", mayHaveRun: true });
    expect(client.events.filter(({ type }) => type === "fault")).toMatchObject([fault]);
    await isServed(client, world);
    expect(server.core.peerCount).toBe(1);
  });

  scenario("does not become another one where its observer fails", async (world) => {
    const told: string[] = [];
    const observer = ({ type }: RpcEvent): void => {
      told.push(type);
      if (type === "fault") throw new Error("a mistake of the log");
    };
    world.server({ add }, { dialects: [broken()], observer });
    const raw = world.rawClient();
    await world.settle();
    raw.send("broken", []);
    await world.settle();
    expect(told).toEqual(["peer-opened", "bound", "fault", "peer-closed", "peer-opened"]);
    await isServed(world.client(), world);
    await raw.transport.close(0);
  });
});
