/** Who may call what: calls are refused before anything is done for them. */

import { describe, expect } from "vitest";
import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { netcall } from "../../../src/dialects/netcall/dialect.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
import { Batch } from "../../../src/rpc/batch.ts";
import { Caller } from "../../../src/rpc/caller.ts";
import { withContext } from "../../../src/rpc/context.ts";
import type { PolicyRequest } from "../../../src/rpc/policy.ts";
import type { PolicyFunction, PolicyRules } from "../../../src/rpc/policy.ts";
import { collect, Gate, outcomeOf, scenario, verifying, type World } from "../../support/rpc.ts";

const DENIED = { status: "permission_denied", origin: "peer", mayHaveRun: false };

/** Methods that note that they ran. */
function noting() {
  const ran: string[] = [];
  const service = {
    open: () => ran.push("open"),
    secret: () => ran.push("secret"),
    *items(n: number) {
      ran.push("items");
      for (let i = 0; i < n; i++) yield i;
    },
    sum: async (numbers: AsyncIterable<number>) => {
      ran.push("sum");
      let sum = 0;
      for await (const one of numbers) sum += one;
      return sum;
    },
  };
  return { ran, service };
}

const rules: PolicyRules = { rules: [{ methods: "open", allow: ["ada"] }] };

/** A server that knows its peers, with a client that is ada. */
function serve(world: World, service: object, policy: PolicyRules | PolicyFunction) {
  const server = world.server(service, { policy, transport: verifying(world.hub, () => "ada") });
  return { server, client: world.client() };
}

describe("a policy", () => {
  scenario("refuses calls, streams and input streams before their handlers run", async (world) => {
    const { ran, service } = noting();
    const { client } = serve(world, service, rules);
    const numbers = async function* (): AsyncGenerator<number> {
      yield 1;
    };
    expect(await outcomeOf(client.call("secret"))).toMatchObject(DENIED);
    expect(await outcomeOf(collect(client.call("items", 3)))).toMatchObject(DENIED);
    expect(await outcomeOf(client.call("sum", numbers()))).toMatchObject(DENIED);
    expect(await client.call("open")).toBe(1);
    expect(ran).toEqual(["open"]);
  });

  scenario("refuses calls that nobody waits for, and tells its own side why", async (world) => {
    const { ran, service } = noting();
    const { server, client } = serve(world, service, rules);
    await client.caller.notify("secret", []);
    await world.settle();
    expect(ran).toEqual([]);
    expect(server.events.filter(({ type }) => type === "call-denied")).toEqual([
      expect.objectContaining({ method: "secret", identity: "ada", reason: "no rule allows it" }),
    ]);
  });

  scenario("says no more of methods that are there than of others", async (world) => {
    const { client } = serve(world, noting().service, rules);
    const there = await outcomeOf(client.call("secret"));
    const notThere = await outcomeOf(client.call("secrex"));
    expect(there).toMatchObject({ ...DENIED, message: '"ada" may not call "secret"' });
    expect(notThere).toMatchObject({ ...DENIED, message: '"ada" may not call "secrex"' });
  });

  scenario("lets nothing of what it denies into suggestions", async (world) => {
    const { client } = serve(world, noting().service, {
      rules: [{ methods: "secret", deny: "anyone" }],
      otherwise: "allow",
    });
    expect(await outcomeOf(client.call("secre"))).toMatchObject({
      message: 'the service has no method "secre"',
    });
    expect(await outcomeOf(client.call("opem"))).toMatchObject({
      message: 'the service has no method "opem"; did you mean "open"?',
    });
  });

  scenario("is asked about the method that runs, however it was written", async (world) => {
    const { ran, service } = noting();
    world.server(
      { ...service, drop_table: () => ran.push("drop_table") },
      {
        dialects: [jsonrpc()],
        policy: { rules: [{ methods: "drop_table", deny: "anyone" }], otherwise: "allow" },
      },
    );
    const client = world.client({ dialect: jsonrpc() });
    expect(await outcomeOf(client.call("Drop-Table"))).toMatchObject({ status: "unauthenticated" });
    expect(ran).toEqual([]);
  });

  scenario("says no more of what it denies, however it is written", async (world) => {
    world.server(
      { admin: { wipe: () => 1 }, open: () => 2 },
      {
        dialects: [jsonrpc()],
        policy: { rules: [{ methods: "admin.*", deny: "anyone" }], otherwise: "allow" },
      },
    );
    const client = world.client({ dialect: jsonrpc() });
    for (const name of ["admin.wipe", "ADMIN.WIPE", "admin.none", "ADMIN.NONE"]) {
      expect(await outcomeOf(client.call(name))).toMatchObject({ status: "unauthenticated" });
    }
    expect(await client.call("OPEN")).toBe(2);
    expect(await outcomeOf(client.call("NONE"))).toMatchObject({ status: "unimplemented" });
  });

  scenario("takes no place among those that wait", async (world) => {
    const gate = new Gate();
    world.server(
      { wait: () => gate.pass(), secret: () => 1 },
      {
        policy: { rules: [{ methods: "wait", allow: "anyone" }] },
        poolSize: 1,
        maxQueuedCalls: 0,
      },
    );
    const client = world.client();
    const running = client.call("wait");
    await world.settle();
    expect(await outcomeOf(client.call("secret"))).toMatchObject({ status: "unauthenticated" });
    expect(await outcomeOf(client.call("wait"))).toMatchObject({ status: "resource_exhausted" });
    gate.open();
    await running;
  });

  scenario("decides about each call of a message", async (world) => {
    const { ran, service } = noting();
    world.server(service, {
      dialects: [multicall()],
      policy: { rules: [{ methods: "open", allow: "anyone" }] },
    });
    const client = world.client({ dialect: multicall() });
    await world.settle();
    const batch = new Batch(client.core);
    const caller = new Caller(batch, {
      timeoutMs: 1000,
      idleTimeoutMs: Infinity,
      totalTimeoutMs: Infinity,
      headers: undefined,
      interceptors: [],
    });
    const outcomes = ["open", "secret", "open"].map((name) => outcomeOf(caller.call(name, [])));
    batch.send();
    const [first, second, third] = await Promise.all(outcomes);
    expect([first, third]).toEqual([1, 2]);
    expect(second).toMatchObject({ status: "unauthenticated", mayHaveRun: false });
    expect(ran).toEqual(["open", "open"]);
  });

  scenario("comes before interceptors", async (world) => {
    const seen: string[] = [];
    world.server(noting().service, {
      policy: { rules: [] },
      interceptors: [(call, next) => (seen.push(call.method), next(call))],
    });
    expect(await outcomeOf(world.client().call("open"))).toMatchObject({
      status: "unauthenticated",
    });
    expect(seen).toEqual([]);
  });
});

describe("a function as policy", () => {
  scenario("sees method, identity, address and headers", async (world) => {
    const asked: PolicyRequest[] = [];
    const policy = (request: PolicyRequest): boolean => asked.push(request) > 0;
    const { client } = serve(world, noting().service, policy);
    await client.callWith({ headers: { tenant: "t1" } }, "open");
    expect(asked).toEqual([
      {
        method: "open",
        builtin: false,
        identity: "ada",
        address: expect.any(String) as unknown,
        endpoint: "memory://home",
        headers: { tenant: "t1" },
      },
    ]);
  });

  scenario("may take its time, while what the caller streams waits", async (world) => {
    const gate = new Gate();
    const policy = async ({ method }: PolicyRequest): Promise<boolean> => {
      await gate.pass();
      return method !== "secret";
    };
    const { client } = serve(world, noting().service, policy);
    const numbers = async function* (): AsyncGenerator<number> {
      for (let n = 1; n <= 10; n++) yield n;
    };
    const sum = client.call("sum", numbers());
    const items = collect(client.call("items", 3));
    const secret = outcomeOf(client.call("secret"));
    await world.settle();
    gate.open();
    expect(await Promise.all([sum, items, secret])).toEqual([
      55,
      [0, 1, 2],
      expect.objectContaining(DENIED),
    ]);
  });

  scenario("that takes too long finds the call over", async (world) => {
    const gate = new Gate();
    const { ran, service } = noting();
    const { server, client } = serve(world, service, () => gate.pass().then(() => true));
    const overdue = outcomeOf(client.callWith({ timeoutMs: 100 }, "open"));
    const aborter = new AbortController();
    const cancelled = outcomeOf(client.callWith({ signal: aborter.signal }, "open"));
    await world.settle();
    aborter.abort();
    await world.clock.elapse(100);
    gate.open();
    await world.settle();
    expect(await overdue).toMatchObject({ status: "deadline_exceeded" });
    expect(await cancelled).toMatchObject({ status: "cancelled" });
    expect(ran).toEqual([]);
    expect(server.core.openCalls).toBe(0);
  });

  scenario("that fails denies, and introspection lists what it allows", async (world) => {
    const policy = async ({ method }: PolicyRequest): Promise<boolean> => {
      if (method === "secret") throw new Error("no database");
      return method !== "items";
    };
    const { server, client } = serve(world, noting().service, policy);
    expect(await outcomeOf(client.call("secret"))).toMatchObject(DENIED);
    expect(server.events).toContainEqual(
      expect.objectContaining({ reason: "asking the policy failed: Error: no database" }),
    );
    expect(await client.call("_zerorpc_list")).toEqual(["open", "sum"]);
    expect(await outcomeOf(client.call("_zerorpc_help", "secret"))).toMatchObject({
      name: "KeyError",
    });
  });

  scenario("is asked only about what a built-in method looks at", async (world) => {
    const asked: string[] = [];
    const { client } = serve(world, noting().service, async ({ method }) => {
      asked.push(method);
      return method !== "secret";
    });
    const askedBy = async (method: string, ...args: unknown[]): Promise<readonly string[]> => {
      await outcomeOf(client.call(method, ...args));
      const [first, ...more] = asked.splice(0);
      expect(first).toBe(method);
      return more;
    };
    expect(await askedBy("_zerorpc_ping")).toEqual([]);
    expect(await askedBy("_zerorpc_name")).toEqual([]);
    expect(await askedBy("_zerorpc_help", "open")).toEqual(["open"]);
    expect(await askedBy("_zerorpc_args", "secret")).toEqual(["secret"]);
    // As of one that is there: else the time of the answer would tell them apart.
    expect(await askedBy("_zerorpc_args", "none")).toEqual(["none"]);
    expect(await askedBy("_zerorpc_list")).toEqual(["items", "open", "secret", "sum"]);
    expect(await askedBy("_zerorpc_inspect")).toEqual(["items", "open", "secret", "sum"]);
  });

  for (const dialect of [zerorpc(), jsonrpc(), netcall(), zrpc(), multicall()]) {
    scenario(`may take its time over what ${dialect.name} lists`, async (world) => {
      const policy = async ({ method }: PolicyRequest): Promise<boolean> => method !== "secret";
      world.server(noting().service, { dialects: [dialect], policy });
      const client = world.client({ dialect });
      const { method = "", read } = dialect.introspection ?? {};
      const { methods } = read?.(await client.call(method)) ?? {};
      expect(Object.keys(methods ?? {})).toEqual(["items", "open", "sum"]);
    });
  }

  scenario("is asked about what comes with the protocol too", async (world) => {
    const { client } = serve(world, noting().service, ({ builtin }) => !builtin);
    expect(await outcomeOf(client.call("_zerorpc_ping"))).toMatchObject(DENIED);
    expect(await client.call("open")).toBe(1);
  });
});

scenario("rules see each peer as who it has proved to be", async (world) => {
  const names = ["ada", "bob", undefined];
  world.server(
    { whoAmI: withContext((call) => call.peer.identity ?? null), add: () => 1 },
    {
      policy: {
        rules: [
          { methods: "whoAmI", allow: "identified" },
          { methods: "add", allow: ["bob"] },
        ],
      },
      transport: verifying(world.hub, () => names.shift()),
    },
  );
  const clients = [world.client()];
  await world.settle();
  clients.push(world.client());
  await world.settle();
  clients.push(world.client());
  await world.settle();
  const lists = clients.map((client) => client.call("_zerorpc_list"));
  expect(await Promise.all(lists)).toEqual([["whoAmI"], ["add", "whoAmI"], []]);
  const adds = clients.map((client) => outcomeOf(client.call("add")));
  expect(await Promise.all(adds)).toEqual([
    expect.objectContaining({ status: "permission_denied" }),
    1,
    expect.objectContaining({ status: "unauthenticated" }),
  ]);
});
