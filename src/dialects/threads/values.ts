/**
 * What values become between two threads: MessagePack, and extensions for those of its neighbours'
 * values that it has no form for, so that a handler in a worker is given and may give whatever one
 * beside the server could, in any dialect.
 *
 *     -128  an integer of more than 64 bits (JSON, pickle): its digits in base 16
 *     -127  a `Set` (pickle): its members as an array
 *     -126  an application's extension whose type is one of these: its type, its data
 *
 * Not the platform's structured clone: that refuses functions, which every codec here leaves out of
 * an object, and forgets `toJSON`.
 *
 * @module
 */

import type { CodecLimits } from "../../codec/errors.ts";
import { MsgpackReader } from "../../codec/msgpack-reader.ts";
import { Extension, type ExtensionCodec, MsgpackWriter } from "../../codec/msgpack-writer.ts";

const LARGE_INTEGER = -128;
const SET = -127;
const TAKEN_TYPE = -126;

/** What was let in at the border is not measured again inside of the process. */
const LIMITS: CodecLimits = {
  maxDepth: 512,
  maxElements: Infinity,
  maxNumberKeys: Infinity,
  maxStringBytes: Infinity,
};

/** The extensions. */
export const threadExtensions: ExtensionCodec = {
  toExtension(value) {
    if (typeof value === "bigint") {
      return new Extension(LARGE_INTEGER, new TextEncoder().encode(value.toString(16)));
    }
    if (value instanceof Set) {
      const writer = threadWriter();
      writer.value([...value]);
      return new Extension(SET, writer.finish());
    }
    if (!(value instanceof Extension) || value.type > TAKEN_TYPE) return undefined;
    const data = new Uint8Array(1 + value.data.length);
    data[0] = value.type;
    data.set(value.data, 1);
    return new Extension(TAKEN_TYPE, data);
  },

  fromExtension(extension) {
    const { type, data } = extension;
    switch (type) {
      case LARGE_INTEGER:
        return parseInteger(new TextDecoder().decode(data));
      case SET: {
        const reader = threadReader();
        reader.reset(data);
        return new Set(reader.value() as readonly unknown[]);
      }
      case TAKEN_TYPE:
        return new Extension(((data[0] ?? 0) << 24) >> 24, data.slice(1));
      default:
        return extension;
    }
  },
};

/** Writes values for another thread. */
export function threadWriter(): MsgpackWriter {
  return new MsgpackWriter(threadExtensions);
}

/** Reads values of another thread. */
export function threadReader(): MsgpackReader {
  return new MsgpackReader(LIMITS, threadExtensions);
}

function parseInteger(digits: string): bigint {
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
