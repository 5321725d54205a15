/** The original zrpc for Python, synchronous and asyncio, as client and as server of ours. */

import { describe, expect, test } from "vitest";
import { Client } from "../../src/node/client.ts";
import { zrpc } from "../../src/dialects/zrpc/dialect.ts";
import { ZrpcClient, ZrpcServer } from "../../src/node/zrpc.ts";
import { freshFolder } from "../support/ipc.ts";
import { outcomeOf } from "../support/rpc.ts";
import { python, ZrpcPython } from "../support/zrpc-python.ts";

const missing = "missing" in python ? python.missing : undefined;
const why = missing === undefined ? "" : ` (skipped: ${missing})`;
const KINDS = ["sync", "asyncio"] as const;
const RETRY_SECONDS = "0.3";

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  2 ** 53,
  1.5,
  "",
  "\u00e9 \u2603 \u{1f600} \u0000",
  [],
  [1, [2, []]],
  {},
  { a: { b: null } },
  "\u2603".repeat(100_000),
];

describe.skipIf(missing !== undefined)(`servers of the original${why}`, () => {
  describe.each(KINDS)("%s", (kind) => {
    test("answer our calls", async () => {
      using folder = freshFolder();
      await using peer = new ZrpcPython("serve", kind, folder.path, "interop");
      await peer.heard("serving");
      await using client = new ZrpcClient({ socketDir: folder.path });
      for (const value of VALUES) {
        expect(await client.call("interop", "echo", [value])).toEqual(value);
      }
      expect(await client.call("interop", "echo", [Uint8Array.of(0, 255)])).toEqual(
        Uint8Array.of(0, 255),
      );
      expect(await client.call("interop", "add", [1])).toBe(2);
      expect(await client.call("interop", "add", [1], { named: { b: 5 } })).toBe(6);
      expect(await client.call("interop", "add", { a: "x", b: "y" })).toBe("xy");
      expect(await outcomeOf(client.call("interop", "fail", ["\u00e9chec"]))).toMatchObject({
        name: "ValueError",
        message: "\u00e9chec",
        status: "unknown",
      });
      expect(await outcomeOf(client.call("interop", "nope"))).toMatchObject({
        status: "unimplemented",
        mayHaveRun: false,
      });
      expect(await outcomeOf(client.call("interop", "add"))).toMatchObject({ name: "TypeError" });
    });

    test("are listed with their methods", async () => {
      using folder = freshFolder();
      await using peer = new ZrpcPython("serve", kind, folder.path, "interop");
      await peer.heard("serving");
      await using client = new ZrpcClient({ socketDir: folder.path });
      expect(await client.list(undefined, { timeoutMs: 5000 })).toEqual(["interop"]);
      expect((await client.list("interop"))["add"]).toEqual({
        doc: "Adds two numbers.\n\n  Or texts.",
        parameters: [
          { name: "a", optional: false, rest: false },
          { name: "b", optional: true, rest: false, default: 1, defaultText: "1" },
        ],
      });
    });

    test("run a call once that we send again and again", async () => {
      using folder = freshFolder();
      await using peer = new ZrpcPython("serve", kind, folder.path, "interop");
      await peer.heard("serving");
      await using client = new ZrpcClient({ socketDir: folder.path, retryTimeoutMs: 50 });
      const calls = Array.from({ length: 15 }, () => client.call("interop", "slow", [0.2]));
      const runs = await Promise.all(calls);
      expect(runs.toSorted((a, b) => Number(a) - Number(b))).toEqual(
        kind === "sync" ? Array.from({ length: 15 }, (_, index) => index + 1) : runs.map(() => 15),
      );
      expect(peer.told("ran")).toHaveLength(15);
    });

    test("may die and come back", async () => {
      using folder = freshFolder();
      await using client = new ZrpcClient({ socketDir: folder.path, retryTimeoutMs: 300 });
      await using first = new ZrpcPython("serve", kind, folder.path, "interop");
      await first.heard("serving");
      expect(await client.call("interop", "count")).toBe(1);
      const hanging = client.call("interop", "slow", [3600]);
      await first.heard("ran", 2);
      await first[Symbol.asyncDispose]();
      const next = client.call("interop", "count");
      await using second = new ZrpcPython("serve", kind, folder.path, "interop");
      await second.heard("ran", kind === "sync" ? 1 : 2);
      // The one that runs was sent again; the synchronous server takes one after the other.
      if (kind === "asyncio") expect(await next).toBeTypeOf("number");
      const outcomes = Promise.all([outcomeOf(hanging), outcomeOf(next)]);
      await client.close();
      await outcomes;
    });

    test("speak the dialect at any endpoint of theirs", async () => {
      using folder = freshFolder();
      await using peer = new ZrpcPython("serve", kind, folder.path, "interop");
      await peer.heard("serving");
      await using client = new Client(`ipc://${folder.path}/interop`, { dialect: zrpc() });
      const answers = await client.batch((remote) => [
        remote["echo"]?.(1),
        remote["fail"]?.("no"),
        remote["echo"]?.(2),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    });
  });
});

describe.skipIf(missing !== undefined)(`clients of the original${why}`, () => {
  let runs = 0;
  const service = {
    add: (a: number, b = 1) => a + b,
    echo: (value: unknown) => value,
    fail: (message: string) => {
      throw new RangeError(message);
    },
    slow: async (ms: number) => {
      const run = ++runs;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return run;
    },
  };

  describe.each(KINDS)("%s", (kind) => {
    test("call our server", async () => {
      using folder = freshFolder();
      await using server = new ZrpcServer(service, { socketDir: folder.path, name: "ours" });
      await server.start();
      await using peer = new ZrpcPython("call", kind, folder.path, RETRY_SECONDS);
      for (const value of VALUES) {
        expect(await peer.call("ours", "echo", [value])).toEqual({ value });
      }
      expect(await peer.call("ours", "add", [1], { kwargs: { b: 4 } })).toEqual({ value: 5 });
      expect(await peer.call("ours", "fail", ["\u00e9chec"])).toEqual({
        error: ["RPCError", "RangeError: \u00e9chec"],
      });
      expect(await peer.call("ours", "nope")).toEqual({
        error: ["RPCError", "Invalid RPC method name: nope"],
      });
      const wrong = await peer.call("ours", "add", [1, 2, 3]);
      expect(wrong.error?.[1]).toMatch(/^TypeError: add\(\) takes at most 2 arguments, got 3/);
      const unknown = await peer.call("ours", "add", [1], { kwargs: { c: 4 } });
      expect(unknown.error?.[1]).toMatch(/^TypeError: add\(\) has no parameter "c"/);
    });

    test("find our methods in the list", async () => {
      using folder = freshFolder();
      await using server = new ZrpcServer(service, {
        socketDir: folder.path,
        name: "ours",
        describe: () => ({ doc: "Text." }),
      });
      await server.start();
      await using peer = new ZrpcPython("call", kind, folder.path, RETRY_SECONDS);
      const { value } = await peer.call("ours", "__list__");
      expect((value as Record<string, unknown>)["add"]).toEqual({
        docstring: "Text.",
        args_required: ["a"],
        args_optional: { b: 1 },
      });
    });

    test("get the outcome of one run, over new connections", async () => {
      using folder = freshFolder();
      runs = 0;
      await using server = new ZrpcServer(service, { socketDir: folder.path, name: "ours" });
      await server.start();
      await using peer = new ZrpcPython("call", kind, folder.path, RETRY_SECONDS);
      expect(await peer.call("ours", "slow", [1500])).toEqual({ value: 1 });
      expect(runs).toBe(1);
    });
  });

  test("of both kinds and ours call one server at the same time", async () => {
    using folder = freshFolder();
    await using server = new ZrpcServer(service, { socketDir: folder.path, name: "ours" });
    await server.start();
    await using sync = new ZrpcPython("call", "sync", folder.path, RETRY_SECONDS);
    await using asynchronous = new ZrpcPython("call", "asyncio", folder.path, RETRY_SECONDS);
    await using client = new ZrpcClient({ socketDir: folder.path });
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => [
        sync.call("ours", "add", [n]),
        asynchronous.call("ours", "add", [n]),
        client.call("ours", "add", [n]).then((value) => ({ value })),
      ]).flat(),
    );
    expect(all).toEqual(
      Array.from({ length: 20 }, (_, n) => [n, n, n].map(() => ({ value: n + 1 }))).flat(),
    );
  });
});
