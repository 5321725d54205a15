/** A server of zrpc: requests that come again run once; hostile input harms nobody. */

import { describe, expect, test } from "vitest";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import { withContext } from "../../../src/rpc/context.ts";
import { Gate } from "../../support/rpc.ts";
import { TestZrpcServer, toOctets } from "../../support/zrpc.ts";

/** A service that counts its runs. */
function counting(gate: Gate = new Gate()): { runs: number; gate: Gate; service: object } {
  const counted = { runs: 0, gate, service: {} };
  counted.service = {
    run: () => ++counted.runs,
    fail: () => {
      throw new RangeError(`run ${++counted.runs}`);
    },
    wait: async () => {
      const run = ++counted.runs;
      await gate.pass();
      return run;
    },
    *stream() {
      yield 1;
    },
  };
  return counted;
}

describe("a server", () => {
  test("joins a request that still runs, over any connection", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service);
    const peers = [server.peer(), server.peer("REQ"), server.peer()];
    for (const peer of peers) peer.tell(["id", "wait", [], {}]);
    await server.settle();
    expect([counted.runs, server.core.openCalls]).toEqual([1, 3]);
    counted.gate.open();
    await server.settle();
    for (const peer of peers) expect(peer.values).toEqual([["id", 1, false]]);
    expect(server.core.openCalls).toBe(0);
  });

  test("answers what has run from memory, failures too", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service);
    for (let i = 0; i < 3; i++) {
      expect(await server.ask(["a", "run", [], {}])).toEqual([["a", 1, false]]);
      expect(await server.ask(["b", "fail", [], {}])).toEqual([["b", "RangeError: run 2", true]]);
    }
    expect(counted.runs).toBe(2);
  });

  test("remembers the latest outcomes only", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service, { rememberedReplies: 2 });
    for (const id of [1, 2, 3]) await server.ask([id, "run", [], {}]);
    expect(await server.ask([3, "run", [], {}])).toEqual([[3, 3, false]]);
    expect(await server.ask([1, "run", [], {}])).toEqual([[1, 4, false]]);
  });

  test("remembers a thousand unless told otherwise", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service);
    for (let id = 0; id < 1001; id++) await server.ask([id, "run", [], {}]);
    expect(await server.ask([1, "run", [], {}])).toEqual([[1, 2, false]]);
    expect(await server.ask([0, "run", [], {}])).toEqual([[0, 1002, false]]);
  });

  test("goes on with a method whose caller is gone, and keeps the outcome", async () => {
    let signal: AbortSignal | undefined;
    const gate = new Gate();
    const server = new TestZrpcServer({
      wait: withContext(async (call) => {
        ({ signal } = call);
        await gate.pass();
        return "done";
      }),
    });
    const peer = server.peer();
    peer.tell(["id", "wait", [], {}]);
    await server.settle();
    peer.leave();
    expect(signal?.aborted).toBe(false);
    const second = server.peer();
    second.tell(["id", "wait", [], {}]);
    gate.open();
    await server.settle();
    expect(second.values).toEqual([["id", "done", false]]);
    expect(await server.ask(["id", "wait", [], {}])).toEqual([["id", "done", false]]);
    expect(peer.values).toEqual([]);
  });

  test("lets another take the place of a request that waits and whose caller is gone", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service, { poolSize: 1 });
    const [busy, first, second] = [server.peer(), server.peer(), server.peer()];
    busy.tell(["busy", "wait", [], {}]);
    first.tell(["id", "run", [], {}]);
    second.tell(["id", "run", [], {}]);
    first.leave();
    counted.gate.open();
    await server.settle();
    expect(second.values).toEqual([["id", 2, false]]);
    expect(counted.runs).toBe(2);
    expect(server.core.openCalls).toBe(0);
  });

  test("forgets a request that was refused", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service, { poolSize: 1, maxQueuedCalls: 0 });
    server.peer().tell(["busy", "wait", [], {}]);
    const [[, text]] = (await server.ask(["id", "run", [], {}])) as [[unknown, string]];
    expect(text).toMatch(/^ResourceExhaustedError: .*maxQueuedCalls = 0/);
    counted.gate.open();
    await server.settle();
    expect(await server.ask(["id", "run", [], {}])).toEqual([["id", 2, false]]);
  });

  test("answers a stream with an error, each time", async () => {
    const server = new TestZrpcServer(counting().service);
    for (let i = 0; i < 2; i++) {
      const [[, text, failed]] = (await server.ask(["id", "stream", [], {}])) as [unknown[]];
      expect(text).toMatch(/^UnimplementedError: stream\(\) answers with a stream/);
      expect(failed).toBe(true);
    }
  });

  test("runs every request with the id nil, and tells apart ids of different types", async () => {
    const server = new TestZrpcServer(counting().service);
    const ids = [null, null, 1, "1", true, new Uint8Array([0x31]), 1.5];
    const answers: unknown[] = [];
    for (const id of ids) answers.push(...(await server.ask([id, "run", [], {}])));
    expect(answers).toEqual(ids.map((id, index) => [id, index + 1, false]));
  });

  test("closes while requests wait, run and are joined", async () => {
    const counted = counting();
    const server = new TestZrpcServer(counted.service, { poolSize: 1 });
    const peers = [server.peer(), server.peer(), server.peer(), server.peer()];
    for (const [index, peer] of peers.entries()) peer.tell([index % 2, "wait", [], {}]);
    await server.core.close();
    counted.gate.open();
    await server.settle();
    expect(counted.runs).toBe(1);
    for (const peer of peers) {
      expect(peer.values).toEqual([
        [expect.any(Number), expect.stringMatching(/^UnavailableError: /), true],
      ]);
    }
  });
});

describe("a server reads", () => {
  const service = {
    show: (first?: unknown, second?: unknown) => [first ?? null, second ?? null],
  };

  test.each([
    ["both forms", ["i", "show", [1], { second: 2 }], [1, 2]],
    ["a payload", ["i", "show", { a: [1] }], [{ a: [1] }, null]],
    ["nil as no payload", ["i", "show", null], [null, null]],
  ])("%s", async (_, request, expected) => {
    expect(await new TestZrpcServer(service).ask(request)).toEqual([["i", expected, false]]);
  });

  test.each([
    ["text for args", ["i", "show", "ab", {}], /expected args as an array, got string$/],
    ["nil for args", ["i", "show", null, {}], /expected args as an array, got nil$/],
    ["nil for kwargs", ["i", "show", [], null], /expected kwargs as a map .*, got nil$/],
    ["an array for kwargs", ["i", "show", [], [1]], /got an array$/],
    ["octets as keys", ["i", "show", [], new Map([[new Uint8Array(1), 1]])], /got a map$/],
    ["octets as method", ["i", new Uint8Array(1), [], {}], /text or nil, got octets$/],
    ["a number as method", ["i", 7, [], {}], /text or nil, got number$/],
    ["an array as method", ["i", ["show"], [], {}], /text or nil, got an array$/],
    ["unknown names", ["i", "show", [], { third: 1 }], /has no parameter "third"/],
    ["too many args", ["i", "show", [1, 2, 3], {}], /takes at most 2 arguments, got 3/],
  ])("%s and says what is wrong", async (_, request, expected) => {
    const server = new TestZrpcServer(service);
    const text = expect.stringMatching(expected) as unknown;
    expect(await server.ask(request)).toEqual([["i", text, true]]);
    expect(await server.ask(["next", "show", [], {}])).toEqual([["next", [null, null], false]]);
  });

  /** No array of three or four with an id. */
  const MALFORMED = {
    "no msgpack": "c1",
    nothing: "",
    "a number": "07",
    text: "a461626364",
    "a map of four": "84a16101a16202a16303a16404",
    "an array of five": "95a169a473686f77908005",
    "an array as id": "9491a169a473686f779080",
    "a map as id": "9480a473686f779080",
    "an extension as id": "94d40100a473686f779080",
    "a long id": `94c50401${"00".repeat(1025)}a473686f779080`,
    "a truncated id": "94d9ff61",
    "deep nesting": `94${"91".repeat(200)}`,
    "a huge array": "ddffffffff",
    "invalid utf-8 as id": "94a1ff",
  };

  test.each(Object.entries(MALFORMED))("%s as malformed", async (_, hex) => {
    const server = new TestZrpcServer(service);
    const [req, dealer] = [server.peer("REQ"), server.peer("DEALER")];
    for (const peer of [req, dealer]) peer.say(new Uint8Array(0), toOctets(hex));
    await server.settle();
    expect(req.frames).toEqual([["", ""]]);
    expect(dealer.frames).toEqual([]);
    expect(server.complaints).toHaveLength(2);
    expect(await server.ask(["next", "show", [], {}])).toEqual([["next", [null, null], false]]);
  });

  test.each([
    ["__proto__ as a key", "94a169a473686f7790 81a95f5f70726f746f5f5f01"],
    ["octets behind it", "94a169a473686f77908000"],
    ["what is cut off", "94a169a473686f7790"],
    ["invalid utf-8", "94a169a473686f7791a1ff80"],
    ["a huge array", "94a169a473686f77ddffffffff80"],
  ])("%s and names the request", async (_, hex) => {
    const server = new TestZrpcServer(service);
    const peer = server.peer();
    peer.say(new Uint8Array(0), toOctets(hex.replaceAll(" ", "")));
    await server.settle();
    const text = expect.stringMatching(/^TypeError: /) as unknown;
    expect(peer.values).toEqual([["i", text, true]]);
    expect(({} as Record<string, unknown>)["01"]).toBeUndefined();
  });

  test("what came through hubs, and answers the same way back", async () => {
    const server = new TestZrpcServer(service);
    const peer = server.peer();
    const payload = new MsgpackCodec().encode([1, "show", [], {}]);
    const hop = Uint8Array.of(1, 2, 3);
    peer.say(hop, new Uint8Array(0), payload);
    peer.say(payload);
    peer.say(hop, payload);
    await server.settle();
    expect(peer.frames.map((frames) => frames.slice(0, -1))).toEqual([["010203", ""], []]);
    expect(server.complaints).toHaveLength(1);
  });
});
