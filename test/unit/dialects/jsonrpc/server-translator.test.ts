import { describe, expect, test } from "vitest";
import { withContext } from "../../../../src/rpc/context.ts";
import { RpcError } from "../../../../src/rpc/errors.ts";
import { JsonrpcServer } from "../../../support/jsonrpc.ts";

const REFUSED =
  '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": ';
const NO_JSON =
  '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}';

function ask(id: string, method = "echo", params = '["x"]'): string {
  return `{"jsonrpc": "2.0", "method": "${method}", "params": ${params}, "id": ${id}}`;
}

const echo = { echo: (value?: unknown) => value };

describe("frames", () => {
  test("a REQ peer gets the delimiter, a DEALER peer gets none", () => {
    const server = new JsonrpcServer(echo);
    const answer = '{"jsonrpc": "2.0", "result": "x", "id": 1}';
    const [req, dealer] = [server.peer("REQ"), server.peer("DEALER")];
    req.say("", ask("1"));
    dealer.say(ask("1"));
    dealer.say("", ask("1"));
    expect(req.take()).toEqual([["", answer]]);
    expect(dealer.take()).toEqual([[answer], [answer]]);
  });

  test("what came through proxies goes back through them, also when it takes a while", async () => {
    const waits: ((value: unknown) => void)[] = [];
    const server = new JsonrpcServer({ wait: () => new Promise((resolve) => waits.push(resolve)) });
    const peer = server.peer("DEALER");
    const route = [Uint8Array.of(0, 1, 2, 3, 4), new TextEncoder().encode("hop")];
    peer.say(...route, "", ask('"a"', "wait", "{}"));
    // The chunk that the frames were views of is used again.
    for (const frame of route) frame.fill(0x2a);
    waits[0]?.(1);
    await server.settle();
    expect(peer.heard[0]?.slice(0, 3)).toEqual([
      Uint8Array.of(0, 1, 2, 3, 4),
      new TextEncoder().encode("hop"),
      new Uint8Array(0),
    ]);
  });

  test("a payload of several frames is joined", () => {
    const server = new JsonrpcServer(echo);
    const peer = server.peer();
    const text = ask("1");
    peer.say(text.slice(0, 9), text.slice(9, 20), text.slice(20), "");
    peer.say("", text.slice(0, 9), text.slice(9));
    expect(peer.take()).toHaveLength(2);
    expect(server.complaints).toEqual([]);
  });

  test.each([[Array.from({ length: 17 }, () => "hop")], [["x".repeat(256)]]])(
    "more routing frames than proxies add are not answered",
    (route) => {
      const server = new JsonrpcServer(echo);
      const peer = server.peer();
      peer.say(...route, "", ask("1"));
      expect(peer.take()).toEqual([]);
      expect(server.complaints).toHaveLength(1);
    },
  );
});

describe("requests", () => {
  test.each(["1", "0", "-7", "2.5", "12345678901234567890", '"1"', '""', '"\\u2603"'])(
    "the id %s goes back as it came",
    async (id) => {
      const [answer = ""] = await new JsonrpcServer(echo).ask(ask(id));
      expect(answer).toBe(
        `{"jsonrpc": "2.0", "result": "x", "id": ${id.replace("\\u2603", "\u2603")}}`,
      );
    },
  );

  test.each(["true", "[]", "{}", `"${"x".repeat(1025)}"`])("the id %s is none", async (id) => {
    expect(await new JsonrpcServer(echo).ask(ask(id))).toEqual([`${REFUSED}null}`]);
  });

  test("the id null makes a notification, or a call where one is wanted", async () => {
    expect(await new JsonrpcServer(echo).ask(ask("null"))).toEqual([]);
    expect(await new JsonrpcServer(echo, { nullIds: "call" }).ask(ask("null"))).toEqual([
      '{"jsonrpc": "2.0", "result": "x", "id": null}',
    ]);
  });

  test.each([
    ['{"jsonrpc": "2.0", "method": "echo", "id": 1}', "no params"],
    ['{"jsonrpc": "2.0", "method": "echo", "params": null, "id": 1}', "null"],
    ['{"jsonrpc": "1.0", "method": "echo", "params": {}, "id": 1}', "another version"],
  ])("%s is understood: %s", async (text) => {
    expect(await new JsonrpcServer(echo).ask(text)).toEqual([
      '{"jsonrpc": "2.0", "result": null, "id": 1}',
    ]);
  });

  test.each([
    ["null", "null"],
    ["1", "null"],
    ['"text"', "null"],
    ["{}", "null"],
    ['{"method": "echo", "id": 3}', "3"],
    ['{"jsonrpc": "2.0", "id": "a"}', '"a"'],
    ['{"jsonrpc": "2.0", "method": ["echo"], "id": 3}', "3"],
    ['{"jsonrpc": "2.0", "method": "echo", "params": "x", "id": 3}', "3"],
    ['{"jsonrpc": "2.0", "method": "echo", "params": 0, "id": 3}', "3"],
    ['{"jsonrpc": "2.0", "result": 1, "id": 3}', "3"],
  ])("%s is no request", async (text, id) => {
    const server = new JsonrpcServer(echo);
    expect(await server.ask(text)).toEqual([`${REFUSED}${id}}`]);
    expect(server.complaints).toHaveLength(1);
  });

  test.each([
    "",
    " ",
    "{",
    "not json",
    '{"jsonrpc": "2.0", "method": "echo", "params": {"__proto__": {"polluted": 1}}, "id": 1}',
    "[".repeat(1000),
    new Uint8Array([0x22, 0xff, 0x22]),
  ])("%j is not read", async (text) => {
    expect(await new JsonrpcServer(echo).ask(text)).toEqual([NO_JSON]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("names match exactly, and then in lower case with underscores", async () => {
    const server = new JsonrpcServer({
      get_data: () => 1,
      Get: () => 2,
      get: () => 3,
      a: { b: () => 4 },
    });
    for (const [name, result] of [
      ["get_data", 1],
      ["Get-Data", 1],
      ["Get", 2],
      ["GET", 3],
      ["A.B", 4],
    ] as const) {
      expect(await server.ask(ask("1", name, "[]"))).toEqual([
        `{"jsonrpc": "2.0", "result": ${result}, "id": 1}`,
      ]);
    }
  });

  test("arguments by name go to their parameters, and those that do not fit are named", async () => {
    const server = new JsonrpcServer({ sub: (a: number, b: number) => a - b });
    expect(await server.ask(ask("1", "sub", '{"b": 1, "a": 3}'))).toEqual([
      '{"jsonrpc": "2.0", "result": 2, "id": 1}',
    ]);
    const [answer = ""] = await server.ask(ask("1", "sub", '{"a": 1, "c": 3}'));
    expect(JSON.parse(answer)).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('no parameter "c"') as string },
    });
  });

  test.each(["constructor", "__proto__", "toString", "echo.constructor", "_hidden", ""])(
    "the name %j reaches nothing",
    async (name) => {
      const server = new JsonrpcServer({ ...echo, _hidden: () => 1 });
      const [answer = ""] = await server.ask(ask("1", name));
      expect(JSON.parse(answer)).toMatchObject({ error: { code: -32601 } });
    },
  );

  test("two with the same id at once are both answered", async () => {
    const waits: ((value: unknown) => void)[] = [];
    const server = new JsonrpcServer({ wait: () => new Promise((resolve) => waits.push(resolve)) });
    const peer = server.peer();
    peer.say(ask("1", "wait", "[]"));
    peer.say(ask("1", "wait", "[]"));
    waits[1]?.("second");
    waits[0]?.("first");
    await server.settle();
    expect(peer.take().flat()).toEqual([
      '{"jsonrpc": "2.0", "result": "second", "id": 1}',
      '{"jsonrpc": "2.0", "result": "first", "id": 1}',
    ]);
  });

  test("a stream and a result without words are errors", async () => {
    const server = new JsonrpcServer({
      *stream() {
        yield 1;
      },
      nan: () => Number.NaN,
    });
    const [stream = ""] = await server.ask(ask("1", "stream", "[]"));
    expect(JSON.parse(stream)).toMatchObject({ error: { code: -32012 } });
    const [nan = ""] = await server.ask(ask("1", "nan", "[]"));
    expect(JSON.parse(nan)).toMatchObject({ error: { code: -32603 } });
  });

  test("details that cannot be written are left out, the error arrives", async () => {
    const server = new JsonrpcServer({
      fail: () => {
        throw new RpcError("not_found", "gone", { details: () => 1 });
      },
    });
    const [answer = ""] = await server.ask(ask("1", "fail", "[]"));
    expect(JSON.parse(answer)).toMatchObject({ error: { code: -32005, message: "gone" } });
  });

  test("beyond maxCallsPerPeer they are refused", async () => {
    const never = { wait: () => new Promise(() => undefined) };
    const server = new JsonrpcServer(never, {}, { maxCallsPerPeer: 1 });
    const peer = server.peer();
    peer.say(`[${ask("1", "wait", "[]")}, ${ask("2", "wait", "[]")}]`);
    peer.say(ask("3", "wait", "[]"));
    expect(peer.texts.map(([text = ""]) => (JSON.parse(text) as { id: unknown }).id)).toEqual([3]);
    await server.core.close();
    const batch = JSON.parse(peer.texts[1]?.[0] ?? "") as { error: { code: number } }[];
    expect(batch.map(({ error }) => error.code)).toEqual([-32014, -32008]);
  });
});

describe("batches", () => {
  test("answer in the order of the requests when the last one is over", async () => {
    const waits: ((value: unknown) => void)[] = [];
    const server = new JsonrpcServer({
      ...echo,
      wait: () => new Promise((resolve) => waits.push(resolve)),
    });
    const peer = server.peer("REQ");
    peer.say("", `[${ask("1", "wait", "[]")}, ${ask("2")}, 7, ${ask("3", "wait", "[]")}]`);
    waits[1]?.("three");
    await server.settle();
    expect(peer.take()).toEqual([]);
    waits[0]?.("one");
    await server.settle();
    expect(peer.take()).toEqual([
      [
        "",
        '[{"jsonrpc": "2.0", "result": "one", "id": 1}, {"jsonrpc": "2.0", "result": "x", "id": 2}, ' +
          `${REFUSED}null}, {"jsonrpc": "2.0", "result": "three", "id": 3}]`,
      ],
    ]);
  });

  test("a batch inside of a batch is no request", async () => {
    expect(await new JsonrpcServer(echo).ask(`[[${ask("1")}]]`)).toEqual([`[${REFUSED}null}]`]);
  });

  test("a peer that leaves while one runs leaves nothing behind", async () => {
    const server = new JsonrpcServer({ ...echo, wait: () => new Promise(() => undefined) });
    const peer = server.peer();
    peer.say(`[${ask("1", "wait", "[]")}, ${ask("2")}]`);
    expect(server.core.openCalls).toBe(1);
    peer.leave();
    expect(server.core.openCalls).toBe(0);
    expect(peer.take()).toEqual([]);
  });
});

describe("a PUSH peer", () => {
  test("is never answered: notifications run, calls and nonsense are dropped", () => {
    const heard: unknown[] = [];
    const server = new JsonrpcServer({ record: (value: unknown) => void heard.push(value) });
    const peer = server.peer("PUSH");
    peer.say('{"jsonrpc": "2.0", "method": "record", "params": [1]}');
    peer.say(ask("1", "record"));
    peer.say("nonsense");
    peer.say("[]");
    peer.say(`[${ask("1", "record")}, {"jsonrpc": "2.0", "method": "record", "params": [2]}, 3]`);
    expect(heard).toEqual([1, 2]);
    expect(peer.take()).toEqual([]);
    expect(server.complaints).toHaveLength(5);
  });
});

describe("notifications to the peer", () => {
  const notifying = {
    tell: withContext((call) => {
      void call.notify("named-event", { a: 1 });
      void call.notify("event");
      return call.notifiable;
    }),
  };

  test("a DEALER gets them without id and with params", () => {
    const peer = new JsonrpcServer(notifying).peer();
    peer.say(ask("1", "tell", "[]"));
    expect(peer.take().flat()).toEqual([
      '{"jsonrpc": "2.0", "method": "named-event", "params": {"a": 1}}',
      '{"jsonrpc": "2.0", "method": "event", "params": {}}',
      '{"jsonrpc": "2.0", "result": true, "id": 1}',
    ]);
  });

  test("a REQ peer cannot get any", () => {
    const peer = new JsonrpcServer(notifying).peer("REQ");
    peer.say("", ask("1", "tell", "[]"));
    expect(JSON.parse(peer.texts[0]?.[1] ?? "")).toMatchObject({ error: { code: -32012 } });
  });
});
