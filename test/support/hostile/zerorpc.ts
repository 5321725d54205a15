/** Hostile peers of zerorpc. */

import { decodeAscii, encodeAscii } from "../../../src/base/text.ts";
import { zerorpc } from "../../../src/dialects/zerorpc/dialect.ts";
import type { Message } from "../../../src/rpc/packet.ts";
import {
  EMPTY,
  IMPORTING,
  silence,
  answered,
  packer,
  deepMsgpack,
  ENDLESS,
  last,
  octets,
  type Tongue,
} from "./tongue.ts";

const header = (id: string): unknown => ({ message_id: encodeAscii(id), v: 3 });
const event = (...parts: readonly unknown[]): Message => [EMPTY, packer.encode(parts)];
const rawEvent = (id: string, args: Uint8Array): Message => [
  EMPTY,
  octets([0x93], packer.encode(header(id)), packer.encode("echo"), args),
];
const typeError = (id: string): unknown => [id, "ERR", "TypeError"];

/** What comes of it is in docs/protocols/zerorpc.md. */
export const zerorpcTongue: Tongue = {
  dialect: zerorpc(),
  good: (n) => ({
    messages: [event(header(`good ${n}`), "echo", [n])],
    answers: [[`good ${n}`, "OK", n]],
  }),
  read: (message) => {
    const [head, name, args] = packer.decode(last(message)) as [
      Record<string, Uint8Array>,
      string,
      unknown[],
    ];
    return [decodeAscii(head["response_to"] ?? EMPTY), name, args[0]];
  },
  attacks: {
    "wrong shapes": [
      silence([EMPTY, EMPTY]),
      silence([EMPTY, packer.encode({ a: 1 })]),
      silence(event(header("a"), "echo")),
      silence(event(header("a"), "echo", [], [])),
      silence([EMPTY, octets([0x93, 0x82])]),
      silence(Array.from({ length: 20 }, () => encodeAscii("hop"))),
    ],
    "wrong types": [
      silence(event(1, "echo", [])),
      silence(event({ v: 3 }, "echo", [1])),
      answered(event(header("a"), "echo", null), typeError("a")),
      answered(event(header("a"), "echo", 7), typeError("a")),
      answered(event(header("a"), 7, [1]), ["a", "ERR", "NameError"]),
    ],
    "huge numbers": [
      answered(event(header("a"), "echo", [2n ** 64n - 1n]), ["a", "OK", 2n ** 64n - 1n]),
      answered(rawEvent("a", octets(ENDLESS)), typeError("a")),
      answered(rawEvent("a", octets([0x91, 0xc6, 0xff, 0xff, 0xff, 0xff])), typeError("a")),
    ],
    "deep nesting": [answered(rawEvent("a", deepMsgpack), typeError("a"))],
    "__proto__ keys": [
      answered(rawEvent("a", octets([0x91, 0x81, 0xa9], "__proto__", [0x80])), typeError("a")),
      silence([
        EMPTY,
        octets(
          [0x93, 0x82],
          packer.encode("message_id"),
          packer.encode("a"),
          [0xa9],
          "__proto__",
          [0x80],
          packer.encode("echo"),
          [0x90],
        ),
      ]),
    ],
    "duplicate ids": [
      {
        messages: [event(header("a"), "later", [1]), event(header("a"), "later", [2])],
        answers: [
          ["a", "OK", 1],
          ["a", "OK", 2],
        ],
      },
    ],
    "replies nobody asked for": [
      silence(
        ...["OK", "ERR", "STREAM", "STREAM_DONE", "_zpc_more", "_zpc_hb"].map((name) =>
          event(
            { message_id: encodeAscii("b"), response_to: encodeAscii("none"), v: 3 },
            name,
            [1],
          ),
        ),
      ),
    ],
    "pickles that try to import": [silence([EMPTY, IMPORTING]), silence([IMPORTING])],
  },
  answer: (asked, value) => {
    const [head] = packer.decode(last(asked)) as [Record<string, unknown>];
    const { message_id: response_to } = head;
    return event({ message_id: encodeAscii("r"), response_to, v: 3 }, "OK", [value]);
  },
  unasked: [
    [EMPTY, EMPTY],
    [EMPTY, IMPORTING],
    [EMPTY, octets(ENDLESS)],
    [EMPTY, deepMsgpack],
    event({ message_id: encodeAscii("b"), response_to: encodeAscii("none"), v: 3 }, "OK", [1]),
    event({ message_id: encodeAscii("b"), v: 3 }, "echo", [1]),
  ],
};
