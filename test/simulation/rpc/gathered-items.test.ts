/** Items that leave together: what is on the wire, and what holds however they come. */

import { describe, expect } from "vitest";
import { callContext } from "../../../src/rpc/context.ts";
import { collect, Gate, outcomeOf, type RawPeer, scenario, type World } from "../../support/rpc.ts";

const NEW = { zc: 1 };

/** A new client that has asked for a stream and granted credit. */
async function asked(world: World, method: string, credit: number): Promise<RawPeer> {
  const raw = world.rawClient();
  await world.settle();
  const id = raw.send(method, [], NEW);
  await world.settle();
  raw.send("_zpc_more", [credit], { response_to: id });
  await world.settle();
  return raw;
}

/** A server of our mark that has been asked for a stream, and what its client read. */
async function answering(world: World): Promise<{
  readonly raw: RawPeer;
  readonly items: Promise<unknown>;
  readonly say: (name: string, args: unknown) => void;
}> {
  const raw = world.rawServer();
  const items = outcomeOf(
    collect(world.client({ window: { maxWindowItems: 8, maxWindowBytes: 1 << 20 } }).call("items")),
  );
  await world.settle();
  const [request] = raw.events;
  if (request === undefined) throw new Error("nothing was asked");
  raw.answer(request, "STREAM", 0, NEW);
  await world.settle();
  const header = { response_to: request[0]["message_id"] };
  return { raw, items, say: (name, args) => raw.send(name, args, header) };
}

describe("a handler's items of one turn", () => {
  scenario("leave in one event behind the first, each for its credit", async (world) => {
    world.server({
      *items() {
        for (let i = 0; ; i++) yield i;
      },
    });
    const raw = await asked(world, "items", 5);
    expect(raw.said).toEqual([
      ["STREAM", 0],
      ["_zc_items", [1, 2, 3, 4, 5]],
    ]);
    await raw.transport.close(0);
  });

  scenario("leave one by one to a peer without the mark", async (world) => {
    world.server({ items: () => [0, 1, 2, 3].values() });
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("items", []);
    await world.settle();
    raw.send("_zpc_more", [5], { response_to: id });
    await world.settle();
    expect(raw.said).toEqual([
      ["STREAM", 0],
      ["STREAM", 1],
      ["STREAM", 2],
      ["STREAM", 3],
      ["STREAM_DONE", null],
    ]);
    await raw.transport.close(0);
  });

  scenario("leave before the stream's end and what it returned", async (world) => {
    world.server({
      *items() {
        yield* [0, 1, 2];
        return "all";
      },
    });
    const raw = await asked(world, "items", 5);
    expect(raw.said.slice(1)).toEqual([
      ["_zc_items", [1, 2]],
      ["STREAM_DONE", ["all"]],
    ]);
    await raw.transport.close(0);
  });

  scenario("leave before the error behind them", async (world) => {
    world.server({
      *items() {
        yield* [0, 1, 2];
        throw new RangeError("no more");
      },
    });
    const raw = await asked(world, "items", 5);
    expect(raw.said.map(([name]) => name)).toEqual(["STREAM", "_zc_items", "ERR"]);
    await raw.transport.close(0);
  });

  scenario("leave before what their caller is notified of", async (world) => {
    world.server({
      *items() {
        yield* [0, 1, 2];
        void callContext().notify("progress", [2]);
        yield 3;
      },
    });
    const raw = await asked(world, "items", 5);
    expect(raw.said).toEqual([
      ["STREAM", 0],
      ["_zc_items", [1, 2]],
      ["progress", [2]],
      ["STREAM", 3],
      ["STREAM_DONE", null],
    ]);
    await raw.transport.close(0);
  });

  scenario("leave before the error of one that cannot be written", async (world) => {
    world.server({ items: () => [0, 1, 2, () => undefined, 4].values() });
    const raw = await asked(world, "items", 9);
    expect(raw.said[1]).toEqual(["_zc_items", [1, 2]]);
    expect(raw.said[2]?.[0]).toBe("ERR");
    expect(raw.said).toHaveLength(3);
    await raw.transport.close(0);
  });

  scenario("are written when they are yielded, whatever becomes of them", async (world) => {
    world.server({
      *items() {
        const value = { n: 0 };
        for (; value.n < 4; value.n++) yield value;
      },
    });
    const items = collect(world.client().call("items"));
    for (let i = 0; i < 5; i++) await world.settle();
    expect(await items).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
  });

  scenario("keep their order with large ones among them", async (world) => {
    const values = Array.from({ length: 60 }, (_, i) => "x".repeat(i % 7 === 3 ? 5000 + i : i));
    world.server({ items: () => values.values() });
    const items = collect(world.client().call("items"));
    for (let i = 0; i < 50; i++) await world.settle();
    expect(await items).toEqual(values);
  });

  scenario("keep to their stream while others run beside it", async (world) => {
    const gate = new Gate();
    world.server({
      async *items(name: string) {
        for (let i = 0; i < 50; i++) {
          if (i % 10 === 0) await gate.pass();
          yield `${name}${i}`;
        }
      },
    });
    const client = world.client();
    const names = ["a", "b", "c"];
    const all = Promise.all(names.map((name) => collect(client.call("items", name))));
    for (let i = 0; i < 40; i++) {
      await world.settle();
      gate.open();
    }
    const expected = names.map((name) => Array.from({ length: 50 }, (_, i) => `${name}${i}`));
    expect(await all).toEqual(expected);
  });

  scenario("are not sent once their consumer has left", async (world) => {
    world.server({
      *items() {
        for (let i = 0; ; i++) yield i;
      },
    });
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("items", [], NEW);
    await world.settle();
    raw.send("_zpc_more", [3], { response_to: id });
    raw.send("_zc_cancel", ["enough"], { response_to: id });
    await world.settle();
    expect(raw.said.map(([name]) => name)).toEqual(["STREAM", "_zc_items", "ERR"]);
    await raw.transport.close(0);
  });
});

describe("a client that gets several items at once", () => {
  scenario("reads them in order", async (world) => {
    const { raw, items, say } = await answering(world);
    say("_zc_items", [1, [2], { three: 3 }]);
    say("STREAM", 4);
    say("STREAM_DONE", null);
    await world.settle();
    expect(await items).toEqual([0, 1, [2], { three: 3 }, 4]);
    await raw.transport.close(0);
  });

  scenario("reads none out of an empty event", async (world) => {
    const { raw, items, say } = await answering(world);
    say("_zc_items", []);
    say("STREAM_DONE", null);
    await world.settle();
    expect(await items).toEqual([0]);
    await raw.transport.close(0);
  });

  scenario("ends the call where they go beyond its credit", async (world) => {
    const { raw, items, say } = await answering(world);
    say(
      "_zc_items",
      Array.from({ length: 100 }, (_, i) => i),
    );
    await world.settle();
    expect(await items).toMatchObject({ code: "resource_exhausted" });
    expect(raw.events.at(-1)?.[1]).toBe("_zc_cancel");
    await raw.transport.close(0);
  });

  scenario("ends the call when they are no array", async (world) => {
    const { raw, items, say } = await answering(world);
    say("_zc_items", "several");
    await world.settle();
    expect(await items).toMatchObject({ code: "internal" });
    await raw.transport.close(0);
  });
});

describe("what a caller streams", () => {
  const take = { take: (items: AsyncIterable<unknown>) => collect(items) };

  scenario("leaves together once the server is known", async (world) => {
    const raw = world.rawServer();
    const outcome = world.client().call("take", [0, 1, 2, 3, 4, 5].values());
    await world.settle();
    const [request] = raw.events;
    if (request === undefined) throw new Error("nothing was asked");
    raw.answer(request, "_zpc_more", [3], NEW);
    await world.settle();
    raw.answer(request, "_zpc_more", [3]);
    await world.settle();
    expect(raw.said.slice(1)).toEqual([
      ["STREAM", 0],
      ["_zc_items", [1, 2, 3]],
      ["_zc_items", [4, 5]],
      ["STREAM_DONE", null],
    ]);
    raw.answer(request, "OK", ["taken"]);
    await world.settle();
    expect(await outcome).toBe("taken");
    await raw.transport.close(0);
  });

  scenario("leaves in front of what is asked for behind it", async (world) => {
    const raw = world.rawServer();
    let stream: AsyncGenerator<unknown, unknown, unknown> | undefined;
    function* input() {
      yield* [0, 1];
      void stream?.next("asked").catch(() => undefined);
      yield 2;
    }
    const call = world.client().call("both", input());
    await world.settle();
    const [request] = raw.events;
    if (request === undefined) throw new Error("nothing was asked");
    raw.answer(request, "STREAM", "first", NEW);
    stream = (await call) as AsyncGenerator<unknown, unknown, unknown>;
    await stream.next();
    raw.answer(request, "_zpc_more", [5]);
    await world.settle();
    expect(raw.said.slice(1).filter(([name]) => name !== "_zpc_more")).toEqual([
      ["STREAM", 0],
      ["STREAM", 1],
      ["_zc_next", ["asked"]],
      ["STREAM", 2],
      ["STREAM_DONE", null],
    ]);
    await raw.transport.close(0);
  });

  scenario("arrives whole and in order, large items and small ones", async (world) => {
    world.server(take);
    const values = Array.from({ length: 500 }, (_, i) => "y".repeat(i % 50 === 7 ? 3000 : i % 9));
    const taken = world.client().call("take", values.values());
    for (let i = 0; i < 100; i++) await world.settle();
    expect(await taken).toEqual(values);
  });

  scenario("fails the call at an item that cannot be written", async (world) => {
    world.server(take);
    const values = [...Array.from({ length: 20 }, (_, i) => i), Symbol("no"), 21];
    const taken = outcomeOf(world.client().call("take", values.values()));
    for (let i = 0; i < 10; i++) await world.settle();
    expect(await taken).toMatchObject({ code: "CODEC_UNSUPPORTED" });
  });

  scenario("is stopped by a server where it goes beyond its credit", async (world) => {
    world.server(take, { window: { maxWindowItems: 8, maxWindowBytes: 1 << 20 } });
    const raw = world.rawClient();
    await world.settle();
    const id = raw.send("take", [null], { ...NEW, input: 0 });
    await world.settle();
    raw.send(
      "_zc_items",
      Array.from({ length: 100 }, (_, i) => i),
      { response_to: id },
    );
    await world.settle();
    expect(raw.events.at(-1)?.[0]["error"]).toMatchObject({ status: "resource_exhausted" });
    await raw.transport.close(0);
  });
});
