/**
 * Handshakes of PLAIN and CURVE, both sides of each, and what follows them.
 *
 * For CURVE the cryptography is replaced by one that everybody can undo, since no fuzzer would ever
 * make a box that opens: what is behind a box is what is fuzzed. The real one is tested elsewhere.
 *
 * @module
 */

import { Connection } from "#dist/zmtp/connection.js";
import { curveClient } from "#dist/zmtp/curve-client.js";
import { type CurveCrypto, makeKeyPair } from "#dist/zmtp/curve-crypto.js";
import { curveServer } from "#dist/zmtp/curve-server.js";
import { FrameEncoder } from "#dist/zmtp/frame-encoder.js";
import { encodeGreeting } from "#dist/zmtp/greeting.js";
import type { Mechanism } from "#dist/zmtp/mechanism.js";
import { plainClient, plainServer } from "#dist/zmtp/plain-mechanism.js";

import { hex, streamsOf } from "../seeds.ts";
import { law, readPieces, type Target, utf8, writePieces } from "../target.ts";
import { converse, cutsOf, LIMITS, summary } from "./zmtp.ts";

const COMMAND = 4;

/** A box is its text behind 16 zeros. */
const openCrypto: CurveCrypto = {
  random: (length) => new Uint8Array(length).fill(7),
  publicKey: (secretKey) => secretKey,
  sharedKey: (publicKey) => (publicKey[0] === 0 ? undefined : new Uint8Array(32)),
  box: (_key, _nonce, text) => Uint8Array.from([...new Uint8Array(16), ...text]),
  open: (_key, _nonce, box) => (box.length < 16 || box[0] !== 0 ? undefined : box.slice(16)),
};

const pair = makeKeyPair(openCrypto);

interface Side {
  readonly mechanism: () => Mechanism;
  readonly socketType: "DEALER" | "ROUTER";
}

const near = (mechanism: () => Mechanism): Side => ({ mechanism, socketType: "DEALER" });
const far = (mechanism: () => Mechanism): Side => ({ mechanism, socketType: "ROUTER" });

const SIDES = {
  "plain-client": near(() => plainClient("ada", "secret")),
  "plain-server": far(() => plainServer),
  "curve-client": near(() => curveClient({ serverKey: pair.publicKey, pair }, openCrypto)),
  "curve-server": far(() => curveServer([pair], openCrypto)),
} as const;

/** What the other side would say, piece by piece, until the handshake is done and a little longer. */
function honest(us: Side, them: Side): Uint8Array {
  const [mine, theirs] = [us, them].map(
    ({ mechanism, socketType }) =>
      new Connection({ socketType, mechanism: mechanism(), ...LIMITS }, 0),
  ) as [Connection, Connection];
  const said: Uint8Array[] = [];
  for (let turn = 0; turn < 8; turn++) {
    for (const chunk of mine.takeOutput()) feed(theirs, chunk);
    for (const chunk of theirs.takeOutput()) {
      said.push(chunk.slice());
      feed(mine, chunk);
    }
    if (turn !== 5) continue;
    theirs.send([utf8("a"), utf8("message")]);
    theirs.subscribe(utf8("topic"));
  }
  return joined(said).subarray(64);
}

function feed(made: Connection, chunk: Uint8Array): void {
  for (const event of made.receive(chunk, 0)) {
    if (event.type === "authenticate") made.decide({ type: "accept", identity: "x" }, 0);
  }
}

/** The octets of each piece: of kind 0 as they are, of others as the body of a frame with these flags. */
function wireOf(input: Uint8Array): Uint8Array[] {
  return readPieces(input).map(({ kind, octets }) => {
    if (kind === 0) return octets;
    const encoder = new FrameEncoder();
    encoder.frame(kind & (COMMAND | 1), octets);
    return joined(encoder.take());
  });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

function shakeHands({ mechanism, socketType }: Side, input: Uint8Array): void {
  const pieces = wireOf(input);
  const told = [pieces, pieces.flatMap((piece) => [...cutsOf(piece)])].map((chunks) => {
    const made = mechanism();
    const connection = new Connection({ socketType, mechanism: made, ...LIMITS }, 0);
    converse(connection, [encodeGreeting(made.name, false, 0)]);
    return summary(converse(connection, chunks));
  });
  // Who goes on before the verdict is refused, and whether he does is a matter of cuts.
  if (told.some((events) => events.includes("authenticate"))) return;
  law(told[0] === told[1], `the cut decides: ${told.join(" or ")}`);
}

/** The frames of a stream as pieces. */
function piecesOf(stream: Uint8Array): Uint8Array {
  const pieces = [];
  for (let at = 0; at + 2 <= stream.length;) {
    const flags = stream[at] as number;
    const long = (flags & 2) !== 0;
    const start = at + (long ? 9 : 2);
    const size = long
      ? ((stream[at + 7] ?? 0) << 8) | (stream[at + 8] ?? 0)
      : (stream[at + 1] as number);
    pieces.push({ kind: (flags & 5) | 8, octets: stream.slice(start, start + size) });
    at = start + size;
  }
  return writePieces(pieces);
}

const OTHERS = {
  "plain-client": "plain-server",
  "plain-server": "plain-client",
  "curve-client": "curve-server",
  "curve-server": "curve-client",
} as const;

const WORDS = [
  "\u0005HELLO",
  "\u0007WELCOME",
  "\u0008INITIATE",
  "\u0005READY",
  "\u0005ERROR",
  "\u0007MESSAGE",
  "CurveZMQHELLO---",
  "Socket-Type",
  "DEALER",
  "ROUTER",
  "Identity",
  hex("01 00"),
  new Uint8Array(16),
  new Uint8Array(72),
  hex("0000000000000001"),
  hex("ffffffffffffffff"),
  new Uint8Array(32).fill(7),
];

function targetOf(name: keyof typeof SIDES): Target {
  const side = SIDES[name];
  return {
    name,
    seeds: () => [
      piecesOf(honest(side, SIDES[OTHERS[name]])),
      ...streamsOf(side.socketType === "ROUTER" ? "client" : "server").map((stream) =>
        piecesOf(stream.subarray(64)),
      ),
    ],
    words: WORDS,
    sources: ["zmtp/curve", "zmtp/plain"],
    maxInputBytes: 2048,
    run: (input) => shakeHands(side, input),
  };
}

/** Both sides of both mechanisms. */
export const MECHANISM_TARGETS: readonly Target[] = (
  Object.keys(SIDES) as (keyof typeof SIDES)[]
).map(targetOf);
