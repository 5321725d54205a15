/**
 * The frames of multicall's messages.
 *
 * Spec: docs/protocols/multicall.md, "Frames".
 *
 *     [hop …] delimiter payload       the delimiter is empty
 *     payload                         without any hop, which only our servers take
 *
 * Knows nothing of what the payload is.
 *
 * @module
 */

import type { Message } from "../../rpc/packet.ts";

/** The frame that ends the way back. Shared, and never written to, as it has no octets. */
const DELIMITER: Uint8Array = new Uint8Array(0);
/** How many hops a request may have passed. */
const MAX_HOPS = 16;
/** Spec: ZMTP keeps identities below 256 octets (RFC 37, "Identity"). */
const MAX_HOP_OCTETS = 255;
/** Spec: libzmq, ZMQ_REQ_CORRELATE, puts a number of 32 bits in front of the delimiter. */
const NUMBER_OCTETS = 4;

/** What the frames of a message say. */
export interface Envelope {
  /** The frames that go back in front of the answer, the delimiter included. */
  readonly route: readonly Uint8Array[];
  /** `undefined` where the delimiter is not followed by exactly one frame. */
  readonly payload: Uint8Array | undefined;
}

/** Splits a message, or returns `undefined` when nothing can be sent back. */
export function readEnvelope(message: Message): Envelope | undefined {
  const delimiter = message.findIndex((frame) => frame.length === 0);
  if (delimiter < 0) {
    return message.length === 1 ? { route: [], payload: message[0] } : undefined;
  }
  const route = message.slice(0, delimiter + 1);
  if (delimiter > MAX_HOPS || route.some((frame) => frame.length > MAX_HOP_OCTETS)) {
    return undefined;
  }
  const payload = message.length === delimiter + 2 ? message[delimiter + 1] : undefined;
  return { route, payload };
}

/** A request of a client of ours: its number in front of the delimiter. */
export function numberedMessage(number: number, payload: Uint8Array): Message {
  const frame = new Uint8Array(NUMBER_OCTETS);
  new DataView(frame.buffer).setUint32(0, number);
  return [frame, DELIMITER, payload];
}

/** The number that came back in front of an answer, or -1 if it is not there. */
export function numberOf({ route }: Envelope): number {
  const frame = route.length === 2 ? route[0] : undefined;
  if (frame?.length !== NUMBER_OCTETS) return -1;
  return new DataView(frame.buffer, frame.byteOffset, NUMBER_OCTETS).getUint32(0);
}

/**
 * Whether a payload is a list of lists, an empty list, or a list that begins with text, which is a
 * call that was not wrapped in a list.
 */
export function looksLikeCalls(payload: Uint8Array | undefined): boolean {
  if (payload === undefined) return false;
  const open = skipBlanks(payload, 0);
  if (payload[open] !== OPEN) return false;
  const first = payload[skipBlanks(payload, open + 1)];
  return first === OPEN || first === CLOSE || first === QUOTE;
}

const OPEN = 0x5b;
const CLOSE = 0x5d;
const QUOTE = 0x22;

function skipBlanks(payload: Uint8Array, from: number): number {
  let at = from;
  while (BLANKS.has(payload[at])) at++;
  return at;
}

const BLANKS: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);
