/**
 * The frames of NetCall's messages.
 *
 * Spec: docs/protocols/netcall.md, "Messages" and "Answers".
 *
 *     request   [hop …] | id name args kwargs ignore
 *     answer    [hop …] | id type payload [extra]
 *
 * Knows nothing of what is serialised.
 *
 * @module
 */

import { decodeAscii, encodeAscii } from "../../base/text.ts";
import type { Message } from "../../rpc/packet.ts";

/** The frame that ends the way back. Shared, and never written to. */
export const BOUNDARY: Uint8Array = encodeAscii("|");
const BAR = 0x7c;

/** The types of answers. */
export const ACK: Uint8Array = encodeAscii("ACK");
export const OK: Uint8Array = encodeAscii("OK");
export const YIELD: Uint8Array = encodeAscii("YIELD");
export const FAIL: Uint8Array = encodeAscii("FAIL");

/** The procedures that drive a generator. */
export const COMMANDS = { send: "_SEND", throw: "_THROW", close: "_CLOSE" } as const;

/** The longest request id that is taken; each open call keeps its own. */
const MAX_ID_OCTETS = 1024;
/** How many hops a request may have passed. */
const MAX_HOPS = 16;
/** Spec: ZMTP keeps identities below 256 octets (RFC 37, "Identity"). */
const MAX_HOP_OCTETS = 255;
/** What the original asks for, without the routing frame that its ROUTER adds. */
const MIN_REQUEST_FRAMES = 5;
const MIN_ANSWER_FRAMES = 4;

const NO_ROUTE: readonly Uint8Array[] = [];
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const textEncoder = new TextEncoder();

/** A request as its frames say; what is serialised is still octets. */
export interface RequestFrames {
  /** The way back, without the boundary. */
  readonly route: readonly Uint8Array[];
  readonly id: Uint8Array;
  readonly name: string;
  /** The frames behind the name, as far as they came: args, kwargs, flag. */
  readonly parts: readonly (Uint8Array | undefined)[];
}

/** An answer as its frames say. */
export interface AnswerFrames {
  readonly id: Uint8Array;
  readonly type: string;
  readonly payload: Uint8Array;
  readonly extra: Uint8Array | undefined;
}

/** Whether a message has a boundary: nothing else of the protocols that we speak has one. */
export function hasBoundary(message: Message): boolean {
  return boundaryOf(message) >= 0;
}

function boundaryOf(message: Message): number {
  for (let at = 0; at < message.length; at++) {
    const frame = message[at] as Uint8Array;
    if (frame.length === 1 && frame[0] === BAR) return at;
  }
  return -1;
}

/** Reads a request, or says why it is none. */
export function readRequest(message: Message): RequestFrames | string {
  const boundary = boundaryOf(message);
  if (boundary < 0) return 'expected a frame "|", got none';
  const id = message[boundary + 1];
  const name = message[boundary + 2];
  if (message.length < MIN_REQUEST_FRAMES || id === undefined || name === undefined) {
    return `expected a request of six frames from "|" on, got ${message.length - boundary}`;
  }
  if (id.length > MAX_ID_OCTETS) {
    return `expected a request id of at most ${MAX_ID_OCTETS} octets, got ${id.length}`;
  }
  const route = boundary === 0 ? NO_ROUTE : message.slice(0, boundary);
  if (boundary > MAX_HOPS || route.some((frame) => frame.length > MAX_HOP_OCTETS)) {
    return `expected at most ${MAX_HOPS} hops of ${MAX_HOP_OCTETS} octets, got more`;
  }
  try {
    const parts = [message[boundary + 3], message[boundary + 4], message[boundary + 5]];
    return { route, id, name: textDecoder.decode(name), parts };
  } catch {
    return "expected the name of a procedure in valid utf-8";
  }
}

/** Reads an answer, or says why it is none. */
export function readAnswer(message: Message): AnswerFrames | string {
  const [boundary, id, type, payload, extra] = message;
  if (boundary?.length !== 1 || boundary[0] !== BAR) return 'expected "|" as first frame';
  if (id === undefined || type === undefined || payload === undefined) {
    return `expected an answer of ${MIN_ANSWER_FRAMES} frames, got ${message.length}`;
  }
  if (id.length > MAX_ID_OCTETS || type.length > MAX_ID_OCTETS) {
    return `expected an id and a type of at most ${MAX_ID_OCTETS} octets`;
  }
  return { id, type: decodeAscii(type), payload, extra };
}

/** Writes an answer behind its way back. */
export function makeAnswer(
  to: { readonly route: readonly Uint8Array[]; readonly id: Uint8Array },
  type: Uint8Array,
  payload: Uint8Array,
): Message {
  if (to.route.length === 0) return [BOUNDARY, to.id, type, payload];
  return [...to.route, BOUNDARY, to.id, type, payload];
}

/** Writes the name of a procedure. */
export function encodeName(name: string): Uint8Array {
  return textEncoder.encode(name);
}

const FLAG = /^\s*[+-]?\d+\s*$/;

/** Whether a request wants no answer, or `undefined` if its flag is no integer. */
export function readIgnore(flag: Uint8Array): boolean | undefined {
  // A flag is one digit; whatever is longer than any integer anybody sends is none.
  const text = flag.length > 32 ? "" : decodeAscii(flag);
  return FLAG.test(text) ? Number(text) !== 0 : undefined;
}
