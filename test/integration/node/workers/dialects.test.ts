/** Clients of every dialect in front of one pool: what a handler gets and gives is what they sent and get. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonrpc } from "zerocall/dialects/jsonrpc";
import { multicall } from "zerocall/dialects/multicall";
import { json, msgpack, netcall, pickle } from "zerocall/dialects/netcall";
import { zerorpc } from "zerocall/dialects/zerorpc";
import { Client, type ServerOptions } from "zerocall";
import { ZrpcClient, ZrpcServer } from "zerocall/zrpc";
import { freshFolder } from "../../../support/ipc.ts";
import { serve, type Served, type Service, poll } from "../../../support/pools.ts";
import { collect, outcomeOf } from "../../../support/rpc.ts";

type Dialect = NonNullable<ServerOptions["dialects"]>[number];

const LARGE = 10n ** 40n;
const dialects: readonly Dialect[] = [
  zerorpc(),
  jsonrpc(),
  netcall({ serializers: [json(), msgpack(), pickle()] }),
  multicall(),
];

let served: Served;

beforeAll(async () => {
  served = await serve({ server: { dialects } });
});

afterAll(() => served[Symbol.asyncDispose]());

const client = (dialect: Dialect): Client<Service> =>
  new Client<Service>(served.endpoint, { dialect });

describe("through a pool", () => {
  test.each([
    ["zerorpc", zerorpc(), [2n ** 63n, new Date(5), Uint8Array.of(1), new Map([[1, 2]])]],
    ["jsonrpc", jsonrpc(), [LARGE, -LARGE, { a: [null] }]],
    ["netcall in msgpack", netcall({ serializers: [msgpack()] }), [2n ** 63n, Uint8Array.of(1)]],
    ["netcall in pickle", netcall({ serializers: [pickle()] }), [LARGE, new Set([1, "a"])]],
    ["multicall", multicall(), [LARGE, ["a", { b: 1 }]]],
  ])("%s carries its values, errors and introspection", async (_, dialect, values) => {
    await using one = client(dialect);
    for (const value of values) expect(await one.echo(value)).toEqual(value);
    expect(await one.add(1)).toBe(3);
    expect(await outcomeOf(one.fail())).toMatchObject({
      message: expect.stringContaining("no such cup") as unknown,
    });
    expect((await one.inspect()).methods["add"]).toMatchObject({ doc: "Adds, by default two." });
  });

  test("an error keeps its number in jsonrpc", async () => {
    await using one = client(jsonrpc());
    expect(await outcomeOf(one.fail())).toMatchObject({ wireCode: -32_050 });
  });

  test.each([
    ["zerorpc", zerorpc()],
    ["netcall", netcall()],
  ])("%s streams, and its generators take values", async (_, dialect) => {
    await using one = client(dialect);
    expect(await collect(one.count(30))).toHaveLength(30);
    const stream = one.mirror();
    expect(await stream.next()).toMatchObject({ value: "first" });
    expect(await stream.next("a")).toMatchObject({ value: "a" });
    expect(await stream.throw(new Error("b"))).toMatchObject({ value: "caught b" });
    await stream.return(undefined);
  });

  test("jsonrpc is notified", async () => {
    const heard: string[] = [];
    await using one = new Client<Service>(served.endpoint, {
      dialect: jsonrpc(),
      onNotification: ({ method }) => heard.push(method),
    });
    expect(await one.notifyTwice()).toEqual([true, true]);
    await poll(() => heard).toEqual(["now", "later"]);
  });

  test("a zrpc server offers the module under its name", async () => {
    using folder = freshFolder();
    const socketDir = folder.path;
    await using server = new ZrpcServer(served.pool, { socketDir, name: "far" });
    await server.start();
    await using one = new ZrpcClient({ socketDir });
    expect(await one.call("far", "add", [40], { named: { b: 2 } })).toBe(42);
  });
});
