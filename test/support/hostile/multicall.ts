/** Hostile peers of multicall. */

import { encodeAscii } from "../../../src/base/text.ts";
import { multicall } from "../../../src/dialects/multicall/dialect.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import { EMPTY, IMPORTING, answered, nested, jsonReader, last, type Tongue } from "./tongue.ts";

const listed = (value: string): Message => [EMPTY, new TextEncoder().encode(value)];
const bad = ["TypeError"];

/** What comes of it is in docs/protocols/multicall.md. */
export const multicallTongue: Tongue = {
  dialect: multicall(),
  good: (n) => ({ messages: [listed(`[["echo", [${n}], {}]]`)], answers: [[n]] }),
  read: (message) =>
    (jsonReader.decode(last(message)) as Record<string, unknown>[]).map((one) =>
      one["success"] === true ? one["result"] : one["error_type"],
    ),
  attacks: {
    "wrong shapes": [
      answered(listed("{"), bad),
      answered(listed("{}"), bad),
      answered(listed("[]"), []),
      answered(listed('["echo", [1], {}]'), ["TypeError", "TypeError", "TypeError"]),
      answered([...listed('[["echo", [1], {}]]'), EMPTY], bad),
    ],
    "wrong types": [
      answered(listed('[[1, [1], {}], ["echo", 7, {}], ["echo", [1], []], ["echo", [1], {}]]'), [
        "TypeError",
        "TypeError",
        "TypeError",
        1,
      ]),
    ],
    "huge numbers": [
      answered(listed(`[["echo", [${"9".repeat(400)}], {}]]`), [BigInt("9".repeat(400))]),
      answered(listed(`[["echo", [${"9".repeat(100_000)}], {}]]`), bad),
    ],
    "deep nesting": [answered(listed(nested("[", "]")), bad)],
    "__proto__ keys": [
      answered(listed('[["echo", [{"__proto__": 1}], {}]]'), bad),
      answered(listed('[["echo", [1], {"__proto__": 1}]]'), bad),
    ],
    "duplicate ids": [
      {
        messages: [
          [encodeAscii("id"), ...listed('[["later", [1], {}]]')],
          [encodeAscii("id"), ...listed('[["later", [2], {}]]')],
        ],
        answers: [[1], [2]],
      },
    ],
    "replies nobody asked for": [answered(listed('[{"success": true, "result": 1}]'), bad)],
    "pickles that try to import": [answered([EMPTY, IMPORTING], bad)],
  },
  answer: (asked, value) => [
    ...asked.slice(0, -1),
    new TextEncoder().encode(`[{"success":true,"result":${value}}]`),
  ],
  unasked: [
    listed("{"),
    listed('[{"success": true, "result": 1}]'),
    [Uint8Array.of(9, 9, 9, 9), ...listed('[{"success": true, "result": 1}]')],
    [Uint8Array.of(9, 9, 9, 9), EMPTY, IMPORTING],
    listed(nested("[", "]")),
    [EMPTY],
  ],
};
