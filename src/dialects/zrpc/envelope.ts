/**
 * Envelopes of zrpc: the frames around a payload, and the payload's array up to what it is about.
 *
 * Spec: docs/protocols/zrpc.md, "Frames", "Requests" and "Answers".
 *
 *     [route …, 00]  94 <id> <method> <args> <kwargs>     request
 *     [route …, 00]  93 <id> <method> <payload>           request in the older form
 *     [route …, 00]  93 <id> <payload> <is_exception>     answer
 *
 * Knows nothing of calls.
 *
 * @module
 */

import type { Message } from "../../rpc/packet.ts";

/** Entries of a request's array, and of both an older request's and an answer's. */
export const REQUEST_LENGTH = 4;
export const SHORT_LENGTH = 3;

/** The frames of a message, told apart. */
export interface Envelope {
  /** The frames that lead back, the delimiter among them if there is one. */
  readonly back: Message;
  readonly payload: Uint8Array;
}

const DELIMITER = new Uint8Array(0);
const DELIMITED: Message = [DELIMITER];
const BARE: Message = [];
/** How many hubs a request may have passed. */
const MAX_HOPS = 16;
/** Spec: ZMTP keeps identities below 256 octets (RFC 37, "Identity"). */
const MAX_ROUTING_ID_OCTETS = 255;

/** Tells the frames of a message apart, or says why it is none of zrpc. */
export function openEnvelope(message: Message): Envelope | string {
  const payload = message.at(-1);
  if (payload === undefined) return "expected a delimiter and a payload, got no frame";
  if (message.length === 1) return { back: BARE, payload };
  const delimiter = message.findIndex((frame) => frame.length === 0);
  if (delimiter !== message.length - 2) {
    return `expected one frame behind the delimiter, got ${message.length} frames in all`;
  }
  if (delimiter === 0) return { back: DELIMITED, payload };
  const back = message.slice(0, -1);
  if (delimiter > MAX_HOPS || back.some((frame) => frame.length > MAX_ROUTING_ID_OCTETS)) {
    return `expected at most ${MAX_HOPS} routing frames of ${MAX_ROUTING_ID_OCTETS} octets, got more`;
  }
  return { back, payload };
}

/** The message with a payload for whoever asked. */
export function closeEnvelope(back: Message, payload: Uint8Array): Message {
  if (back === DELIMITED) return [DELIMITER, payload];
  return [...back, payload];
}

/** A request of a client. */
export function toRequest(payload: Uint8Array): Message {
  return [DELIMITER, payload];
}

/** Whether a payload begins like a request: the octets of {@link REQUEST_LENGTH} or an older one. */
export function looksLikeRequest(payload: Uint8Array): boolean {
  const first = payload[0];
  const second = payload[1] ?? 0;
  if (first === 0x90 + REQUEST_LENGTH) return true;
  return first === 0x90 + SHORT_LENGTH && (isText(second) || isOctets(second));
}

/** fixstr, str 8, str 16, str 32. */
function isText(lead: number): boolean {
  return (lead >= 0xa0 && lead <= 0xbf) || (lead >= 0xd9 && lead <= 0xdb);
}

/** bin 8, bin 16, bin 32. */
function isOctets(lead: number): boolean {
  return lead >= 0xc4 && lead <= 0xc6;
}
