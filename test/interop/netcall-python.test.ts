/**
 * The original NetCall, in both roles, against ours, with each serializer.
 *
 * docs/interop.md says what was seen.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { netcall } from "../../src/dialects/netcall/dialect.ts";
import { json, msgpack, pickle } from "../../src/dialects/netcall/serializer.ts";
import { Client } from "../../src/node/client.ts";
import { Server } from "../../src/node/server.ts";
import type { RemoteStream } from "../../src/rpc/remote-stream.ts";
import { NetcallPython, netcallPython } from "../support/netcall-python.ts";
import { outcomeOf } from "../support/rpc.ts";

const missing = "missing" in netcallPython ? netcallPython.missing : undefined;
const title = missing === undefined ? "the original NetCall" : `the original NetCall (${missing})`;
const serializers = [json(), msgpack(), pickle()];

/** Values that every serializer carries. */
const VALUES = [
  null,
  true,
  0,
  -1,
  2 ** 40,
  2n ** 63n - 1n,
  0.5,
  "",
  "é☃😀",
  "x".repeat(70_000),
  [1, [2]],
  { a: { b: [null] } },
];

describe.skipIf(missing !== undefined)(title, () => {
  describe.each(serializers)("as a service in $name", (serializer) => {
    let peer: NetcallPython;
    let client: Client;

    beforeAll(async () => {
      const served = await NetcallPython.serve(serializer.name);
      ({ peer } = served);
      client = new Client(served.endpoint, {
        dialect: netcall({ serializers: [serializer] }),
        timeoutMs: 10_000,
      });
    });

    afterAll(async () => {
      await client.close();
      await peer[Symbol.asyncDispose]();
    });

    const state = () => client.call("state") as Promise<{ log: string[]; open: number }>;

    test("answers calls with values, by position and by name", async () => {
      expect(await client.call("add", [2, 3])).toBe(5);
      expect(await client.call("add", { a: 1, b: 2 })).toBe(3);
      expect(await client.call("add", [1])).toBe(11);
      expect(await client.call("ns.echo", ["dot"])).toBe("dot");
      expect(await client.call("mixed", [1, 2], { named: { k: "v" } })).toEqual({
        a: 1,
        rest: [2],
        named: { k: "v" },
      });
      const echoed = await Promise.all(VALUES.map((value) => client.call("echo", [value])));
      expect(echoed).toEqual(VALUES);
    });

    test.skipIf(serializer.name === "json")("gives octets back", async () => {
      const octets = Uint8Array.of(0, 255, 128);
      expect(await client.call("echo", [octets])).toEqual(octets);
    });

    test.skipIf(serializer.name !== "pickle")("gives sets and large numbers back", async () => {
      const value = {
        set: new Set([1, "a"]),
        large: 2n ** 200n,
        map: new Map([[1, -(2n ** 70n)]]),
      };
      expect(await client.call("echo", [value])).toEqual(value);
    });

    test("fails calls under the names of its exceptions", async () => {
      expect(await outcomeOf(client.call("fail", ["went wrong"]))).toMatchObject({
        name: "ValueError",
        message: "went wrong",
        peerStack: expect.stringContaining("Traceback"),
      });
      expect(await outcomeOf(client.call("nothing"))).toMatchObject({
        status: "unimplemented",
        message: "Unregistered procedure 'nothing'",
        mayHaveRun: false,
      });
      expect(await outcomeOf(client.inspect())).toMatchObject({ status: "unimplemented" });
    });

    test("takes calls whose result nobody wants", async () => {
      await client.notify("fail", ["unseen"]);
      expect(await client.call("add", [1, 1])).toBe(2);
    });

    test("takes next, send, throw and close as its own", async () => {
      const stream = (await client.call("tell", ["first"])) as RemoteStream;
      expect(await stream.next()).toEqual({ value: "first", done: false });
      expect(await stream.next([1, "two"])).toEqual({ value: [1, "two"], done: false });
      const error = Object.assign(new Error("thrown in"), { name: "ValueError" });
      expect(await stream.throw(error)).toEqual({
        value: "caught ValueError: thrown in",
        done: false,
      });
      expect(await stream.next()).toEqual({ value: null, done: false });
      expect(await stream.return(undefined)).toEqual({ value: undefined, done: true });
      // The service has a thread for each message: ours may be looked at before it is closed.
      await expect.poll(state).toEqual({ log: ["closed first"], open: 0 });
    });

    test("ends a generator by what it does not catch", async () => {
      const stream = (await client.call("tell", ["second"])) as RemoteStream;
      await stream.next();
      const error = await outcomeOf(stream.throw(new TypeError("not caught")));
      expect(error).toMatchObject({ name: "TypeError", message: "not caught" });
      await expect.poll(async () => (await state()).log).toContain("closed second");
    });

    test("is read by for await, to the end, to an error, and half", async () => {
      const items: unknown[] = [];
      for await (const item of client.call("count", [50])) items.push(item);
      expect(items).toEqual(Array.from({ length: 50 }, (_, index) => index));
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const item of client.call("broken", [2])) seen.push(item);
      })();
      expect(await outcomeOf(reading)).toMatchObject({
        name: "RuntimeError",
        message: "broke after 2",
      });
      expect(seen).toEqual([0, 1]);
      for await (const item of client.call("tell", ["half"])) if (item === "half") break;
      await expect.poll(async () => (await state()).log).toContain("closed half");
    });

    test("has its generator closed also when a command is under way", async () => {
      const before = (await state()).open;
      const stream = (await client.call("tell", ["slow", 0.2])) as RemoteStream;
      const step = stream.next();
      await stream.return(undefined);
      expect(await step).toEqual({ value: undefined, done: true });
      // The command goes on for a while there; only then can the generator be closed.
      await expect.poll(async () => (await state()).log).toContain("closed slow");
      expect((await state()).open).toBe(before);
    });

    test("runs calls side by side", async () => {
      const order: unknown[] = [];
      await Promise.all(
        [0.3, 0.1].map(async (seconds) => order.push(await client.call("slow", [seconds]))),
      );
      expect(order).toEqual([0.1, 0.3]);
    });
  });

  describe.each(serializers)("as a client in $name", (serializer) => {
    let server: Server;
    let peer: NetcallPython;
    const log: string[] = [];

    beforeAll(async () => {
      const service = {
        add: (a: number, b = 10) => a + b,
        echo: (value: unknown) => value,
        fail: (text: string) => {
          throw Object.assign(new Error(text), { name: "ValueError" });
        },
        *count(n: number) {
          for (let i = 0; i < n; i++) yield i;
        },
        async *tell(first: unknown): AsyncGenerator<unknown, void, unknown> {
          let value = first;
          try {
            for (;;) {
              try {
                value = yield value;
              } catch (error) {
                value = `caught ${(error as Error).name}`;
              }
            }
          } finally {
            log.push("closed");
          }
        },
        note: (text: string) => void log.push(text),
        ns: { echo: (value: unknown) => value },
      };
      server = new Server(service, { dialects: [netcall({ serializers })], sendStacks: true });
      const endpoint = await server.bind("tcp://127.0.0.1:0");
      peer = await NetcallPython.client(serializer.name, endpoint);
    });

    afterAll(async () => {
      await peer[Symbol.asyncDispose]();
      await server.close();
    });

    test("gets values, by position and by name", async () => {
      expect(await peer.call("add", [2, 3])).toMatchObject({ value: 5 });
      expect(await peer.call("add", [], { kwargs: { a: 1, b: 2 } })).toMatchObject({ value: 3 });
      expect(await peer.call("ns.echo", ["dot"])).toMatchObject({ value: "dot" });
      const values = [null, true, -1, 0.5, "é☃😀", [1, [2]], { a: { b: [null] } }];
      expect(await peer.call("echo", [values])).toMatchObject({ value: values, type: "list" });
    });

    test("gets failures", async () => {
      expect(await peer.call("fail", ["went wrong"])).toMatchObject({
        error: "RemoteRPCError",
        ename: "ValueError",
        evalue: "went wrong",
      });
      expect(await peer.call("nothing", [])).toMatchObject({
        ename: "NotImplementedError",
        evalue: "Unregistered procedure 'nothing'",
      });
    });

    test("goes on when it wants no result", async () => {
      expect(await peer.call("note", ["noted"], { result: "ignore" })).toMatchObject({
        value: null,
      });
      expect(await peer.call("add", [1])).toMatchObject({ value: 11 });
      expect(log).toContain("noted");
    });

    test("drives generators", async () => {
      expect(await peer.call("count", [5], { steps: [["list"]] })).toEqual({
        event: "answer",
        steps: [{ value: [0, 1, 2, 3, 4] }],
      });
      const thrown = serializer.name === "pickle" ? [["throw", "ValueError", "in"]] : [];
      const steps = [["next"], ["send", "second"], ...thrown, ["close"]];
      const told = await peer.call("tell", ["first"], { steps });
      expect(told.steps?.map((step) => step.value)).toEqual([
        "first",
        "second",
        ...thrown.map(() => "caught ValueError"),
        null,
      ]);
      expect(log).toContain("closed");
    });
  });
});
