/** Hostile peers of zrpc. */

import { zrpc } from "../../../src/dialects/zrpc/dialect.ts";
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

const zrpcRequest = (...members: readonly unknown[]): Message => [EMPTY, packer.encode(members)];
const zrpcFailed = (id: unknown, name: string): unknown => [id, name, true];
const zrpcRaw = (id: string, args: Uint8Array): Message => [
  EMPTY,
  octets([0x94], packer.encode(id), packer.encode("echo"), args, [0x80]),
];

/** What comes of it is in docs/protocols/zrpc.md. */
export const zrpcTongue: Tongue = {
  dialect: zrpc(),
  good: (n) => ({
    messages: [zrpcRequest(`good ${n}`, "echo", [n], {})],
    answers: [[`good ${n}`, n, false]],
  }),
  read: (message) => {
    const [id, value, isError] = packer.decode(last(message)) as unknown[];
    return [id, isError === true ? String(value).split(":")[0] : value, isError];
  },
  attacks: {
    "wrong shapes": [
      silence([EMPTY, EMPTY]),
      silence(zrpcRequest()),
      silence(zrpcRequest("a", "echo", [1], {}, 5)),
      answered(
        [EMPTY, octets(packer.encode(["k", "echo", [1], {}]), [0xc0])],
        zrpcFailed("k", "TypeError"),
      ),
      silence([EMPTY, packer.encode({ a: 1 })]),
    ],
    "wrong types": [
      silence(zrpcRequest(["list"], "echo", [1], {})),
      answered(zrpcRequest("a", 7, [1], {}), zrpcFailed("a", "TypeError")),
      answered(zrpcRequest("b", "echo", "text", {}), zrpcFailed("b", "TypeError")),
      answered(zrpcRequest("c", "echo", [1], []), zrpcFailed("c", "TypeError")),
    ],
    "huge numbers": [
      answered(zrpcRequest("d", "echo", [2n ** 64n - 1n], {}), ["d", 2n ** 64n - 1n, false]),
      answered(zrpcRaw("e", octets(ENDLESS)), zrpcFailed("e", "TypeError")),
    ],
    "deep nesting": [answered(zrpcRaw("f", deepMsgpack), zrpcFailed("f", "TypeError"))],
    "__proto__ keys": [
      answered(
        zrpcRaw("g", octets([0x91, 0x81, 0xa9], "__proto__", [0x80])),
        zrpcFailed("g", "TypeError"),
      ),
      answered(
        [
          EMPTY,
          octets(
            [0x94],
            packer.encode("h"),
            packer.encode("echo"),
            [0x90, 0x81, 0xa9],
            "__proto__",
            [0x80],
          ),
        ],
        zrpcFailed("h", "TypeError"),
      ),
    ],
    "duplicate ids": [
      {
        messages: [zrpcRequest("i", "later", [1], {}), zrpcRequest("i", "later", [2], {})],
        answers: [
          ["i", 1, false],
          ["i", 1, false],
        ],
      },
    ],
    "replies nobody asked for": [
      answered(zrpcRequest("j", 5, false), zrpcFailed("j", "TypeError")),
    ],
    "pickles that try to import": [silence([EMPTY, IMPORTING]), silence([IMPORTING])],
  },
  answer: (asked, value) => {
    const [id] = packer.decode(last(asked)) as unknown[];
    return zrpcRequest(id, value, false);
  },
  unasked: [
    [EMPTY, IMPORTING],
    [EMPTY, octets(ENDLESS)],
    [EMPTY, deepMsgpack],
    zrpcRequest("none", 1, false),
    zrpcRequest("none", "TypeError: x", true),
    zrpcRequest("none", "echo", [], {}),
  ],
};
