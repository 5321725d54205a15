import { describe, expect } from "vitest";
import { RpcError } from "../../../src/rpc/errors.ts";
import { collect, Gate, outcomeOf, scenario } from "../../support/rpc.ts";

const thrown: Record<string, unknown> = {
  error: new RangeError("too far"),
  text: "just text",
  number: 42,
  undefined,
  null: null,
  symbol: Symbol("s"),
  bare: Object.create(null),
  frozen: Object.freeze(new Error("frozen")),
  getter: Object.defineProperty(new Error(""), "message", {
    get() {
      throw new Error("no message for you");
    },
  }),
  odd: Object.assign(new Error("odd"), { name: 5 as unknown as string }),
  hostile: new Proxy(new Error("hostile"), {
    getPrototypeOf() {
      throw new Error("no prototype for you");
    },
  }),
  chained: new Error("outer", { cause: new TypeError("inner", { cause: "deep" }) }),
};

const failing = {
  throwIt: (which: string) => {
    throw thrown[which];
  },
  rejectIt: async (which: string) => {
    throw thrown[which];
  },
  *yieldIt(which: string) {
    yield 1;
    throw thrown[which];
  },
};

describe("a call", () => {
  scenario("gives what sync and async handlers return", async (world) => {
    world.server({
      add: (a: number, b: number) => a + b,
      later: async (value: unknown) => value,
      math: { mult: (a: number, b: number) => a * b },
      nothing: () => undefined,
    });
    const client = world.client();
    const results = [
      client.call("add", 1, 2),
      client.call("later", { deep: [1n << 60n] }),
      client.call("math.mult", 5, 7),
      client.call("nothing"),
    ];
    await world.settle();
    expect(await Promise.all(results)).toEqual([3, { deep: [1n << 60n] }, 35, null]);
  });

  scenario("waits for a peer and then goes to it", async (world) => {
    const client = world.client();
    const answer = client.call("add", 1, 2);
    await world.clock.elapse(5000);
    world.server({ add: (a: number, b: number) => a + b });
    await world.settle();
    expect(await answer).toBe(3);
  });

  for (const how of ["throwIt", "rejectIt"]) {
    for (const which of Object.keys(thrown)) {
      scenario(`comes back as an error when its handler fails: ${how} ${which}`, async (world) => {
        world.server(failing);
        const answer = outcomeOf(world.client().call(how, which));
        await world.settle();
        const error = await answer;
        expect(error).toBeInstanceOf(RpcError);
        expect(error).toMatchObject({ code: "unknown", origin: "peer", mayHaveRun: true });
      });
    }
  }

  scenario("keeps name, message, details and causes of an error, and no stack", async (world) => {
    world.server({
      fail: () => {
        const cause = new TypeError("inner", { cause: "deep" });
        throw Object.assign(new RangeError("outer", { cause }), { details: { at: 5 } });
      },
    });
    const answer = outcomeOf(world.client().call("fail"));
    await world.settle();
    const error = (await answer) as RpcError;
    expect(error).toMatchObject({
      name: "RangeError",
      message: "outer",
      details: { at: 5 },
      method: "fail",
      peerStack: undefined,
    });
    expect(error.cause).toMatchObject({ name: "TypeError", message: "inner" });
    expect((error.cause as RpcError).cause).toMatchObject({ message: "deep" });
    expect(error.stack).toBe("RangeError: outer\n    at fail() (peer)");
  });

  scenario("brings the stack where the server allows it", async (world) => {
    world.server(failing, { sendStacks: true });
    const answer = outcomeOf(world.client().call("throwIt", "error"));
    await world.settle();
    expect((await answer) as RpcError).toMatchObject({
      peerStack: expect.stringContaining("RangeError: too far") as string,
    });
  });

  scenario("takes the status that the handler chose", async (world) => {
    world.server({
      find: () => {
        throw new RpcError("not_found", "no such thing", { mayHaveRun: false });
      },
    });
    const answer = outcomeOf(world.client().call("find"));
    await world.settle();
    // The handler has run, whatever it says about calls of its own.
    expect(await answer).toMatchObject({ code: "not_found", mayHaveRun: true });
  });

  scenario(
    "does not take a handler's own lack of peers for a server that drains",
    async (world) => {
      let runs = 0;
      world.server({
        relay: () => {
          runs++;
          throw new RpcError("unavailable", "my database is away", { mayHaveRun: false });
        },
        ok: () => "ok",
      });
      const client = world.client();
      const first = outcomeOf(client.call("relay"));
      await world.settle();
      expect(await first).toMatchObject({ code: "unavailable" });
      const second = client.call("ok");
      await world.settle();
      expect(await second).toBe("ok");
      expect(runs).toBe(1);
    },
  );

  scenario("tells the nearest names of a method that is not there", async (world) => {
    world.server({ addMan: () => 1, math: { mult: () => 2 } });
    const client = world.client();
    const answers = ["add_man", "mult", "toString", "constructor", "__proto__", ""].map((name) =>
      outcomeOf(client.call(name)),
    );
    await world.settle();
    for (const error of await Promise.all(answers)) {
      expect(error).toMatchObject({ code: "unimplemented", mayHaveRun: false });
    }
    expect(await answers[0]).toMatchObject({
      message: expect.stringContaining("addMan") as string,
    });
    expect(await answers[1]).toMatchObject({
      message: expect.stringContaining("math.mult") as string,
    });
  });

  scenario("names the signature when arguments do not fit", async (world) => {
    world.server({ add: (a: number, b: number) => a + b });
    const client = world.client();
    const tooMany = outcomeOf(client.call("add", 1, 2, 3));
    const misnamed = outcomeOf(client.caller.call("add", { a: 1, c: 2 }));
    const twice = outcomeOf(client.caller.call("add", [1, 2], { named: { a: 1 } }));
    const right = client.caller.call("add", { b: 1, a: 2 });
    const mixed = client.caller.call("add", [1], { named: { b: 4 } });
    await world.settle();
    expect(await tooMany).toMatchObject({
      code: "invalid_argument",
      mayHaveRun: false,
      message: "add() takes at most 2 arguments, got 3; its signature is add(a, b)",
    });
    expect(await misnamed).toMatchObject({
      message: 'add() has no parameter "c"; its signature is add(a, b)',
    });
    expect(await twice).toMatchObject({ code: "invalid_argument" });
    expect(await right).toBe(3);
    expect(await mixed).toBe(5);
  });

  scenario("says which method's result cannot be encoded", async (world) => {
    world.server({
      bad: () => ({ inner: [Symbol("x")] }),
      *items() {
        yield 1;
        yield { f: [Symbol("y")] };
      },
      details: () => {
        throw Object.assign(new Error("with details"), { details: Symbol("z") });
      },
      trap: () => ({
        toJSON: null,
        get boom() {
          throw new Error("getter");
        },
      }),
    });
    const client = world.client();
    const bad = outcomeOf(client.call("bad"));
    const details = outcomeOf(client.call("details"));
    const trap = outcomeOf(client.call("trap"));
    const items = outcomeOf(collect(client.call("items")));
    await world.settle();
    expect(await bad).toMatchObject({
      code: "internal",
      message: expect.stringMatching(/result of "bad".*a symbol.*inner\[0\]/) as string,
    });
    expect(await details).toMatchObject({ code: "unknown", message: "with details" });
    expect(await trap).toMatchObject({
      code: "internal",
      message: expect.stringContaining("getter") as string,
    });
    expect(await items).toMatchObject({ code: "internal" });
  });

  scenario("rejects when an argument cannot be encoded, and sends nothing", async (world) => {
    const server = world.server({ take: () => 1 });
    const client = world.client();
    const answer = outcomeOf(client.call("take", Symbol("no")));
    await world.settle();
    expect(await answer).toMatchObject({ code: "CODEC_UNSUPPORTED" });
    expect(server.events.filter(({ type }) => type === "call-started")).toEqual([]);
  });

  scenario("is told to the observer from start to end", async (world) => {
    const server = world.server(failing);
    const answer = outcomeOf(world.client().call("throwIt", "error"));
    await world.settle();
    await answer;
    const types = server.events.map(({ type }) => type).filter((type) => type.startsWith("call"));
    expect(types).toEqual(["call-started", "call-failed", "call-finished"]);
  });
});

describe("a one-way call", () => {
  scenario("resolves once it was given to a peer, and hears nothing", async (world) => {
    const seen: unknown[] = [];
    world.server({
      log: (line: string) => {
        seen.push(line);
        throw new Error("nobody hears");
      },
    });
    const client = world.client();
    const given = client.caller.notify("log", ["hello"]);
    await world.settle();
    expect(await given).toBeUndefined();
    expect(seen).toEqual(["hello"]);
    const known = client.call("missing").then(undefined, () => "answered");
    const unknown = client.caller.notify("missing", []);
    await world.settle();
    expect(await known).toBe("answered");
    expect(await unknown).toBeUndefined();
  });

  scenario("rejects when no peer takes it in time, which nobody has to hear", async (world) => {
    const client = world.client();
    const given = client.caller.notify("log", [], { timeoutMs: 100 });
    void client.caller.notify("log", [], { timeoutMs: 100 });
    await world.clock.elapse(100);
    expect(await outcomeOf(given)).toMatchObject({ code: "unavailable", mayHaveRun: false });
  });

  scenario("closes a stream that nobody reads", async (world) => {
    let ended = false;
    world.server({
      async *ticks() {
        try {
          for (;;) yield 1;
        } finally {
          ended = true;
        }
      },
      prepare: async () => failing.yieldIt("error"),
    });
    const client = world.client();
    void client.caller.notify("ticks", [], { timeoutMs: 0 });
    void client.caller.notify("prepare", [], { timeoutMs: 0 });
    await world.settle();
    // A generator that never started has nothing to clean up.
    expect(ended).toBe(false);
  });
});

describe("arguments", () => {
  scenario("that are no list and no names are refused at once", async (world) => {
    const client = world.client();
    for (const args of ["text", 5, null, undefined]) {
      expect(() => client.caller.call("x", args as unknown as unknown[])).toThrow(
        expect.objectContaining({ code: "USAGE_ARGUMENTS" }) as Error,
      );
    }
  });

  scenario("and options are checked at once", async (world) => {
    const client = world.client();
    const bad = [
      { timeout: 5 },
      { timeoutMs: -1 },
      { timeoutMs: Number.NaN },
      { totalTimeoutMs: "1" },
    ];
    for (const options of bad) {
      expect(() => client.caller.call("x", [], options as object)).toThrow(
        expect.objectContaining({ code: "USAGE_OPTION" }) as Error,
      );
    }
    expect(() => client.caller.call("x", [], { timout: 5 } as object)).toThrow(/timeoutMs/);
  });
});

describe("calls that are made together", () => {
  scenario("run side by side and answer in the order in which they finish", async (world) => {
    const gate = new Gate();
    world.server({
      slow: async () => {
        await gate.pass();
        return "slow";
      },
      fast: () => "fast",
    });
    const client = world.client();
    const order: unknown[] = [];
    const calls = ["slow", "fast"].map((name) => client.call(name).then((v) => order.push(v)));
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all(calls);
    expect(order).toEqual(["fast", "slow"]);
  });
});
