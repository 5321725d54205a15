import { describe, expect } from "vitest";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import type { RemoteStream } from "../../../src/rpc/remote-stream.ts";
import { talkative } from "../../support/talkative.ts";
import { json, msgpack, pickle } from "../../../src/dialects/netcall/serializer.ts";
import { everything, told } from "../../support/netcall.ts";
import { collect, outcomeOf, scenario } from "../../support/rpc.ts";

const ours = { dialects: [everything()] };
const theirs = { dialect: netcall() };

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
