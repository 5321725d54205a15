/**
 * How lists of calls and of outcomes become octets, entry by entry: an outcome that cannot be written
 * must not take the others with it, and the calls of a batch are first written one by one.
 *
 * Spec: docs/protocols/multicall.md, "Values".
 *
 * @module
 */

import type { Codec } from "../../codec/codec.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import { JsonCodec } from "../../codec/json.ts";

/** Writes lists and reads values. `Entry` is an entry that can be written for sure. */
export interface Serializer<Entry = unknown> {
  /** @throws {CodecError} when the value cannot be written */
  entry(value: unknown): Entry;
  /** The entry of a call's result. @throws {CodecError} when it cannot be written */
  result(result: unknown): Entry;
  list(entries: readonly Entry[]): Uint8Array;
  /** One list of the entries of several. */
  join(lists: readonly Uint8Array[]): Uint8Array;
  /** @throws {CodecError} when the octets are no value */
  decode(octets: Uint8Array): unknown;
}

const COMMA = 0x2c;
const CLOSE = 0x5d;

/** JSON as ujson writes it. Entries are text. */
export function ujson(limits: Partial<CodecLimits> = {}): Serializer<string> {
  const codec = new JsonCodec(limits, { escaped: true, words: true });
  return {
    entry: (value) => codec.text(value),
    // As a member, what cannot be written would be left out.
    result: (result) => `{"success":true,"result":${codec.text(result)}}`,
    list: (entries) => encoder.encode(`[${entries.join(",")}]`),
    join: joinTexts,
    decode: (octets) => codec.decode(octets),
  };
}

const encoder = new TextEncoder();

/** Puts commas in place of the brackets between lists, none of which is empty. */
function joinTexts(lists: readonly Uint8Array[]): Uint8Array {
  let length = 1;
  for (const list of lists) length += list.length - 1;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const list of lists) {
    joined.set(list, at);
    if (at > 0) joined[at] = COMMA;
    at += list.length - 1;
  }
  joined[at] = CLOSE;
  return joined;
}

/** Any other codec. Entries are values; each is written once to see whether it can be. */
export function serializerOf(codec: Codec): Serializer {
  return {
    entry: (value) => {
      codec.encode(value);
      return value;
    },
    result: (result) => {
      codec.encode(result);
      return { success: true, result: result ?? null };
    },
    list: (entries) => codec.encode(entries),
    join: (lists) => codec.encode(lists.flatMap((list) => codec.decode(list))),
    decode: (octets) => codec.decode(octets),
  };
}
