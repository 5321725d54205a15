/** The examples of JSON-RPC 2.0, section 7, octet for octet up to blanks and the order of members. */

import { describe, expect, test } from "vitest";
import { JsonrpcClient, JsonrpcServer } from "../../support/jsonrpc.ts";

const heard: unknown[] = [];
const service = {
  subtract: (minuend: number, subtrahend: number) => minuend - subtrahend,
  update: (...numbers: number[]) => void heard.push(numbers),
  notify_hello: (n: number) => void heard.push(n),
  notify_sum: (...numbers: number[]) => void heard.push(numbers),
  sum: (...numbers: number[]) => numbers.reduce((a, b) => a + b, 0),
  get_data: () => ["hello", 5],
};

/** What the specification shows on one line, and what a server says to it. */
const SINGLE: readonly (readonly [string, string, string | undefined])[] = [
  [
    "positional parameters",
    '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
    '{"jsonrpc": "2.0", "result": 19, "id": 1}',
  ],
  [
    "positional parameters the other way round",
    '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
    '{"jsonrpc": "2.0", "result": -19, "id": 2}',
  ],
  [
    "named parameters",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    '{"jsonrpc": "2.0", "result": 19, "id": 3}',
  ],
  [
    "named parameters in the other order",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    '{"jsonrpc": "2.0", "result": 19, "id": 4}',
  ],
  ["a notification", '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', undefined],
  ["a notification of no method", '{"jsonrpc": "2.0", "method": "foobar"}', undefined],
  [
    "a method that does not exist",
    '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
    '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}',
  ],
  [
    "invalid JSON",
    '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  ],
  [
    "an invalid request",
    '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  ],
  [
    "a batch of invalid JSON",
    '[\n  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},\n  {"jsonrpc": "2.0", "method"\n]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  ],
  [
    "an empty array",
    "[]",
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  ],
  [
    "an invalid batch",
    "[1]",
    '[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]',
  ],
  [
    "an invalid batch of three",
    "[1,2,3]",
    '[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}, ' +
      '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}, ' +
      '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]',
  ],
  [
    "a batch",
    `[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
    '[{"jsonrpc": "2.0", "result": 7, "id": "1"}, {"jsonrpc": "2.0", "result": 19, "id": "2"}, ' +
      '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}, ' +
      '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"}, ' +
      '{"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}]',
  ],
  [
    "a batch of notifications",
    '[\n  {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},\n  {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}\n]',
    undefined,
  ],
];

describe("a server answers", () => {
  test.each(SINGLE)("%s", async (_name, said, answered) => {
    const server = new JsonrpcServer(service);
    expect(await server.ask(said)).toEqual(answered === undefined ? [] : [answered]);
  });

  test("notifications by running their methods", async () => {
    heard.length = 0;
    const server = new JsonrpcServer(service);
    for (const [, said, answered] of SINGLE) if (answered === undefined) await server.ask(said);
    expect(heard).toEqual([[1, 2, 3, 4, 5], [1, 2, 4], 7]);
  });
});

describe("a client asks", () => {
  test("as the specification does, and reads its answers", async () => {
    const client = new JsonrpcClient();
    const server = client.peer();
    const positional = client.caller.call("subtract", [42, 23]);
    const reversed = client.caller.call("subtract", [23, 42]);
    const named = client.caller.call("subtract", { subtrahend: 23, minuend: 42 });
    const other = client.caller.call("subtract", { minuend: 42, subtrahend: 23 });
    await client.caller.notify("update", [1, 2, 3, 4, 5]);
    expect(server.take().flat()).toEqual([
      ...SINGLE.slice(0, 4).map(([, said]) => said),
      '{"jsonrpc": "2.0", "method": "update", "params": [1, 2, 3, 4, 5]}',
    ]);
    for (const [, , answered] of SINGLE.slice(0, 4)) server.say(answered ?? "");
    expect(await Promise.all([positional, reversed, named, other])).toEqual([19, -19, 19, 19]);
  });
});
