import { describe, expect } from "vitest";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import type { RemoteStream } from "../../../src/rpc/remote-stream.ts";
import { everything, FramePeer, frames } from "../../support/netcall.ts";
import { outcomeOf, scenario } from "../../support/rpc.ts";

const ours = { dialects: [everything()] };
const theirs = { dialect: netcall() };

describe("a netcall client", () => {
  scenario("closes a generator that is announced after it gave up", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ ...theirs, timeoutMs: 100 });
    const late = outcomeOf(client.call("slow"));
    await world.settle();
    const [asked] = peer.take();
    const id = asked?.[1] as Uint8Array;
    await world.clock.elapse(200);
    expect(await late).toMatchObject({ status: "deadline_exceeded" });
    expect(peer.take()).toEqual([]);
    peer.send(frames("|", id, "YIELD", "null"));
    await world.settle();
    expect(peer.answers()).toEqual([[String.fromCharCode(...id), "_CLOSE", null, null]]);
    // Told once; what it says from now on is nobody's business.
    peer.send(frames("|", id, "YIELD", "null"), frames("|", id, "OK", "1"));
    await world.settle();
    expect(peer.take()).toEqual([]);
    await peer.transport.close(0);
  });

  scenario("waits with closing while a command is under way", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const call = world.client(theirs).call("slow");
    await world.settle();
    const id = peer.take()[0]?.[1] as Uint8Array;
    peer.send(frames("|", id, "YIELD", "null"));
    await world.settle();
    const stream = (await call) as RemoteStream;
    const [first, second] = [outcomeOf(stream.next()), outcomeOf(stream.next())];
    const end = outcomeOf(stream.return());
    await world.settle();
    expect(peer.take().map((message) => String.fromCharCode(...(message[2] ?? [])))).toEqual([
      "_SEND",
    ]);
    peer.send(frames("|", id, "YIELD", "1"));
    await world.settle();
    expect(peer.take().map((message) => String.fromCharCode(...(message[2] ?? [])))).toEqual([
      "_CLOSE",
    ]);
    expect(await Promise.all([first, second, end])).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    await peer.transport.close(0);
  });

  scenario("remembers a bounded number of calls that were given up", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ ...theirs, timeoutMs: 100 });
    const late = Array.from({ length: 1025 }, () => outcomeOf(client.call("slow")));
    await world.settle();
    const ids = peer.take().map((message) => message[1] as Uint8Array);
    await world.clock.elapse(200);
    await Promise.all(late);
    peer.send(...ids.map((id) => frames("|", id, "YIELD", "null")));
    await world.settle();
    expect(peer.take()).toHaveLength(1024);
    await peer.transport.close(0);
  });

  scenario("takes no answer for what it is not", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const client = world.client({ ...theirs, timeoutMs: 1000 });
    const asked = [1, 2, 3, 4, 5, 6].map((n) => outcomeOf(client.call("call", n)));
    await world.settle();
    const [a, b, c, d, e, f] = peer.take().map((message) => message[1] as Uint8Array) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    peer.send(
      frames("?", a, "OK", "1"),
      frames("|", a, "OK"),
      frames("|", "nobody", "OK", "1"),
      frames("|", new Uint8Array(2000), "OK", "1"),
      frames("|", a, "WHAT", "1"),
      frames("|", a, "OK", "not json"),
      frames("|", b, "FAIL", "not json"),
      frames("|", c, "FAIL", "[1]"),
      frames("|", d, "FAIL", '{"ename":5,"evalue":{"a":[1]},"status":"nonsense"}'),
      frames("|", e, "FAIL", '{"ename":"StopIteration","evalue":"","traceback":null}'),
      frames("|", f, "YIELD", "null"),
    );
    await world.settle();
    expect(await asked[0]).toMatchObject({ status: "internal" });
    expect(await asked[1]).toMatchObject({ status: "internal", name: "ProtocolError" });
    expect(await asked[2]).toMatchObject({ status: "internal", name: "ProtocolError" });
    expect(await asked[3]).toMatchObject({
      status: "unknown",
      name: "Error",
      message: '{"a":[1]}',
    });
    expect(await asked[4]).toMatchObject({ status: "unknown", name: "StopIteration" });
    const stream = (await asked[5]) as RemoteStream;
    // More than was asked for.
    peer.send(frames("|", f, "YIELD", "1"), frames("|", f, "YIELD", "2"));
    await world.settle();
    expect(await outcomeOf(stream.next())).toMatchObject({ status: "resource_exhausted" });
    expect(client.events.filter(({ type }) => type === "malformed").length).toBeGreaterThan(3);
    await peer.transport.close(0);
  });

  scenario("fails when a generator's return value cannot be read", async (world) => {
    const peer = new FramePeer(world.hub, "server");
    const call = world.client(theirs).call("tell");
    await world.settle();
    const id = peer.take()[0]?.[1] as Uint8Array;
    peer.send(frames("|", id, "YIELD", "null"));
    await world.settle();
    const step = outcomeOf(((await call) as RemoteStream).next());
    await world.settle();
    peer.send(frames("|", id, "FAIL", '{"ename":"StopIteration","evalue":""}', "nonsense"));
    await world.settle();
    expect(await step).toMatchObject({ status: "internal" });
    await peer.transport.close(0);
  });

  scenario("takes its calls to another service when one is closing", async (world) => {
    const { core } = world.idleServer({ who: () => "first" }, ours);
    await core.bind("memory://first");
    world.server({ who: () => "second" }, ours);
    const client = world.idleClient(theirs);
    client.core.connect("memory://first");
    await world.settle();
    const slow = core.drain(0);
    client.core.connect("memory://home");
    await world.settle();
    const answers = [client.call("who"), client.call("who")];
    await world.settle();
    expect(await Promise.all(answers)).toEqual(["second", "second"]);
    await slow;
  });
});
