import { describe, expect } from "vitest";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import type { Call } from "../../../src/rpc/call.ts";
import { collect, Gate, outcomeOf, type RawPeer, scenario, type World } from "../../support/rpc.ts";

/** A stream of a server of the old protocol that has sent its first item. */
async function begun(world: World): Promise<{ raw: RawPeer; stream: Call; more: () => void }> {
  const raw = world.rawServer();
  const stream = world.client().call("items");
  const first = stream.next();
  await world.settle();
  const [request] = raw.events;
  if (request === undefined) throw new Error("no request came");
  raw.answer(request, "STREAM", 1);
  await world.settle();
  expect(await first).toEqual({ value: 1, done: false });
  return { raw, stream, more: () => raw.answer(request, "STREAM", 2) };
}

describe("a generator of a server of the old protocol", () => {
  scenario("is read step by step with credit", async (world) => {
    const { raw, stream, more } = await begun(world);
    const second = stream.next();
    await world.settle();
    expect(raw.said.at(-1)).toEqual(["_zpc_more", [1]]);
    more();
    await world.settle();
    expect(await second).toEqual({ value: 2, done: false });
    const returned = stream.return("bye");
    await world.settle();
    // The old protocol has no word for it.
    expect(raw.said.at(-1)).toEqual(["_zpc_more", [1]]);
    expect(await returned).toEqual({ value: "bye", done: true });
    await raw.transport.close(0);
  });

  scenario("cannot be sent values", async (world) => {
    const { raw, stream } = await begun(world);
    const step = outcomeOf(stream.next("value"));
    await world.settle();
    expect(await step).toMatchObject({
      code: "unimplemented",
      message: "the peer's protocol knows no values that are sent to a generator",
    });
    await raw.transport.close(0);
  });

  scenario("cannot be thrown errors", async (world) => {
    const { raw, stream } = await begun(world);
    const step = outcomeOf(stream.throw(new Error("x")));
    await world.settle();
    expect(await step).toMatchObject({ code: "unimplemented" });
    await raw.transport.close(0);
  });

  scenario("ends with its peer", async (world) => {
    const { raw, stream } = await begun(world);
    const step = outcomeOf(stream.next());
    await raw.transport.close(0);
    await world.settle();
    expect(await step).toMatchObject({ code: "unavailable", mayHaveRun: true });
  });
});

describe("a server of several dialects", () => {
  scenario("tells the log of a message that is of none of them", async (world) => {
    const server = world.server({ add: () => 1 }, { dialects: [zerorpc(), zerorpc()] });
    const raw = world.rawClient();
    await world.settle();
    raw.sendOctets(Uint8Array.of(0xc0));
    raw.send("add", []);
    await world.settle();
    expect(server.events).toContainEqual(
      expect.objectContaining({
        type: "unrecognised",
        reason: expect.stringContaining("of no dialect that this server speaks") as string,
      }),
    );
    expect(raw.said).toEqual([["OK", [1]]]);
    await raw.transport.close(0);
  });
});

describe("a value that makes calls while it is encoded", () => {
  scenario("harms no message: the call inside fails, the one outside goes on", async (world) => {
    world.server({ take: (value: unknown) => value, log: () => "logged" });
    const client = world.client();
    let inner: Promise<unknown> | undefined;
    const answer = client.call("take", {
      toJSON: () => {
        inner = outcomeOf(client.call("log"));
        return "outer";
      },
    });
    await world.settle();
    expect(await answer).toBe("outer");
    expect(await inner).toMatchObject({ code: "CODEC_UNSUPPORTED" });
  });

  scenario("does so from results too", async (world) => {
    const nested: Promise<unknown>[] = [];
    const client = world.client();
    world.server({
      *items() {
        yield {
          toJSON: () => {
            nested.push(outcomeOf(client.call("leaf")));
            return "item";
          },
        };
      },
      leaf: () => "leaf",
    });
    const read = collect(world.client().call("items"));
    await world.settle();
    expect(await read).toEqual(["item"]);
    expect(nested.length).toBe(1);
    await Promise.all(nested);
  });
});

describe("a client with no endpoint", () => {
  scenario("says so", async (world) => {
    const answer = outcomeOf(world.idleClient({ timeoutMs: 50 }).call("x"));
    await world.clock.elapse(50);
    expect(await answer).toMatchObject({
      code: "unavailable",
      message: 'no peer took the call of "x" within 50 ms: no endpoint was connected or bound',
    });
  });
});

describe("calls of a server of the old protocol", () => {
  scenario("are so many at once; the others wait for their answers", async (world) => {
    const raw = world.rawServer();
    const client = world.client({ maxCallsPerOldPeer: 2 });
    const calls = [1, 2, 3, 4].map((n) => client.call("add", n));
    await world.settle();
    expect(raw.events.length).toBe(2);
    for (const event of raw.events) raw.answer(event, "OK", ["done"]);
    await world.settle();
    expect(raw.events.length).toBe(4);
    for (const event of raw.events.slice(2)) raw.answer(event, "OK", ["done"]);
    expect(await Promise.all(calls)).toEqual(["done", "done", "done", "done"]);
    await raw.transport.close(0);
  });

  scenario("are 500, unless the peer turns out to be one of ours", async (world) => {
    const gate = new Gate();
    const server = world.server({ wait: () => gate.pass() });
    const client = world.client();
    const calls = Array.from({ length: 600 }, () => client.call("wait"));
    await world.settle();
    expect(server.core.openCalls).toBe(500);
    const more = Array.from({ length: 100 }, () => client.call("wait"));
    gate.open();
    await world.settle();
    expect(server.core.openCalls).toBe(200);
    gate.open();
    await Promise.all([...calls, ...more]);
    const many = Array.from({ length: 600 }, () => client.call("wait"));
    await world.settle();
    expect(server.core.openCalls).toBe(600);
    gate.open();
    await Promise.all(many);
  });
});
