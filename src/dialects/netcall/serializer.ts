/**
 * Serializers: how arguments, results and values become octets, and how a service tells in which of
 * them a request came.
 *
 * Spec: docs/protocols/netcall.md, "Serializers". Nothing in a message names its serializer; the
 * kwargs of every request are a mapping or null, and these begin differently in each of the three.
 *
 * @module
 */

import type { Codec } from "../../codec/codec.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import { JsonCodec } from "../../codec/json.ts";
import { MsgpackCodec } from "../../codec/msgpack.ts";
import { PickleCodec } from "../../codec/pickle.ts";

/** A codec that knows its own mappings. */
export interface Serializer extends Codec {
  /**
   * Whether a request's kwargs, a mapping or null, are in this serializer. MUST NOT throw.
   *
   * @param kwargs - the frame as it came
   */
  recognises(kwargs: Uint8Array): boolean;
  /**
   * The same serializer with these limits of decoding, where it was not told others when it was made.
   *
   * @default it keeps its own
   */
  readonly limited?: (limits: Partial<CodecLimits>) => Serializer;
}

const FULL_STOP = 0x2e;

/** JSON, which every peer knows. */
export function json(limits: Partial<CodecLimits> = {}): Serializer {
  return serializer(JsonCodec, limits, (kwargs) => {
    let at = 0;
    while (isBlank(kwargs[at])) at++;
    // A mapping, or null.
    return kwargs[at] === 0x7b || kwargs[at] === 0x6e;
  });
}

/** MessagePack. */
export function msgpack(limits: Partial<CodecLimits> = {}): Serializer {
  return serializer(MsgpackCodec, limits, (kwargs) => {
    const first = kwargs[0] ?? 0;
    if (first === 0x80) return kwargs.length === 1;
    return first === 0xc0 || (first > 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf;
  });
}

/** Python's pickle as data only: what asks to import or call anything is refused. */
export function pickle(limits: Partial<CodecLimits> = {}): Serializer {
  return serializer(PickleCodec, limits, (kwargs) => {
    if (kwargs.length < 2 || kwargs.at(-1) !== FULL_STOP) return false;
    // From protocol 2 on its number is in front; before, the instructions of None and of a dict.
    if (kwargs[0] === 0x80) return (kwargs[1] as number) <= 5;
    return kwargs[0] === 0x4e || kwargs[0] === 0x7d || kwargs[0] === 0x28;
  });
}

function serializer(
  CodecOf: new (limits: Partial<CodecLimits>) => Codec,
  limits: Partial<CodecLimits>,
  recognises: (kwargs: Uint8Array) => boolean,
): Serializer {
  const codec = new CodecOf(limits);
  return {
    name: codec.name,
    encode: (value) => codec.encode(value),
    decode: (octets) => codec.decode(octets),
    recognises,
    limited: (others) => serializer(CodecOf, { ...others, ...limits }, recognises),
  };
}

function isBlank(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
}
