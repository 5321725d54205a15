import { describe, expect, test } from "vitest";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import { Client } from "../../../src/node/client.ts";
import { MultiCall, MultiCallResults } from "../../../src/node/multicall.ts";
import { Server } from "../../../src/node/server.ts";
import { MemoryHub } from "../../../src/transports/memory.ts";

const ok = (value: unknown) => ({ status: "fulfilled", value }) as const;
const failed = (text: string) => ({ status: "rejected", reason: new Error(text) }) as const;

describe("results", () => {
  const results = new MultiCallResults([ok(1), failed("two"), ok(3)]);

  test("are there by index, and a failure is raised in its place", () => {
    expect(results.length).toBe(3);
    expect([results.at(0), results.at(2), results.at(-1)]).toEqual([1, 3, 3]);
    expect(() => results.at(1)).toThrow("two");
    expect(() => results.at(-2)).toThrow("two");
    expect(results.at(3)).toBeUndefined();
  });

  test("are iterable up to a failure", () => {
    const seen: unknown[] = [];
    expect(() => {
      for (const result of results) seen.push(result);
    }).toThrow("two");
    expect(seen).toEqual([1]);
    expect([...new MultiCallResults([ok(1), ok(2)])]).toEqual([1, 2]);
    expect([...new MultiCallResults([])]).toEqual([]);
  });

  test("go on behind a failure with the same iterator", () => {
    const iterator = results[Symbol.iterator]();
    expect(iterator.next()).toEqual({ done: false, value: 1 });
    expect(() => iterator.next()).toThrow("two");
    expect(iterator.next()).toEqual({ done: false, value: 3 });
    expect(iterator.next()).toEqual({ done: true, value: undefined });
    expect([...iterator]).toEqual([]);
  });

  test("tell how each call ended", () => {
    expect(results.settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });
});

interface Service {
  add(a: number, b: number): number;
  my: { namespace: { mult(a: number, b: number): Promise<number> } };
}

/** A server and a client of it in memory. */
async function pair(): Promise<{ server: Server; client: Client<Service> }> {
  const { transport } = new MemoryHub();
  const server = new Server(
    {
      add: (a: number, b: number) => a + b,
      my: { namespace: { mult: async (a: number, b: number) => a * b } },
    },
    { dialects: [multicall()], transport },
  );
  const endpoint = await server.bind("memory://home");
  return {
    server,
    client: new Client<Service>(endpoint, { dialect: multicall(), transport }),
  };
}

describe("a MultiCall", () => {
  test("collects calls under their names and makes them when it is called", async () => {
    const { server, client } = await pair();
    const calls = new MultiCall<Service>(client);
    expect(calls.add(1, 2)).toBeUndefined();
    calls.my.namespace.mult(3, 4);
    calls.call("add", { a: 5, b: 6 });
    calls.call("add", [7], { named: { b: 8 } });
    expect(client.openCalls).toBe(0);
    expect([...(await calls())]).toEqual([3, 12, 11, 15]);
    expect([...(await calls())]).toEqual([3, 12, 11, 15]);
    await client.close();
    await server.close();
  });

  test("of nothing comes to nothing", async () => {
    const { server, client } = await pair();
    const calls = new MultiCall(client);
    expect((await calls()).length).toBe(0);
    await client.close();
    await server.close();
  });

  test("is one, is no promise, and has every other name", async () => {
    const asked: string[] = [];
    const calls = new MultiCall({
      batch: (async (make: (remote: unknown, batch: unknown) => unknown) => {
        make(undefined, { call: (method: string) => asked.push(method) });
        return [];
      }) as never,
    });
    expect(calls).toBeInstanceOf(MultiCall);
    expect(calls["then"]).toBeUndefined();
    for (const name of ["name", "length", "apply", "prototype"]) calls[name]?.();
    await calls();
    expect(asked).toEqual(["name", "length", "apply", "prototype"]);
  });
});
