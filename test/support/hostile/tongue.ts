/** What hostile peers of all dialects have in common. */

import { encodeAscii } from "../../../src/base/text.ts";
import type { Codec } from "../../../src/codec/codec.ts";
import { JsonCodec } from "../../../src/codec/json.ts";
import { MsgpackCodec } from "../../../src/codec/msgpack.ts";
import type { Dialect } from "../../../src/rpc/dialect.ts";
import type { Message } from "../../../src/rpc/packet.ts";

/** What everybody tries. */
export const KINDS = [
  "wrong shapes",
  "wrong types",
  "huge numbers",
  "deep nesting",
  "__proto__ keys",
  "duplicate ids",
  "replies nobody asked for",
  "pickles that try to import",
] as const;

/** Messages and the answers to them, in their order; none is silence. */
export interface Attack {
  readonly messages: readonly Message[];
  readonly answers: readonly unknown[];
}

/** How a dialect is spoken, frame by frame. */
export interface Tongue {
  readonly dialect: Dialect;
  /** A request of `echo` with a number, and what is read out of the messages that answer it. */
  good(n: number): Attack;
  /** An answer as values. */
  read(message: Message): unknown;
  readonly attacks: Readonly<Record<(typeof KINDS)[number], readonly Attack[]>>;
  /** The answer with a value to a request that came from a client of ours. */
  answer(asked: Message, value: number): Message;
  /** What a server may send to a client that asked for none of it; none of it ends a call. */
  readonly unasked: readonly Message[];
}

export const EMPTY = new Uint8Array(0);
const DEPTH = 10_000;
export const IMPORTING = encodeAscii("cos\nsystem\n(S'id'\ntR.");
/** Nothing comes back. */
export const silence = (...messages: readonly Message[]): Attack => ({ messages, answers: [] });
/** One message and its answers. */
export const answered = (message: Message, ...answers: readonly unknown[]): Attack => ({
  messages: [message],
  answers,
});

export function last(message: Message): Uint8Array {
  return message.at(-1) ?? EMPTY;
}
export const nested = (open: string, close: string): string =>
  open.repeat(DEPTH) + close.repeat(DEPTH);

export const packer = new MsgpackCodec();
export const jsonReader: Codec = new JsonCodec();

export function octets(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === "string" ? encodeAscii(part) : part)]),
  );
}
export const deepMsgpack = octets(
  Array.from({ length: DEPTH }, () => 0x91),
  [0xc0],
);
export const ENDLESS = [0xdd, 0xff, 0xff, 0xff, 0xff];
