/** The suite of all dialects, with what threads speak, and what no other dialect can say. */

import { describe, expect } from "vitest";
import { Extension } from "../../../src/codec/msgpack-writer.ts";
import { threads } from "../../../src/dialects/threads/dialect.ts";
import { RpcError } from "../../../src/rpc/errors.ts";
import { checkDialect } from "../../support/dialect-suite.ts";
import { outcomeOf, scenario, type TestClient, type World } from "../../support/rpc.ts";

describe("threads", () => {
  checkDialect(() => threads(), {
    introspection: "the server in front tells what there is",
  });

  const pair = (world: World, service: object): TestClient => {
    world.server(service, { dialects: [threads()] });
    return world.client({ dialect: threads() });
  };

  scenario("values of every dialect stay what they are", async (world) => {
    const client = pair(world, { echo: (value: unknown) => value });
    const values = [
      10n ** 40n,
      -(10n ** 40n),
      new Set([1, new Set(["a"])]),
      new Map<unknown, unknown>([[1, new Set([2n ** 70n])]]),
      new Extension(5, Uint8Array.of(1)),
      new Extension(-128, Uint8Array.of(255)),
      new Extension(-126, new Uint8Array(0)),
      new Date(1234),
      { deep: [{ er: Number.NaN }] },
    ];
    for (const value of values) expect(await client.call("echo", value)).toEqual(value);
  });

  scenario("an extension of a type of theirs may be large", async (world) => {
    const client = pair(world, { echo: (value: unknown) => value });
    const data = new Uint8Array(300_000).fill(7);
    const back = (await client.call("echo", new Extension(-127, data))) as Extension;
    expect([back.type, back.data.length, back.data.every((octet) => octet === 7)]).toEqual([
      -127,
      data.length,
      true,
    ]);
  });

  scenario("what was left out is not null", async (world) => {
    const client = pair(world, {
      kinds: (a: unknown, b: unknown = 2, c: unknown = 3) => [a, b, c],
      nothing: () => undefined,
      *ends() {
        yield undefined;
        return undefined;
      },
    });
    expect(await client.call("kinds", null, undefined, 5)).toEqual([null, 2, 5]);
    expect(await client.call("nothing")).toBeUndefined();
    const stream = client.call("ends");
    expect(await stream.next()).toEqual({ done: false, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  scenario("errors keep everything, their number too", async (world) => {
    const client = pair(world, {
      fail: () => {
        const cause = Object.assign(new RangeError("deep"), { details: new Set([1]) });
        throw new RpcError("aborted", "high", { wireCode: -32_050, details: 10n ** 30n, cause });
      },
    });
    expect(await outcomeOf(client.call("fail"))).toMatchObject({
      status: "aborted",
      wireCode: -32_050,
      details: 10n ** 30n,
      cause: { name: "RangeError", details: new Set([1]) },
    });
  });

  scenario("a generator takes no step before it is asked to", async (world) => {
    let steps = 0;
    const client = pair(world, {
      *lazy() {
        for (;;) yield ++steps;
      },
    });
    const stream = client.call("lazy");
    await world.settle();
    expect(steps).toBe(0);
    expect(await stream.next()).toMatchObject({ value: 1 });
    await stream.return();
  });

  scenario("calls beyond maxOpenCalls wait for their turn", async (world) => {
    let running = 0;
    let most = 0;
    world.server(
      {
        busy: async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running--;
        },
      },
      { dialects: [threads()] },
    );
    const client = world.client({ dialect: threads(2) });
    await Promise.all(Array.from({ length: 7 }, () => client.call("busy")));
    expect(most).toBe(2);
  });
});
