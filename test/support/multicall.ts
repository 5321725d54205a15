/** Messages of multicall from text, and as text. */

import type { Codec } from "../../src/codec/codec.ts";
import type { Message } from "../../src/rpc/packet.ts";

export const EMPTY: Uint8Array = new Uint8Array(0);

export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(octets: Uint8Array | undefined): string {
  return new TextDecoder().decode(octets);
}

/** Delimiter and payload, with hops in front. */
export function framed(payload: string, ...hops: readonly Uint8Array[]): Message {
  return [...hops, EMPTY, octetsOf(payload)];
}

/** The answer that goes back to the sender of a request. */
export function answerTo(request: Message | undefined, payload: string): Message {
  return [...(request ?? []).slice(0, -1), octetsOf(payload)];
}

/** What the last frame says, as the platform reads it. */
export function saidBy(message: Message | undefined): unknown {
  return JSON.parse(textOf(message?.at(-1)));
}

/** A user's codec that reads nothing, and says so by something that is no error. */
export const refusing: Codec = {
  name: "refusing",
  encode: () => octetsOf("[]"),
  decode: () => {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
    throw "not today";
  },
};
