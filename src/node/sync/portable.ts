/**
 * Values on their way to another thread.
 *
 * The structured clone algorithm refuses objects that hold functions, and keeps of others what no
 * codec would write. So values are made into what the codecs make of them before they go:
 *
 * | value | crosses as |
 * |---|---|
 * | an object with `toJSON`, but for dates | what that returns |
 * | arrays, sets, maps, and other objects | the same without members that are functions |
 * | an error | what {@link recordOf} makes of it |
 * | everything else that is data | itself, octets as a copy |
 *
 * A view is cloned with all of the buffer behind it, so that one of a larger buffer is copied before.
 *
 * @module
 */

import { recordOf } from "../../codec/error-record.ts";
import { CODEC_DEFAULTS, tooDeep, unsupported } from "../../codec/errors.ts";
import { Extension } from "../../codec/msgpack-writer.ts";

/**
 * Makes a value that can cross.
 *
 * @throws {CodecError} `CODEC_UNSUPPORTED` with the path to what cannot cross, `CODEC_DEPTH`
 */
export function toPortable(value: unknown, path = "", depth = 0): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw unsupported(`a ${typeof value}`, path);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth >= CODEC_DEFAULTS.maxDepth) throw tooDeep(CODEC_DEFAULTS.maxDepth);
  return objectOf(value, path, depth + 1);
}

function objectOf(value: object, path: string, depth: number): unknown {
  if (ArrayBuffer.isView(value)) return viewOf(value);
  if (value instanceof ArrayBuffer || value instanceof Date) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => toPortable(item, `${path}[${index}]`, depth));
  }
  if (value instanceof Set) {
    return new Set([...value].map((item, index) => toPortable(item, `${path}[${index}]`, depth)));
  }
  if (value instanceof Map) {
    return new Map(
      [...value].map(([key, item]) => [
        toPortable(key, path, depth),
        toPortable(item, `${path}.${String(key)}`, depth),
      ]),
    );
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return toPortable((value.toJSON as () => unknown)(), path, depth);
  }
  if (value instanceof Promise) throw unsupported("a promise", path);
  if (value instanceof Extension) {
    throw unsupported("an extension of MessagePack, which cannot cross a thread,", path);
  }
  return Object.fromEntries(
    Object.entries(recordOf(value))
      .filter(([, item]) => typeof item !== "function" && item !== undefined)
      .map(([key, item]) => [key, toPortable(item, `${path}.${key}`, depth)]),
  );
}

/** The same view with nothing else in its buffer. */
function viewOf(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  if (byteLength === buffer.byteLength) return view;
  const own = buffer.slice(byteOffset, byteOffset + byteLength);
  if (view instanceof Uint8Array) return new Uint8Array(own);
  // As a type the constructor of an object is any function; these take a buffer.
  const View = view.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView;
  return new View(own);
}
