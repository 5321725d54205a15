/**
 * Frames of JSON-RPC messages: what leads back, and the text.
 *
 *     from REQ                          delimiter | text
 *     from DEALER                       [delimiter |] text in one frame or several
 *     through a proxy                   routing frame … | delimiter | text
 *
 * Spec: docs/protocols/jsonrpc.md, "Frames".
 *
 * @module
 */

import type { Message } from "../../rpc/packet.ts";

/** A message taken apart. */
export interface Framed {
  /** What stands in front of the answer's text, delimiter included. Owned by who gets it. */
  readonly route: Message;
  readonly payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const NO_ROUTE: Message = [];
/** The frames in front of a text between REQ and REP. */
export const DELIMITER_ROUTE: Message = [EMPTY];

/** How many proxies a request may have passed. */
const MAX_HOPS = 16;
/** Spec: ZMTP keeps identities below 256 octets (RFC 37, "Identity"). */
const MAX_ROUTING_ID_OCTETS = 255;

/**
 * Takes a message of a peer apart.
 *
 * @param answersDelimited - whether a lone delimiter in front is the peer's envelope, or nothing
 * @returns `undefined` when there are more routing frames, or longer ones, than any proxy adds
 */
export function unframe(message: Message, answersDelimited: boolean): Framed | undefined {
  if (message.length === 1) return { route: NO_ROUTE, payload: message[0] ?? EMPTY };
  const delimiter = message.findIndex((frame) => frame.length === 0);
  const last = message.length - 1;
  // An empty frame behind everything leads nowhere.
  if (delimiter < 0 || (delimiter === last && delimiter > 0)) {
    return { route: NO_ROUTE, payload: join(message) };
  }
  const payload =
    delimiter === last - 1 ? (message[last] ?? EMPTY) : join(message.slice(delimiter + 1));
  if (delimiter === 0) return { route: answersDelimited ? DELIMITER_ROUTE : NO_ROUTE, payload };
  const hops = message.slice(0, delimiter);
  if (hops.length > MAX_HOPS || hops.some((frame) => frame.length > MAX_ROUTING_ID_OCTETS)) {
    return undefined;
  }
  // The frames are views into a chunk that the answer may outlive.
  return { route: [...hops.map((frame) => frame.slice()), EMPTY], payload };
}

/** The frames of a text. */
export function enframe(route: Message, text: string): Message {
  const octets = utf8.encode(text);
  return route.length === 0 ? [octets] : [...route, octets];
}

const utf8 = new TextEncoder();

function join(frames: Message): Uint8Array {
  const joined = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}

/** The first frame of a message's text. */
export function textOf(message: Message): Uint8Array {
  const delimiter = message.findIndex((frame) => frame.length === 0);
  return message[delimiter + 1] ?? EMPTY;
}

/** Whether a message starts like an object, or like an array of objects. */
export function startsLikeJsonrpc(message: Message): boolean {
  const text = textOf(message);
  let at = skipBlanks(text, 0);
  if (text[at] === OPEN_ARRAY) at = skipBlanks(text, at + 1);
  return text[at] === OPEN_OBJECT;
}

const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

function skipBlanks(text: Uint8Array, at: number): number {
  while (text[at] === 0x20 || text[at] === 0x09 || text[at] === 0x0a || text[at] === 0x0d) at++;
  return at;
}
