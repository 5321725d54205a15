import { describe, expect } from "vitest";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { callContext } from "../../../src/rpc/context.ts";
import type { TransportFactory } from "../../../src/rpc/transport.ts";
import { Gate, HOME, named, outcomeOf, scenario, type World } from "../../support/rpc.ts";

/** A method that counts how often it has run, and ends when a test says so. */
function counted(gate: Gate): { readonly work: () => Promise<string>; readonly ran: () => number } {
  let ran = 0;
  return {
    work: async () => {
      const turn = ++ran;
      await gate.pass();
      return `turn ${turn}`;
    },
    ran: () => ran,
  };
}

/** Cuts the connection; the client connects again at once. */
async function cut(world: World): Promise<void> {
  world.wire.break();
  await world.settle();
}

/** A transport whose owner learns that links have ended when a test says so. */
function unaware(world: World): {
  readonly transport: TransportFactory;
  readonly tell: () => void;
} {
  const untold: (() => void)[] = [];
  return {
    transport: (role, owner) =>
      world.hub.transport(role, {
        opened: (link) => owner.opened(link),
        received: (link, messages) => owner.received(link, messages),
        drained: (link) => owner.drained(link),
        closed: (link, error) => void untold.push(() => owner.closed(link, error)),
        unreachable: (endpoint, error, final) => owner.unreachable(endpoint, error, final),
      }),
    tell: () => {
      for (const end of untold.splice(0)) end();
    },
  };
}

describe("an idempotent call whose connection is lost", () => {
  scenario("joins the one that still runs in the same process", async (world) => {
    const gate = new Gate();
    const { work, ran } = counted(gate);
    world.server({ work });
    const answer = world.client().callWith({ idempotent: true }, "work");
    await world.settle();
    await cut(world);
    await cut(world);
    gate.open();
    await world.settle();
    expect(await answer).toBe("turn 1");
    expect(ran()).toBe(1);
  });

  scenario("gets the answer of the one that ended meanwhile", async (world) => {
    const gate = new Gate();
    const { work, ran } = counted(gate);
    const server = world.server({ work });
    const client = world.client();
    const answer = client.callWith({ idempotent: true }, "work");
    await world.settle();
    world.wire.freeze();
    gate.open();
    await world.settle();
    expect(server.core.openCalls).toBe(0);
    await cut(world);
    expect(await answer).toBe("turn 1");
    expect(ran()).toBe(1);
  });

  scenario("runs again in another process", async (world) => {
    const first = world.server({ work: () => new Promise(() => undefined) });
    const answer = world.client().callWith({ idempotent: true }, "work");
    await world.settle();
    first.core.unbind("memory://home").catch(() => undefined);
    world.server({ work: () => "second" });
    await world.settle();
    await world.settle();
    expect(await answer).toBe("second");
  });

  scenario("moves to a peer that is there", async (world) => {
    named(world, "a", { work: () => new Promise(() => undefined) });
    const client = world.idleClient();
    client.core.connect("memory://a");
    await world.settle();
    const answer = client.callWith({ idempotent: true }, "work");
    await world.settle();
    named(world, "b", { work: () => "b" });
    client.core.connect("memory://b");
    await world.settle();
    world.hub.wires[0]?.break();
    await world.settle();
    expect(await answer).toBe("b");
  });

  scenario("says that it may have run when no peer comes back", async (world) => {
    const server = world.server({ work: () => new Promise(() => undefined) });
    const client = world.client();
    const answer = outcomeOf(client.callWith({ idempotent: true, timeoutMs: 500 }, "work"));
    await world.settle();
    world.wire.break();
    server.core.unbind("memory://home").catch(() => undefined);
    await world.clock.elapse(500);
    expect(await answer).toMatchObject({ code: "unavailable", mayHaveRun: true });
  });

  scenario("that streams begins again, and leaves nothing behind", async (world) => {
    let begun = 0;
    let ended = 0;
    const gate = new Gate();
    world.server({
      async *items() {
        begun++;
        try {
          await gate.pass();
          yield begun;
        } finally {
          ended++;
        }
      },
    });
    const stream = world.client().callWith({ idempotent: true }, "items");
    const step = stream.next();
    await world.settle();
    await cut(world);
    gate.open();
    await world.settle();
    expect(await step).toMatchObject({ value: 2 });
    await stream.return();
    await world.settle();
    expect([begun, ended]).toEqual([2, 2]);
  });
});

describe("a call with a request id whose connection is lost", () => {
  scenario("gets its outcome from the same process, and runs once", async (world) => {
    const gate = new Gate();
    const { work, ran } = counted(gate);
    world.server({ work });
    const client = world.client();
    const answer = client.callWith({ requestId: "order-17" }, "work");
    await world.settle();
    await cut(world);
    await cut(world);
    gate.open();
    await world.settle();
    expect(await answer).toBe("turn 1");
    expect(await client.callWith({ requestId: "order-17" }, "work")).toBe("turn 1");
    expect(ran()).toBe(1);
  });

  scenario("gets the remembered error of its handler", async (world) => {
    const gate = new Gate();
    const server = world.server({
      work: async () => {
        await gate.pass();
        throw new RangeError("too much");
      },
    });
    const answer = outcomeOf(world.client().callWith({ requestId: "a" }, "work"));
    await world.settle();
    world.wire.freeze();
    gate.open();
    await world.settle();
    expect(server.core.openCalls).toBe(0);
    await cut(world);
    expect(await answer).toMatchObject({ name: "RangeError", message: "too much" });
  });

  scenario("fails where nobody knows it, and runs nowhere else", async (world) => {
    const ran: string[] = [];
    const first = named(world, "first", { work: () => new Promise(() => ran.push("first")) });
    named(world, "other", { work: () => ran.push("other") });
    const client = world.idleClient();
    client.core.connect("memory://first");
    await world.settle();
    const answer = outcomeOf(client.callWith({ requestId: "a" }, "work"));
    await world.settle();
    client.core.connect("memory://other");
    await world.settle();
    world.hub.wires.find(({ endpoint }) => endpoint === "memory://first")?.break();
    first.core.unbind("memory://first").catch(() => undefined);
    await world.settle();
    expect(client.core.openCalls).toBe(1);
    client.core.disconnect("memory://first");
    expect(await answer).toMatchObject({ code: "unavailable", mayHaveRun: true });
    expect(ran).toEqual(["first"]);
  });

  scenario("fails when the process that comes back is another one", async (world) => {
    const ran: string[] = [];
    const first = world.server({ work: () => new Promise(() => ran.push("first")) });
    const client = world.client();
    const answer = outcomeOf(client.callWith({ requestId: "a" }, "work"));
    await world.settle();
    world.wire.break();
    first.core.unbind("memory://home").catch(() => undefined);
    world.server({ work: () => ran.push("second") });
    await world.settle();
    await world.settle();
    client.core.connect("memory://home");
    await world.settle();
    expect(await answer).toMatchObject({
      code: "unavailable",
      message: "the peer at memory://home is gone; the call may have run",
      mayHaveRun: true,
    });
    expect(ran).toEqual(["first"]);
  });

  scenario("fails when an old server comes back, which knows no such question", async (world) => {
    const server = world.rawServer();
    const client = world.client();
    const answer = outcomeOf(client.callWith({ requestId: "a" }, "work"));
    await world.settle();
    world.wire.break();
    await world.settle();
    const asked = server.events.at(-1);
    expect(asked?.slice(1)).toEqual(["_zc_outcome", ["a", "work"]]);
    if (asked !== undefined) server.answer(asked, "ERR", ["NameError", "_zc_outcome", null]);
    await world.settle();
    expect(await answer).toMatchObject({ code: "unavailable", mayHaveRun: true });
  });

  scenario("fails at once when its client has left the endpoint", async (world) => {
    world.server({ work: () => new Promise(() => undefined) });
    const client = world.client();
    const answer = outcomeOf(client.callWith({ requestId: "a", timeoutMs: 0 }, "work"));
    await world.settle();
    client.core.disconnect(HOME);
    await world.settle();
    expect(client.core.openCalls).toBe(0);
    expect(await answer).toMatchObject({ code: "unavailable", mayHaveRun: true });
  });

  scenario("is asked for over a connection that came before the loss was known", async (world) => {
    const gate = new Gate();
    const { work, ran } = counted(gate);
    const { transport, tell } = unaware(world);
    const client = world.idleClient({ transport });
    await client.core.bind(HOME);
    world.idleServer({ work }).core.connect(HOME);
    await world.settle();
    const answer = client.callWith({ requestId: "a", timeoutMs: 0 }, "work");
    await world.settle();
    await cut(world);
    expect(client.core.peerCount).toBe(2);
    tell();
    gate.open();
    await world.settle();
    expect(client.core.openCalls).toBe(0);
    expect([await answer, ran()]).toEqual(["turn 1", 1]);
  });

  scenario("is not over when others that are there know nothing of it", async (world) => {
    const ran: string[] = [];
    const gate = new Gate();
    const client = world.idleClient();
    await client.core.bind(HOME);
    const worker = (name: string): void => {
      const work = async (): Promise<string> => {
        ran.push(name);
        await gate.pass();
        return name;
      };
      world.idleServer({ work }).core.connect(HOME);
    };
    worker("a");
    await world.settle();
    const answer = client.callWith({ requestId: "x", timeoutMs: 0 }, "work");
    await world.settle();
    worker("b");
    worker("c");
    await world.settle();
    await cut(world);
    gate.open();
    await world.settle();
    expect(client.core.openCalls).toBe(0);
    expect([await answer, ran]).toEqual(["a", ["a"]]);
  });

  scenario("ends with its time, its signal and its client", async (world) => {
    const server = world.server({ work: () => new Promise(() => undefined) });
    const client = world.client();
    const aborter = new AbortController();
    const { signal } = aborter;
    const late = outcomeOf(client.callWith({ requestId: "a", timeoutMs: 300 }, "work"));
    const aborted = outcomeOf(client.callWith({ requestId: "b", signal }, "work"));
    const closed = outcomeOf(client.callWith({ requestId: "c" }, "work"));
    await world.settle();
    world.wire.break();
    server.core.unbind("memory://home").catch(() => undefined);
    await world.clock.elapse(300);
    expect(await late).toMatchObject({ code: "unavailable", mayHaveRun: true });
    aborter.abort();
    expect(await aborted).toMatchObject({ code: "cancelled", mayHaveRun: true });
    await client.core.close();
    expect(await closed).toMatchObject({ code: "cancelled", mayHaveRun: true });
  });
});

describe("a server that remembers", () => {
  scenario("keeps ids of methods apart, and forgets what has no room", async (world) => {
    let ran = 0;
    const service = { one: () => ++ran, two: () => ++ran, large: () => "x".repeat(1000) };
    world.server(service, { rememberedBytes: 500 });
    const client = world.client();
    const ask = (method: string): PromiseLike<unknown> =>
      client.callWith({ requestId: "same" }, method);
    expect([await ask("one"), await ask("two"), await ask("one")]).toEqual([1, 2, 1]);
    await ask("large");
    expect(await ask("one")).toBe(3);
  });

  scenario("refuses an id that comes with other arguments", async (world) => {
    let ran = 0;
    world.server({ pay: (_amount: number) => ++ran });
    const client = world.client();
    const pay = (...args: unknown[]): PromiseLike<unknown> =>
      outcomeOf(client.callWith({ requestId: "order" }, "pay", ...args));
    expect([await pay(5), await pay(5)]).toEqual([1, 1]);
    expect(await pay(6)).toMatchObject({
      status: "already_exists",
      message: expect.stringContaining("other arguments") as string,
      mayHaveRun: false,
    });
    const byName = client.caller.call("pay", { _amount: 5 }, { requestId: "order" });
    expect(await outcomeOf(byName)).toMatchObject({ status: "already_exists" });
    expect(ran).toBe(1);
  });

  scenario("drops a call of a lost caller that waits for a handler", async (world) => {
    const gate = new Gate();
    const ran: string[] = [];
    world.server(
      {
        work: async (name: string) => {
          ran.push(name);
          await gate.pass();
        },
      },
      { poolSize: 1 },
    );
    const client = world.client();
    const first = client.callWith({ idempotent: true }, "work", "first");
    const second = client.callWith({ idempotent: true }, "work", "second");
    await world.settle();
    await cut(world);
    gate.open();
    await world.settle();
    gate.open();
    await world.settle();
    await Promise.all([first, second]);
    expect(ran).toEqual(["first", "second"]);
  });

  scenario("does not end a handler whose caller will come back", async (world) => {
    const gate = new Gate();
    let signal: AbortSignal | undefined;
    world.server({
      work: async () => {
        ({ signal } = callContext());
        await gate.pass();
      },
    });
    const answer = world.client().callWith({ requestId: "a" }, "work");
    await world.settle();
    await cut(world);
    expect(signal?.aborted).toBe(false);
    gate.open();
    await world.settle();
    await answer;
  });
});

describe("the option requestId", () => {
  scenario("is text of 1 to 256 characters, in dialects that have it", async (world) => {
    world.server({});
    const client = world.client();
    for (const requestId of ["", "x".repeat(257), 17 as unknown as string]) {
      expect(() => client.callWith({ requestId }, "work")).toThrow(
        expect.objectContaining({ code: "USAGE_OPTION" }) as Error,
      );
    }
  });

  scenario("is refused where the protocol has none", async (world) => {
    const client = world.client({ dialect: netcall() });
    expect(() => client.callWith({ requestId: "a" }, "work")).toThrow(
      expect.objectContaining({
        code: "USAGE_OPTION",
        message: "expected no requestId, as the protocol of netcall has none",
      }) as Error,
    );
  });

  scenario("is refused by servers when it is longer", async (world) => {
    world.server({ work: () => 1 });
    const peer = world.rawClient();
    await world.settle();
    peer.send("work", [], { zc: 1, id: "x".repeat(257) });
    peer.send("_zc_outcome", ["", "work"], { zc: 1 });
    await world.settle();
    const reason = ["TypeError", "expected a request id of 1 to 256 characters", null];
    expect(peer.said).toEqual([
      ["ERR", reason],
      ["ERR", reason],
    ]);
  });
});
