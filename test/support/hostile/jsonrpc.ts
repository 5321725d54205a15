/** Hostile peers of jsonrpc. */

import { jsonrpc } from "../../../src/dialects/jsonrpc/dialect.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import { IMPORTING, answered, nested, jsonReader, last, type Tongue } from "./tongue.ts";

const text = (value: string): Message => [new TextEncoder().encode(value)];
const call = (id: string, params: string, method: string = "echo"): Message =>
  text(`{"jsonrpc": "2.0", "method": "${method}", "params": ${params}, "id": ${id}}`);
const failed = (id: unknown, code: number): unknown => ({ id, code });

/** What comes of it is in docs/protocols/jsonrpc.md. */
export const jsonrpcTongue: Tongue = {
  dialect: jsonrpc(),
  good: (n) => ({ messages: [call(`${n}`, `[${n}]`)], answers: [{ id: n, result: n }] }),
  read: (message) => {
    const answer = jsonReader.decode(last(message)) as Record<string, unknown>;
    if (Array.isArray(answer)) return answer.map((one: Record<string, unknown>) => short(one));
    return short(answer);
  },
  attacks: {
    "wrong shapes": [
      answered(text("{"), failed(null, -32700)),
      answered(text("[]"), failed(null, -32600)),
      answered(text("[1]"), [failed(null, -32600)]),
      answered(text("{}"), failed(null, -32600)),
      answered([Uint8Array.of(0xff, 0xfe)], failed(null, -32700)),
    ],
    "wrong types": [
      answered(text('{"jsonrpc": "2.0", "method": 1, "id": 7}'), failed(7, -32600)),
      answered(call('"x"', '"text"'), failed("x", -32600)),
      answered(call("{}", "[]"), failed(null, -32600)),
      answered(call('"x"', '{"other": 1}'), failed("x", -32602)),
    ],
    "huge numbers": [
      answered(call("9".repeat(400), `[${"8".repeat(400)}]`), {
        id: BigInt("9".repeat(400)),
        result: BigInt("8".repeat(400)),
      }),
      // Infinity, which the answer cannot say.
      answered(call('"x"', "[1e999]"), failed("x", -32603)),
      answered(call('"x"', `[${"9".repeat(100_000)}]`), failed(null, -32700)),
    ],
    "deep nesting": [answered(text(nested("[", "]")), failed(null, -32700))],
    "__proto__ keys": [
      answered(call('"x"', '[{"__proto__": {"admin": true}}]'), failed(null, -32700)),
      answered(
        text('{"__proto__": 1, "jsonrpc": "2.0", "method": "echo", "id": 1}'),
        failed(null, -32700),
      ),
    ],
    "duplicate ids": [
      {
        messages: [call("7", "[1]", "later"), call("7", "[2]", "later")],
        answers: [
          { id: 7, result: 1 },
          { id: 7, result: 2 },
        ],
      },
    ],
    "replies nobody asked for": [
      answered(text('{"jsonrpc": "2.0", "result": 1, "id": 99}'), failed(99, -32600)),
    ],
    "pickles that try to import": [answered([IMPORTING], failed(null, -32700))],
  },
  answer: (asked, value) => {
    const { id } = jsonReader.decode(last(asked)) as { id: number };
    return text(`{"jsonrpc": "2.0", "result": ${value}, "id": ${id}}`);
  },
  unasked: [
    text("{"),
    text("5"),
    [IMPORTING],
    text(nested("[", "]")),
    text('{"__proto__": 1, "id": 1, "result": 1}'),
    text('{"jsonrpc": "2.0", "result": 1, "id": 99}'),
    text('{"jsonrpc": "2.0", "error": {"code": 1, "message": "x"}, "id": null}'),
    text('{"jsonrpc": "2.0", "method": "nobody_listens", "params": []}'),
  ],
};

function short(answer: Readonly<Record<string, unknown>>): unknown {
  const error = answer["error"] as { code: number } | undefined;
  return error === undefined
    ? { id: answer["id"], result: answer["result"] }
    : failed(answer["id"], error.code);
}
