/**
 * The translators of the five dialects, both sides of each.
 *
 * An input is one octet that says what socket the peer has, and pieces: the frames of messages, all
 * but the last frame of each of odd kind.
 *
 * @module
 */

import { wholeOctets } from "#dist/base/octets.js";
import { json, msgpack, netcall, pickle } from "#dist/dialects/netcall/index.js";
import { jsonrpc } from "#dist/dialects/jsonrpc/index.js";
import { multicall } from "#dist/dialects/multicall/index.js";
import { zerorpc } from "#dist/dialects/zerorpc/index.js";
import { zrpc } from "#dist/dialects/zrpc/index.js";
import type { Dialect, Translator } from "#dist/rpc/dialect.js";
import type { Failure } from "#dist/rpc/errors.js";
import type { ChannelRef, Message, OutgoingMessage, Packet } from "#dist/rpc/packet.js";

import { Random } from "../random.ts";
import { hex, messagesOf } from "../seeds.ts";
import { law, type Piece, readPieces, type Target, writePieces } from "../target.ts";

const SOCKETS = ["", "REQ", "REP", "DEALER", "ROUTER"] as const;
const MAX_INPUT_BYTES = 4096;
/** Numbers for ids, the same in every run. */
function numbers(): () => number {
  const source = new Random(1);
  return () => source.next() / 2 ** 32;
}

const limits = { maxDepth: 40, maxElements: 2000 } as const;

/** A dialect whose ids are the same in every run. */
export interface FuzzedDialect {
  readonly make: () => Dialect;
  /** The recording of its original. */
  readonly system: string;
  readonly words: readonly (string | Uint8Array)[];
}

/** All dialects. */
export const DIALECTS: Readonly<Record<string, FuzzedDialect>> = {
  zerorpc: {
    make: () => zerorpc({ random: numbers(), limits }),
    system: "zerorpc",
    words: [
      "message_id",
      "response_to",
      "_zpc_hb",
      "_zpc_more",
      "STREAM_DONE",
      "_zc_throw",
      hex("93"),
      hex("82"),
      hex("c420"),
      hex("c0"),
    ],
  },
  jsonrpc: {
    make: () => jsonrpc({ limits }),
    system: "jsonrpc",
    words: [
      '"jsonrpc": "2.0"',
      '"id": 1',
      '"method": "',
      '"params": [',
      '"result": ',
      '"error": {"code": -32601',
      "null",
    ],
  },
  netcall: {
    make: () =>
      netcall({ random: numbers(), serviceId: "fuzz", serializers: [json(), msgpack(), pickle()] }),
    system: "netcall",
    words: [
      "|",
      "ACK",
      "OK",
      "YIELD",
      "FAIL",
      "_SEND",
      "_THROW",
      "_CLOSE",
      "json",
      "msgpack",
      "pickle",
      "StopIteration",
    ],
  },
  zrpc: {
    make: () => zrpc({ random: numbers(), limits }),
    system: "zrpc",
    words: [hex("83"), hex("c403"), "args", "kwargs", "payload", "method", "deadline"],
  },
  multicall: {
    make: () => multicall(),
    system: "zerorpc_json",
    words: ['[["', "[], {}", "$error", "null", "traceback"],
  },
};

const FAILURE: Failure = {
  status: "internal",
  name: "RangeError",
  message: "it broke",
  details: { cup: 1 },
};

/** The messages of an input; the first octet is not theirs. */
export function messagesIn(input: Uint8Array): Message[] {
  const messages: Message[] = [];
  let frames: Uint8Array[] = [];
  for (const { kind, octets } of readPieces(input.subarray(1))) {
    frames.push(octets);
    if ((kind & 1) !== 0) continue;
    messages.push(frames);
    frames = [];
  }
  if (frames.length > 0) messages.push(frames);
  return messages;
}

/** The socket that an input gives to the peer. */
export function socketIn(input: Uint8Array): string {
  return SOCKETS[(input[0] ?? 0) % SOCKETS.length] as string;
}

/** An input of these messages. */
export function inputOf(socket: number, messages: readonly Message[]): Uint8Array {
  const pieces = messages.flatMap((frames) =>
    frames.map((octets, at): Piece => ({ kind: at < frames.length - 1 ? 1 : 0, octets })),
  );
  return Uint8Array.from([socket, ...writePieces(pieces)]);
}

const BASES = [1, [2, "x"], { a: null }] as const;

/** A client that has made two calls and waits, and what it said. */
function asking(dialect: Dialect, socketType: string): { client: Translator; said: Message[] } {
  const client = dialect.clientTranslator({ socketType });
  const said: Message[] = [];
  for (const method of ["add", "count"]) {
    const channel = client.open();
    const packet = { type: "request", channel, method, args: BASES, options: undefined } as const;
    const message = client.encode(packet);
    if (message !== undefined) said.push(message.map(wholeOctets));
  }
  return { client, said };
}

/** Everything that a server may say on a channel. */
function answersOn(channel: ChannelRef): Packet[] {
  return [
    { type: "stream", channel },
    { type: "item", channel, value: BASES, octets: 0 },
    { type: "credit", channel, items: 3 },
    { type: "heartbeat", channel },
    { type: "end", channel, value: undefined },
    { type: "result", channel, value: BASES },
    { type: "error", channel, failure: FAILURE },
  ];
}

function serve(dialect: Dialect, input: Uint8Array): void {
  const server = dialect.serverTranslator({ socketType: socketIn(input) });
  const kept = new Set<ChannelRef>();
  for (const message of messagesIn(input)) {
    dialect.recognises(message);
    const packets: Packet[] = [];
    server.decode(message, packets);
    law(packets.length <= 3000, `${packets.length} packets of one message`);
    for (const [at, packet] of packets.entries()) {
      // A session keeps a call once.
      if (packet.type === "request") kept.add(packet.channel);
      answer(server, packet, at);
      if (at % 2 === 1 && packet.channel !== undefined && kept.delete(packet.channel)) {
        server.release(packet.channel);
      }
    }
  }
}

function answer(server: Translator, packet: Packet, turn: number): void {
  const { channel } = packet;
  if (channel === undefined) return;
  if (packet.type === "request") {
    law(typeof packet.method === "string", "a method that is no text");
    law(Array.isArray(packet.args), "args that are no list");
  }
  if (packet.type === "malformed") {
    server.encode({ type: "error", channel, failure: FAILURE });
    return;
  }
  if (packet.type === "request") server.retain(channel);
  const answers = answersOn(channel);
  // A stream for every other one: the items, then its end.
  const said =
    turn % 2 === 0 ? answers.slice(0, 5) : answers.slice(5 + (turn % 3 === 0 ? 1 : 0), 7);
  for (const one of said) {
    server.encode(one);
    bundled(server, one);
  }
}

function ask(dialect: Dialect, input: Uint8Array): void {
  const { client } = asking(dialect, socketIn(input));
  for (const message of messagesIn(input)) {
    const packets: Packet[] = [];
    client.decode(message, packets);
    for (const { channel, type } of packets) {
      if (channel === undefined) continue;
      if (type === "result" || type === "error" || type === "end") client.release(channel);
      else if (type === "item") client.encode({ type: "next", channel, value: 1 });
      else if (type === "items") bundled(client, { type: "item", channel, value: 1, octets: 0 });
    }
  }
  client.openChannels();
}

/** Further items behind one, as they leave together: two by themselves, then several. */
function bundled(translator: Translator, { type, channel }: Packet): OutgoingMessage[] {
  const bundle =
    type === "item" && channel !== undefined ? translator.bundle?.(channel) : undefined;
  if (bundle === undefined) return [];
  for (const value of BASES) bundle.add(value);
  const earlier = bundle.takeEarlier();
  const last = bundle.take();
  for (let item = 0; item < 20; item++) bundle.add(item);
  return [earlier, last, bundle.take()];
}

/** What a server answers to {@link asking}, one input for each way to answer. */
export function honestAnswers(dialect: Dialect): Uint8Array[] {
  const inputs: Uint8Array[] = [];
  for (const [socket, socketType] of SOCKETS.entries()) {
    for (let way = 0; way < 3; way++) {
      const { said } = asking(dialect, socketType);
      const server = dialect.serverTranslator({ socketType });
      const answers: Message[] = [];
      for (const message of said) {
        const packets: Packet[] = [];
        server.decode(message, packets);
        for (const { channel } of packets) {
          if (channel === undefined) continue;
          server.retain(channel);
          const all = answersOn(channel);
          const chosen = way === 0 ? all.slice(0, 5) : [all[4 + way] as Packet];
          for (const one of chosen) {
            for (const answered of [server.encode(one), ...bundled(server, one)]) {
              if (answered !== undefined) answers.push(answered.map(wholeOctets));
            }
          }
        }
      }
      inputs.push(inputOf(socket, answers));
    }
  }
  return inputs;
}

/** What a client asks, one input for each socket. */
export function honestRequests(dialect: Dialect): Uint8Array[] {
  return SOCKETS.map((socketType, socket) => inputOf(socket, asking(dialect, socketType).said));
}

function recorded(system: string, from: "client" | "server"): Uint8Array[] {
  return messagesOf(system, from).map((pieces) => Uint8Array.from([0, ...pieces]));
}

function targetsOf(name: string, { make, system, words }: FuzzedDialect): Target[] {
  const shared = { words, sources: [`dialects/${name}/`], maxInputBytes: MAX_INPUT_BYTES };
  return [
    {
      ...shared,
      name: `${name}-server`,
      seeds: () => [...honestRequests(make()), ...recorded(system, "client")],
      run: (input) => serve(make(), input),
    },
    {
      ...shared,
      name: `${name}-client`,
      seeds: () => [...honestAnswers(make()), ...recorded(system, "server")],
      run: (input) => ask(make(), input),
    },
  ];
}

/** Both sides of all dialects. */
export const DIALECT_TARGETS: readonly Target[] = Object.entries(DIALECTS).flatMap(
  ([name, dialect]) => targetsOf(name, dialect),
);
