/**
 * Greeting, frames, commands, properties, and a connection with the mechanism NULL.
 *
 * @module
 */

import { decodeCommand, decodeErrorReason, decodePing, encodeCommand } from "#dist/zmtp/command.js";
import { Connection } from "#dist/zmtp/connection.js";
import type { ConnectionEvent } from "#dist/zmtp/connection-event.js";
import { ZmtpError } from "#dist/zmtp/errors.js";
import { FrameDecoder } from "#dist/zmtp/frame-decoder.js";
import { FrameEncoder } from "#dist/zmtp/frame-encoder.js";
import { encodeGreeting, GreetingDecoder } from "#dist/zmtp/greeting.js";
import { decodeMetadata, encodeMetadata, identifyPeer } from "#dist/zmtp/metadata.js";
import { nullMechanism } from "#dist/zmtp/null-mechanism.js";
import type { SocketType } from "#dist/zmtp/socket-type.js";

import { sameOctets } from "../same.ts";
import { hex, streamsOf } from "../seeds.ts";
import { law, type Target, utf8 } from "../target.ts";

const SOCKET_TYPES: readonly SocketType[] = [
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PUSH",
  "PULL",
  "PUB",
  "SUB",
  "XPUB",
  "XSUB",
  "PAIR",
];
const MAX_INPUT_BYTES = 2048;
const MAX_FRAME_BYTES = 1000;
/** More than any connection here may hold: the largest message and command, and a header. */
const MAX_HELD_BYTES = 8192;
const NOTHING = new Uint8Array(0);

/** Runs `decode`; an error of its contract becomes its code. */
export function codeOf(decode: () => unknown): string | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    if (error instanceof ZmtpError) return error.code;
    throw error;
  }
}

/** Pieces of `octets` whose sizes a few octets of it decide, so that the cut is an input, too. */
export function* cutsOf(octets: Uint8Array): Generator<Uint8Array> {
  let salt = octets.length;
  for (let at = 0; at < octets.length;) {
    salt = (Math.imul(salt, 31) + (octets[at] as number)) >>> 0;
    const size = 1 + (salt % 13);
    yield octets.subarray(at, at + size);
    at += size;
  }
}

function greet(input: Uint8Array): void {
  const told = [[input], cutsOf(input)].map((chunks) => {
    const decoder = new GreetingDecoder();
    let taken = 0;
    const code = codeOf(() => {
      for (const chunk of chunks) taken += decoder.push(chunk);
    });
    law(decoder.length <= 64, `a greeting of ${decoder.length} octets`);
    return JSON.stringify({ code, greeting: code === undefined ? decoder.greeting() : undefined });
  });
  law(told[0] === told[1], `the cut decides: ${told.join(" or ")}`);
}

interface ReadFrame {
  readonly flags: number;
  readonly body: Uint8Array;
}

function readFrames(chunks: Iterable<Uint8Array>): { frames: ReadFrame[]; code: unknown } {
  const frames: ReadFrame[] = [];
  const decoder = new FrameDecoder({
    admit: (_flags, size) => {
      if (size > MAX_FRAME_BYTES) throw new ZmtpError("ZMTP_MESSAGE_TOO_LARGE", `${size} octets`);
    },
    frame: (flags, body) => frames.push({ flags, body: body.slice() }),
  });
  const code = codeOf(() => {
    for (const chunk of chunks) {
      decoder.decode(chunk);
      law(decoder.heldBytes <= MAX_HELD_BYTES, `${decoder.heldBytes} octets are held`);
    }
  });
  return { frames, code };
}

function cutFrames(input: Uint8Array): void {
  const whole = readFrames([input]);
  const cut = readFrames(cutsOf(input));
  law(whole.code === cut.code, `the cut decides: ${String(whole.code)} or ${String(cut.code)}`);
  law(sameFrames(whole.frames, cut.frames), "the cut decides about frames");
  const encoder = new FrameEncoder();
  for (const { flags, body } of whole.frames) encoder.frame(flags & 0b101, body);
  const again = readFrames(encoder.take());
  law(
    sameFrames(
      again.frames.map(({ flags, body }) => ({ flags: flags & 0b101, body })),
      whole.frames.map(({ flags, body }) => ({ flags: flags & 0b101, body })),
    ),
    "frames that were written again are others",
  );
}

function sameFrames(a: readonly ReadFrame[], b: readonly ReadFrame[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ flags, body }, at) => flags === b[at]?.flags && sameOctets(body, b[at].body))
  );
}

function commands(input: Uint8Array): void {
  codeOf(() => {
    const { name, data } = decodeCommand(input);
    if (!/[\u0080-\uffff]/.test(name)) {
      law(sameOctets(encodeCommand(name, data), input), "a command that was written again differs");
    }
  });
  codeOf(() => {
    const { ttlMs, context } = decodePing(input);
    law(ttlMs >= 0 && ttlMs <= 6_553_500 && context.length <= 16, `a ping of ${ttlMs} ms`);
  });
  codeOf(() => law(/^[ -~]{0,255}$/.test(decodeErrorReason(input)), "a reason is not printable"));
}

function metadata(input: Uint8Array): void {
  codeOf(() => {
    const read = decodeMetadata(input);
    codeOf(() => identifyPeer(read, "ROUTER"));
    const extra = new Map(read);
    extra.delete("socket-type");
    extra.delete("identity");
    const again = decodeMetadata(
      encodeMetadata({ socketType: "DEALER", routingId: NOTHING, extra }),
    );
    for (const [name, value] of extra) {
      law(sameOctets(again.get(name) ?? utf8("?"), value), `the property ${name} differs`);
    }
  });
}

/** Everything that a connection says and does about octets. */
export function converse(made: Connection, chunks: Iterable<Uint8Array>): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  for (const chunk of chunks) {
    for (const event of made.receive(chunk, 0)) {
      law(events.at(-1)?.type !== "closed", "a closed connection speaks");
      events.push(event);
      if (event.type !== "authenticate") continue;
      const identity = "somebody";
      events.push(...made.decide({ type: "accept", identity }, 0));
    }
    law(made.heldInputBytes <= MAX_HELD_BYTES, `${made.heldInputBytes} octets are held`);
    made.takeOutput();
  }
  if (events.at(-1)?.type === "closed") {
    law(made.receive(utf8("x"), 0).length === 0, "a closed connection speaks");
    law(made.wakeAt === undefined, "a closed connection wants to be woken");
  }
  return events;
}

/** What of events does not depend on how octets were cut. */
export function summary(events: readonly ConnectionEvent[]): string {
  return events
    .map((event) => {
      if (event.type === "closed") return `closed ${event.error?.code ?? ""}`;
      if (event.type === "message")
        return event.frames.map((one) => Buffer.from(one).toString("hex")).join();
      if (event.type === "handshake-done") return `done ${event.peer.socketType}`;
      return "topic" in event
        ? `${event.type} ${Buffer.from(event.topic).toString("hex")}`
        : event.type;
    })
    .join("\n");
}

/** Small limits, so that they are met. */
export const LIMITS = { maxMessageBytes: 2000, maxFrames: 20, maxCommandBytes: 500 } as const;

function nullConnection(input: Uint8Array): void {
  const socketType = SOCKET_TYPES[(input[0] ?? 0) % SOCKET_TYPES.length] as SocketType;
  const octets = input.subarray(1);
  const told = [[octets], cutsOf(octets)].map((chunks) =>
    summary(
      converse(new Connection({ socketType, mechanism: nullMechanism, ...LIMITS }, 0), chunks),
    ),
  );
  law(told[0] === told[1], `the cut decides: ${told.join(" or ")}`);
}

const WORDS = [
  "NULL",
  "READY",
  "ERROR",
  "PING",
  "PONG",
  "SUBSCRIBE",
  "CANCEL",
  "Socket-Type",
  "Identity",
  hex("04 1a 05 5245414459"),
  hex("ff 00000000000000 01 7f 03 01"),
  hex("01 00"),
  hex("02 0000000000000100"),
  hex("04 07 04 50494e47 0000"),
  ...SOCKET_TYPES,
];

const ready = (): Uint8Array[] =>
  [...streamsOf("client"), ...streamsOf("server")].map((stream) => stream.subarray(64));

/** The parts of ZMTP that know no mechanism but NULL. */
export const ZMTP_TARGETS: readonly Target[] = [
  {
    name: "greeting",
    seeds: () => [encodeGreeting("NULL", false, 0), encodeGreeting("CURVE", true, 200)],
    words: WORDS,
    sources: [],
    maxInputBytes: 128,
    run: greet,
  },
  {
    name: "frames",
    seeds: ready,
    words: WORDS,
    sources: [],
    maxInputBytes: MAX_INPUT_BYTES,
    run: cutFrames,
  },
  {
    name: "commands",
    seeds: () => [
      encodeCommand("PING", hex("0064 6162")),
      encodeCommand("ERROR", hex("03 343030")),
      hex("000a 61"),
      hex("03 343030"),
    ],
    words: WORDS,
    sources: ["zmtp/command.js"],
    maxInputBytes: 600,
    run: commands,
  },
  {
    name: "metadata",
    seeds: () => [
      encodeMetadata({
        socketType: "DEALER",
        routingId: utf8("ab"),
        extra: new Map([["X-Y", utf8("z")]]),
      }),
    ],
    words: WORDS,
    sources: ["zmtp/metadata.js"],
    maxInputBytes: 1024,
    run: metadata,
  },
  {
    name: "connection-null",
    seeds: () =>
      [...streamsOf("client"), ...streamsOf("server")].flatMap((stream) =>
        SOCKET_TYPES.map((_, at) => Uint8Array.from([at, ...stream])),
      ),
    words: WORDS,
    sources: ["zmtp/traffic.js"],
    maxInputBytes: MAX_INPUT_BYTES,
    run: nullConnection,
  },
];
