import { describe, expect } from "vitest";
import { encodeAscii } from "../../../src/base/text.ts";
import { JsonCodec } from "../../../src/codec/json.ts";
import { PickleCodec } from "../../../src/codec/pickle.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { json, msgpack, pickle } from "../../../src/dialects/netcall/serializer.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import type { RemoteStream } from "../../../src/rpc/remote-stream.ts";
import { command, everything, FramePeer, frames, request } from "../../support/netcall.ts";
import { collect, outcomeOf, scenario, type World } from "../../support/rpc.ts";
import { talkative } from "../../support/talkative.ts";

const ours = { dialects: [everything()] };
const theirs = { dialect: netcall() };

/** A service of ours and a peer that speaks to it frame by frame. */
function serve(world: World, service: object): FramePeer {
  world.server(service, ours);
  return new FramePeer(world.hub, "client");
}

/** A generator that tells what arrives at its `yield`. */
function told() {
  const log: unknown[] = [];
  return {
    log,
    *tell(): Generator<unknown, unknown, unknown> {
      let value: unknown = "begun";
      try {
        for (;;) {
          try {
            value = yield value;
            log.push(value);
            if (value === "enough") return { last: value };
          } catch (error) {
            value = `caught ${(error as Error).name}: ${(error as Error).message}`;
          }
        }
      } finally {
        log.push("closed");
      }
    },
  };
}

describe("a netcall client and service of ours", () => {
  for (const serializer of [json(), msgpack(), pickle()]) {
    scenario(`understand each other in ${serializer.name}`, async (world) => {
      world.server(
        {
          add: (a: number, b: number) => a + b,
          *count() {
            yield* [1, 2, 3];
          },
        },
        ours,
      );
      const client = world.client({ dialect: netcall({ serializers: [serializer] }) });
      const sum = client.call("add", 2, 3);
      const byName = client.callWith({ named: { a: 4, b: 5 } }, "add");
      const items = collect(client.call("count"));
      await world.settle();
      expect([await sum, await byName, await items]).toEqual([5, 9, [1, 2, 3]]);
    });
  }

  scenario("take values, errors and the end to the generator", async (world) => {
    const service = told();
    world.server(service, ours);
    const call = world.client(theirs).call("tell");
    await world.settle();
    const stream = (await call) as RemoteStream;
    // All at once: each waits for the answer before it.
    const steps = [
      stream.next("goes nowhere"),
      stream.next(1),
      stream.throw(new RangeError("too far")),
      stream.next(null),
      stream.next("enough"),
      stream.next("too late"),
    ];
    await world.settle();
    expect(await Promise.all(steps)).toEqual([
      { value: "begun", done: false },
      { value: 1, done: false },
      { value: "caught RangeError: too far", done: false },
      { value: null, done: false },
      { value: { last: "enough" }, done: true },
      { value: undefined, done: true },
    ]);
    expect(service.log).toEqual([1, undefined, "enough", "closed"]);
  });

  scenario("never run ahead of for await", async (world) => {
    let made = 0;
    world.server(
      {
        *count() {
          for (;;) yield made++;
        },
      },
      ours,
    );
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const item of world.client(theirs).call("count")) {
        seen.push(item);
        if (seen.length === 3) break;
      }
    })();
    await world.settle();
    await reading;
    expect(seen).toEqual([0, 1, 2]);
    expect(made).toBe(3);
  });

  scenario("close a generator that is half read", async (world) => {
    const service = talkative();
    world.server(service, ours);
    const reading = (async () => {
      for await (const item of world.client(theirs).call("acount", 1000)) if (item === 5) break;
    })();
    for (let i = 0; i < 20; i++) await world.settle();
    await reading;
    await world.settle();
    expect(service.log.at(-1)).toBe("closed");
  });

  scenario("keep name, text, status, details, cause and stack of a failure", async (world) => {
    const cause = new TypeError("inside");
    const thrown = new RpcError("not_found", "no such cup", { details: { cup: 3n }, cause });
    world.server(
      {
        fail: () => {
          throw thrown;
        },
      },
      { ...ours, sendStacks: true },
    );
    const failed = outcomeOf(world.client(theirs).call("fail"));
    await world.settle();
    expect(await failed).toMatchObject({
      status: "not_found",
      name: "RpcError",
      message: "no such cup",
      details: { cup: 3 },
      origin: "peer",
      peerStack: thrown.stack,
      cause: { name: "TypeError", message: "inside", status: "unknown" },
    });
  });

  scenario("say which name was meant", async (world) => {
    world.server({ concat: () => "" }, ours);
    const failed = outcomeOf(world.client(theirs).call("conact"));
    await world.settle();
    expect(await failed).toMatchObject({
      status: "unimplemented",
      message: 'the service has no method "conact"; did you mean "concat"?',
      mayHaveRun: false,
    });
  });

  scenario("say what the service offers", async (world) => {
    const { core } = world.server({}, ours);
    const parameters = [{ name: "a", optional: true, rest: false, defaultText: "1", default: 1 }];
    core.registry.addFunction("add", (a = 1) => a, {
      describe: () => ({ doc: "Adds.", parameters, returns: "number", streams: true }),
    });
    const { introspection } = netcall();
    const asked = world.client(theirs).call(introspection?.method ?? "");
    await world.settle();
    expect(introspection?.read(await asked)).toEqual({
      name: "test",
      methods: {
        add: {
          doc: "Adds.",
          parameters: [{ name: "a", optional: true, rest: false, defaultText: "1" }],
          returns: "number",
          streams: true,
        },
      },
    });
    expect(introspection?.read("nonsense")).toEqual({ name: "undefined", methods: {} });
  });

  scenario("refuse a stream among the arguments", async (world) => {
    world.server({ sum: () => 0 }, ours);
    const failed = outcomeOf(world.client(theirs).call("sum", [1].values()));
    await world.settle();
    expect(await failed).toMatchObject({ code: "CODEC_UNSUPPORTED" });
  });

  scenario("close a generator whose result nobody wants", async (world) => {
    const service = talkative();
    world.server(service, ours);
    const { caller } = world.client(theirs);
    const told_ = caller.notify("count", [10]);
    await world.settle();
    await told_;
  });
});

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

describe("a netcall service", () => {
  scenario("answers each request in the serializer that it came in", async (world) => {
    const peer = serve(world, { echo: (value: unknown) => value });
    await world.settle();
    for (const codec of [new JsonCodec(), new MsgpackCodec(), new PickleCodec()]) {
      const [args, kwargs] = [codec.encode([{ a: [1, "x"] }]), codec.encode({})];
      const named = codec.encode({ value: true });
      peer.send(frames("|", "1", "echo", args, kwargs, "0"));
      peer.send(frames("|", "2", "echo", codec.encode([]), named, "0"));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await world.settle();
      expect(peer.answers(codec)).toEqual([
        ["1", "OK", { a: [1, "x"] }],
        ["2", "OK", true],
      ]);
    }
    await peer.transport.close(0);
  });

  scenario("says which serializers it accepts", async (world) => {
    world.server({ echo: () => 1 }, { dialects: [netcall()] });
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    const codec = new PickleCodec();
    peer.send(frames("|", "1", "echo", codec.encode([]), codec.encode({}), "0"));
    await world.settle();
    expect(peer.answers()).toEqual([
      [
        "1",
        "FAIL",
        {
          ename: "TypeError",
          evalue:
            "expected kwargs in json or msgpack, which this service accepts, got b'\\x80\\x02}.'",
          traceback: null,
          status: "invalid_argument",
          ran: false,
        },
      ],
    ]);
    await peer.transport.close(0);
  });

  scenario("carries out commands that come together in their order", async (world) => {
    const service = told();
    const peer = serve(world, service);
    await world.settle();
    peer.send(
      request("1", "tell", []),
      command("1", "_SEND"),
      command("1", "_SEND", "a"),
      command("1", "_THROW", ["ValueError", "b"]),
      command("1", "_THROW", ["KeyError"]),
      command("1", "_THROW", "Bare"),
      command("1", "_CLOSE"),
      command("1", "_SEND"),
    );
    await world.settle();
    expect(peer.answers()).toMatchObject([
      ["1", "YIELD", null],
      ["1", "YIELD", "begun"],
      ["1", "YIELD", "a"],
      ["1", "YIELD", "caught ValueError: b"],
      ["1", "YIELD", "caught KeyError: "],
      ["1", "YIELD", "caught Bare: "],
      ["1", "FAIL", { ename: "GeneratorExit", evalue: "", traceback: null }],
      ["1", "FAIL", { ename: "ValueError", evalue: "no corresponding generator (req_id=b'1')" }],
    ]);
    expect(service.log).toEqual(["a", "closed"]);
    await peer.transport.close(0);
  });

  scenario("keeps calls of the same id apart by their way back", async (world) => {
    const peer = serve(world, {
      *count(from: number) {
        yield from;
      },
    });
    await world.settle();
    const via = (hop: string, message: readonly Uint8Array[]) => [encodeAscii(hop), ...message];
    peer.send(
      via("x", request("1", "count", [10])),
      via("y", request("1", "count", [20])),
      via("x", command("1", "_SEND")),
      via("y", command("1", "_SEND")),
    );
    await world.settle();
    const [, , x, y] = peer
      .take()
      .filter((message) => String.fromCharCode(...(message[3] ?? [])) !== "ACK");
    expect(x).toEqual(frames("x", "|", "1", "YIELD", "10"));
    expect(y).toEqual(frames("y", "|", "1", "YIELD", "20"));
    await peer.transport.close(0);
  });

  scenario("throws into the generator what came as a pickled exception", async (world) => {
    const peer = serve(world, told());
    const codec = new PickleCodec();
    const say = (name: string, payload: Uint8Array) =>
      peer.send(frames("|", "1", name, payload, codec.encode(null), "0"));
    await world.settle();
    peer.send(frames("|", "1", "tell", codec.encode([]), codec.encode({}), "0"));
    say("_SEND", codec.encode(null));
    say("_THROW", encodeAscii("(S'KeyError'\ncexceptions\nKeyError\n(S'x'\ntRl."));
    say("_THROW", encodeAscii("P1\n."));
    await world.settle();
    const text = "an exception that came as a pickled object, whose text is not read";
    expect(peer.answers(codec).map(([, , value]) => value)).toEqual([
      null,
      "begun",
      `caught KeyError: ${text}`,
      `caught Exception: ${text}`,
    ]);
    await peer.transport.close(0);
  });

  scenario(
    "sends nothing but the acknowledgement when the result is to be ignored",
    async (world) => {
      const service = talkative();
      const peer = serve(world, {
        ...service,
        fail: () => {
          throw new Error("unseen");
        },
      });
      await world.settle();
      for (const name of ["count", "fail", "nothing"]) {
        peer.send([...request(name, name, [3]).slice(0, 5), encodeAscii("1")]);
      }
      peer.send(frames("|", "bad", "count", "not json", "{}", "1"));
      await world.settle();
      expect(peer.heard).toHaveLength(4);
      expect(peer.answers()).toEqual([]);
      await peer.transport.close(0);
    },
  );
});

describe("hostile requests", () => {
  scenario("are answered with a failure, and the others are served", async (world) => {
    const peer = serve(world, { echo: (value: unknown) => value });
    const other = world.client(theirs);
    await world.settle();
    const bad: readonly (readonly (string | Uint8Array)[])[] = [
      ["nonsense", "{}", "0"],
      ["[1]", "nonsense", "0"],
      ["[1]", "null", "0"],
      ["[1]", "[]", "0"],
      ["null", "{}", "0"],
      ["5", "{}", "0"],
      ["[1]", "{}", "zero"],
      ["[1]", "{}", "0".repeat(100)],
      ["[1]", '{"__proto__":1}', "0"],
      ['[{"__proto__":1}]', "{}", "0"],
      ["[".repeat(1000), "{}", "0"],
      [`[${"9".repeat(5000)}]`, "{}", "0"],
      [encodeAscii("cos\nsystem\n(S'id'\ntR."), encodeAscii("}."), "0"],
      [encodeAscii("(I1\nt."), encodeAscii("(cos\nsystem\n."), "0"],
      [Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff), Uint8Array.of(0x80), "0"],
      [Uint8Array.of(0x90), Uint8Array.of(0x81, 0x01, 0x01), "0"],
      ["[1]", "", "0"],
      ["[1]", "{}"],
    ];
    bad.forEach((parts, index) => peer.send(frames("|", String(index), "echo", ...parts)));
    await world.settle();
    const answers = peer.answers();
    expect(answers.map(([id]) => id)).toEqual(bad.map((_, index) => String(index)));
    expect(answers).toEqual(
      bad.map(() => [
        expect.any(String),
        "FAIL",
        expect.objectContaining({ ename: "TypeError", status: "invalid_argument", ran: false }),
      ]),
    );
    const fine = other.call("echo", 1);
    await world.settle();
    expect(await fine).toBe(1);
    await peer.transport.close(0);
  });

  scenario("that cannot be answered are dropped and reported", async (world) => {
    const { events } = world.server({ echo: (value: unknown) => value }, ours);
    const peer = new FramePeer(world.hub, "client");
    await world.settle();
    peer.send(
      request("1", "echo", ["recognised"]),
      frames("no", "boundary", "at", "all", "here"),
      frames("|"),
      frames("|", "1", "echo", "[]"),
      frames("1", "2", "3", "|", "4"),
      frames("|", "1", Uint8Array.of(0xff), "[]", "{}", "0"),
      frames("|", new Uint8Array(1025), "echo", "[]", "{}", "0"),
      frames("h".repeat(256), "|", "1", "echo", "[]", "{}", "0"),
      frames(...Array.from({ length: 17 }, () => "h"), "|", "1", "echo", "[]", "{}", "0"),
    );
    await world.settle();
    expect(peer.answers()).toEqual([["1", "OK", "recognised"]]);
    expect(events.filter(({ type }) => type === "malformed")).toHaveLength(8);
    await peer.transport.close(0);
  });

  scenario("to a generator end it", async (world) => {
    const service = told();
    const peer = serve(world, service);
    await world.settle();
    peer.send(
      request("1", "tell", []),
      command("1", "_SEND"),
      frames("|", "1", "_SEND", "nonsense", "null", "0"),
      request("2", "tell", []),
      frames("|", "2", "_SEND", "x"),
      frames("|", "2", "_SEND", "1", "x"),
    );
    await world.settle();
    expect(peer.answers()).toMatchObject([
      ["1", "YIELD", null],
      ["1", "YIELD", "begun"],
      ["1", "FAIL", { ename: "TypeError" }],
      ["2", "YIELD", null],
      ["2", "FAIL", { ename: "TypeError" }],
    ]);
    expect(service.log).toEqual(["closed"]);
    await peer.transport.close(0);
  });

  scenario("of more steps than may wait end the generator", async (world) => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const peer = serve(world, {
      async *slow() {
        await gate;
        yield 1;
      },
    });
    await world.settle();
    peer.send(request("1", "slow", []));
    for (let i = 0; i < 1100; i++) peer.send(command("1", "_SEND"));
    await world.settle();
    expect(peer.answers()[1]).toMatchObject(["1", "FAIL", { status: "resource_exhausted" }]);
    release();
    await peer.transport.close(0);
  });

  scenario(
    "with the id of an open call open another, and the first ends with its peer",
    async (world) => {
      const service = told();
      const peer = serve(world, service);
      await world.settle();
      peer.send(request("1", "tell", []), command("1", "_SEND"), request("1", "tell", []));
      peer.send(command("1", "_SEND"), command("1", "_CLOSE"), command("1", "_CLOSE"));
      await world.settle();
      expect(peer.answers().map(([, type]) => type)).toEqual([
        "YIELD",
        "YIELD",
        "YIELD",
        "YIELD",
        "FAIL",
        "FAIL",
      ]);
      await peer.transport.close(0);
      await world.settle();
      expect(service.log).toEqual(["closed", "closed"]);
    },
  );
});
