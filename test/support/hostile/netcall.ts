/** Hostile peers of netcall. */

import { encodeAscii } from "../../../src/base/text.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import { answerOf, everything, frames, request } from "../netcall.ts";
import {
  EMPTY,
  IMPORTING,
  silence,
  answered,
  nested,
  ENDLESS,
  octets,
  type Tongue,
} from "./tongue.ts";

const netFailed = (id: string): unknown => [id, "FAIL", "TypeError"];
const parts = (id: string, ...rest: readonly (string | Uint8Array)[]): Message =>
  frames("|", id, "echo", ...rest);
const acked = (id: string, ...answers: readonly unknown[]): readonly unknown[] => [
  [id, "ACK"],
  ...answers,
];

/** What comes of it is in docs/protocols/netcall.md. */
export const netcallTongue: Tongue = {
  dialect: everything(),
  good: (n) => ({
    messages: [request(`${n}`, "echo", [n])],
    answers: acked(`${n}`, [`${n}`, "OK", n]),
  }),
  read: (message) => {
    const [id, type, value] = answerOf(message);
    if (type === "ACK") return [id, type];
    return [id, type, type === "FAIL" ? (value as { ename: string }).ename : value];
  },
  attacks: {
    "wrong shapes": [
      silence(frames("no", "boundary"), frames("|"), frames("|", "a", "echo", "[]")),
      answered(parts("a", "[1]", "{}"), ...acked("a", netFailed("a"))),
      answered(parts("a", "nonsense", "{}", "0"), ...acked("a", netFailed("a"))),
    ],
    "wrong types": [
      answered(parts("a", "5", "{}", "0"), ...acked("a", netFailed("a"))),
      answered(parts("a", "[1]", "[]", "0"), ...acked("a", netFailed("a"))),
      answered(parts("a", "[1]", "{}", "zero"), ...acked("a", netFailed("a"))),
    ],
    "huge numbers": [
      answered(
        parts("a", `[${"9".repeat(400)}]`, "{}", "0"),
        ...acked("a", ["a", "OK", BigInt("9".repeat(400))]),
      ),
      answered(parts("a", `[${"9".repeat(100_000)}]`, "{}", "0"), ...acked("a", netFailed("a"))),
      answered(
        parts("a", octets(ENDLESS), Uint8Array.of(0x80), "0"),
        ...acked("a", netFailed("a")),
      ),
      answered(parts("a", "[1]", "{}", "9".repeat(100)), ...acked("a", netFailed("a"))),
    ],
    "deep nesting": [
      answered(parts("a", nested("[", "]"), "{}", "0"), ...acked("a", netFailed("a"))),
    ],
    "__proto__ keys": [
      answered(parts("a", '[{"__proto__": 1}]', "{}", "0"), ...acked("a", netFailed("a"))),
      answered(parts("a", "[1]", '{"__proto__": 1}', "0"), ...acked("a", netFailed("a"))),
    ],
    "duplicate ids": [
      {
        messages: [request("a", "later", [1]), request("a", "later", [2])],
        answers: [
          ["a", "ACK"],
          ["a", "ACK"],
          ["a", "OK", 1],
          ["a", "OK", 2],
        ],
      },
    ],
    "replies nobody asked for": [
      silence(
        frames("|", "none", "OK", "1"),
        frames("|", "none", "ACK", "x"),
        frames("|", "none", "FAIL", "{}"),
      ),
    ],
    "pickles that try to import": [
      answered(parts("a", IMPORTING, "}.", "0"), ...acked("a", netFailed("a"))),
      answered(parts("a", "(I1\nt.", "(cos\nsystem\n.", "0"), ...acked("a", netFailed("a"))),
    ],
  },
  answer: (asked, value) => {
    const [boundary, id] = asked;
    return [boundary ?? EMPTY, id ?? EMPTY, encodeAscii("OK"), encodeAscii(`${value}`)];
  },
  unasked: [
    frames("no", "boundary"),
    frames("|"),
    frames("|", "none", "OK", "1"),
    frames("|", "none", "FAIL", "{"),
    frames("|", "none", "OK", IMPORTING),
    frames("|", "none", "WHAT", nested("[", "]")),
  ],
};
