/**
 * Writes MessagePack into slabs of memory.
 *
 * Spec: the MessagePack specification, "Formats" (msgpack.org). The smallest form of each value is
 * chosen, as the specification recommends and msgpack for Python does; `float 64` for every number
 * that is no integer.
 *
 * | JavaScript | MessagePack |
 * |---|---|
 * | `null`, `undefined` | nil |
 * | integer within ±(2^53 - 1), but not -0 | smallest int form |
 * | any other number | float 64 |
 * | `bigint` within 64 bits | smallest int form |
 * | `string` | str; lone surrogates become U+FFFD |
 * | `Uint8Array`, `ArrayBuffer`, `DataView` | bin |
 * | arrays, other typed arrays, `Set` | array |
 * | `Map` | map, keys as they are |
 * | `Date` | extension -1 (timestamp) |
 * | {@link Extension} | its extension |
 * | an object with `toJSON` | what that returns |
 * | an error | map of what `error-record.ts` says |
 * | any other object | map of its own enumerable properties that are neither `undefined` nor a function nor a symbol |
 *
 * Functions, symbols, promises, invalid dates and larger integers are refused.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Octets } from "../base/octets.ts";
import { recordOf } from "./error-record.ts";
import { CODEC_DEFAULTS, tooDeep, unsupported } from "./errors.ts";
import { pathTo } from "./value-path.ts";

/** An extension value: an application's type number with its octets. */
export class Extension {
  /** -128 to 127; negative ones belong to MessagePack itself. */
  readonly type: number;
  readonly data: Uint8Array;

  constructor(type: number, data: Uint8Array) {
    this.type = type;
    this.data = data;
  }
}

/** Values that MessagePack has no form for, as extensions: for two sides that agree on them. */
export interface ExtensionCodec {
  /**
   * The extension that stands for a value. Asked for integers of more than 64 bits and for objects
   * that are neither arrays nor plain.
   *
   * @returns `undefined` for what is written as always
   */
  toExtension(value: object | bigint): Extension | undefined;
  /** The value that an extension stands for; the extension itself if it is none of these. */
  fromExtension(extension: Extension): unknown;
}

/** Size of a slab. Values that need more get one of their own. */
const SLAB_BYTES = 64 * 1024;
/** Below this many UTF-16 units a loop beats `TextEncoder.encodeInto`. */
const SHORT_TEXT = 40;
const MAX_UINT64 = (1n << 64n) - 1n;
const MIN_INT64 = -(1n << 63n);
const TIMESTAMP = -1;

const textEncoder = new TextEncoder();

/**
 * A writer that cuts finished values off growing slabs. A finished value's octets are never
 * written again, so they may be kept and sent without copying.
 */
export class MsgpackWriter {
  readonly #extensions: ExtensionCodec | undefined;
  #slab: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#slab.buffer);
  #start = 0;
  #at = 0;
  readonly #viewBytes: number;
  /** What was written before the last value that stays where it lies, that value included. */
  #pieces: Uint8Array[] = [];

  /**
   * @param extensions - forms for what MessagePack has none for. @default none
   * @param viewBytes - from how many octets on a bin is not copied but stays where it lies, for
   *   {@link finishPieces}; never, if left out
   */
  constructor(extensions?: ExtensionCodec, viewBytes: number = Infinity) {
    this.#extensions = extensions;
    this.#viewBytes = viewBytes;
  }

  /** Cuts off what was written, in pieces if there are values that stay where they lie. */
  finishPieces(): Octets {
    if (this.#pieces.length === 0) return this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    return [...pieces, this.#cut()];
  }

  /**
   * Cuts off what was written since the last cut.
   *
   * @throws {UsageError} `USAGE_STATE` when a value stays where it lies: what is cut off would lack it
   */
  finish(): Uint8Array {
    if (this.#pieces.length === 0) return this.#cut();
    const message = "expected finishPieces for octets that stay where they lie, got finish";
    throw new UsageError("USAGE_STATE", message);
  }

  #cut(): Uint8Array {
    const octets = new Uint8Array(this.#view.buffer, this.#start, this.#at - this.#start);
    this.#start = this.#at;
    return octets;
  }

  /** Octets that were written since the last cut, without those of values that stay where they lie. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Cuts off only the first `length` octets of what was written; the rest stays. */
  finishFirst(length: number): Uint8Array {
    const octets = new Uint8Array(this.#view.buffer, this.#start, length);
    this.#start += length;
    return octets;
  }

  /** Forgets what was written behind the first `length` octets. */
  truncate(length: number): void {
    this.#at = this.#start + length;
  }

  /** Forgets what was written since the last cut. */
  discard(): void {
    this.#at = this.#start;
    this.#pieces = [];
  }

  /** Something was written since the last cut. */
  get busy(): boolean {
    return this.#at > this.#start || this.#pieces.length > 0;
  }

  /** Writes octets as they are. */
  raw(octets: Uint8Array): void {
    const { length } = octets;
    this.#reserve(length);
    if (length > SHORT_TEXT) {
      this.#slab.set(octets, this.#at);
      this.#at += length;
      return;
    }
    const slab = this.#slab;
    let at = this.#at;
    for (let i = 0; i < length; i++) slab[at++] = octets[i] as number;
    this.#at = at;
  }

  arrayHeader(length: number): void {
    this.#sized(length, 0x90, 0xdc);
  }

  mapHeader(length: number): void {
    this.#sized(length, 0x80, 0xde);
  }

  text(text: string): void {
    const { length } = text;
    if (length < SHORT_TEXT && this.#ascii(text)) return;
    // Every UTF-16 unit becomes at most three octets; the header moves if it turns out shorter.
    this.#reserve(5 + length * 3);
    const headerBytes = length < 32 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5;
    const start = this.#at;
    const target = this.#slab.subarray(start + headerBytes);
    const { written } = textEncoder.encodeInto(text, target);
    const needed = written < 32 ? 1 : written < 256 ? 2 : written < 65_536 ? 3 : 5;
    if (needed !== headerBytes) {
      this.#slab.copyWithin(start + needed, start + headerBytes, start + headerBytes + written);
    }
    this.#textHeader(written);
    this.#at = start + needed + written;
  }

  bin(octets: Uint8Array): void {
    const { length } = octets;
    this.#reserve(5);
    if (length < 256) {
      this.#slab[this.#at++] = 0xc4;
      this.#slab[this.#at++] = length;
    } else if (length < 65_536) {
      this.#slab[this.#at++] = 0xc5;
      this.#u16(length);
    } else {
      this.#slab[this.#at++] = 0xc6;
      this.#u32(length);
    }
    if (length >= this.#viewBytes) this.#pieces.push(this.#cut(), octets);
    else this.raw(octets);
  }

  /** An integer; the caller knows that it is one and safe. */
  integer(value: number): void {
    this.#reserve(9);
    const slab = this.#slab;
    if (value >= 0) {
      if (value < 0x80) slab[this.#at++] = value;
      else if (value < 0x1_00) {
        slab[this.#at++] = 0xcc;
        slab[this.#at++] = value;
      } else if (value < 0x1_0000) {
        slab[this.#at++] = 0xcd;
        this.#u16(value);
      } else if (value < 0x1_0000_0000) {
        slab[this.#at++] = 0xce;
        this.#u32(value);
      } else {
        slab[this.#at++] = 0xcf;
        this.#u32(Math.floor(value / 0x1_0000_0000));
        this.#u32(value % 0x1_0000_0000);
      }
    } else this.#negative(value);
  }

  /**
   * Any value.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED` with the path to the offending part, `CODEC_DEPTH`;
   *   what was written of the value stays until {@link MsgpackWriter.discard}
   */
  value(value: unknown): void {
    try {
      this.#value(value, 0);
    } catch (error) {
      if (!(error instanceof UnsupportedValue)) throw error;
      throw unsupported(error.what, pathTo(error.value, value, 0) ?? "");
    }
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "number":
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.integer(value);
        else this.#float(value);
        return;
      case "string":
        this.text(value);
        return;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        return;
      case "undefined":
        this.#byte(0xc0);
        return;
      case "bigint":
        this.#bigint(value);
        return;
      case "object":
        if (value === null) this.#byte(0xc0);
        else this.#object(value, depth);
        return;
      case "function":
      case "symbol":
        throw new UnsupportedValue(`a ${typeof value}`, value);
    }
  }

  #object(value: object, depth: number): void {
    if (depth >= CODEC_DEFAULTS.maxDepth) throw tooDeep(CODEC_DEFAULTS.maxDepth);
    if (Array.isArray(value)) this.#array(value, depth);
    else if (isPlain(value)) this.#plain(value as Record<string, unknown>, depth);
    else {
      const extension = this.#extensions?.toExtension(value);
      if (extension === undefined) this.#special(value, depth);
      else this.#extension(extension.type, extension.data);
    }
  }

  #special(value: object, depth: number): void {
    if (value instanceof Uint8Array) this.bin(value);
    else if (value instanceof ArrayBuffer) this.bin(new Uint8Array(value));
    else if (value instanceof DataView) {
      this.bin(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (ArrayBuffer.isView(value)) {
      this.#array(Array.from(value as unknown as Iterable<unknown>), depth);
    } else if (value instanceof Map) this.#map(value, depth);
    else if (value instanceof Set) this.#array([...value], depth);
    else if (value instanceof Date) this.#date(value);
    else if (value instanceof Extension) this.#extension(value.type, value.data);
    else if ("toJSON" in value && typeof value.toJSON === "function") {
      this.#value((value.toJSON as () => unknown)(), depth + 1);
    } else if (value instanceof Promise) throw new UnsupportedValue("a promise", value);
    else this.#plain(recordOf(value), depth);
  }

  #array(values: readonly unknown[], depth: number): void {
    const { length } = values;
    this.arrayHeader(length);
    for (let i = 0; i < length; i++) this.#value(values[i], depth + 1);
  }

  #plain(object: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(object);
    let count = 0;
    const values: unknown[] = [];
    for (const key of keys) {
      // Read once: a getter may answer differently the second time.
      const value = object[key];
      if (value === undefined || typeof value === "function" || typeof value === "symbol") continue;
      // Every reader of ours refuses it, for the sake of the objects that readers make.
      if (key === "__proto__") throw new UnsupportedValue(`the key "__proto__"`, object);
      keys[count] = key;
      values[count++] = value;
    }
    this.mapHeader(count);
    for (let i = 0; i < count; i++) {
      this.text(keys[i] as string);
      this.#value(values[i], depth + 1);
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.mapHeader(map.size);
    for (const [key, value] of map) {
      if (key === "__proto__") throw new UnsupportedValue(`the key "__proto__"`, map);
      this.#value(key, depth + 1);
      this.#value(value, depth + 1);
    }
  }

  #date(date: Date): void {
    const ms = date.getTime();
    if (Number.isNaN(ms)) throw new UnsupportedValue("an invalid date", date);
    const seconds = Math.floor(ms / 1000);
    const nanos = (ms - seconds * 1000) * 1e6;
    if (nanos === 0 && seconds >= 0 && seconds < 0x1_0000_0000) {
      const data = new Uint8Array(4);
      new DataView(data.buffer).setUint32(0, seconds);
      this.#extension(TIMESTAMP, data);
    } else {
      const data = new Uint8Array(12);
      const view = new DataView(data.buffer);
      view.setUint32(0, nanos);
      view.setBigInt64(4, BigInt(seconds));
      this.#extension(TIMESTAMP, data);
    }
  }

  #extension(type: number, data: Uint8Array): void {
    const { length } = data;
    this.#reserve(6);
    const fixed = FIXED_EXTENSION.indexOf(length);
    if (fixed >= 0) this.#slab[this.#at++] = 0xd4 + fixed;
    else if (length < 256) {
      this.#slab[this.#at++] = 0xc7;
      this.#slab[this.#at++] = length;
    } else if (length < 65_536) {
      this.#slab[this.#at++] = 0xc8;
      this.#u16(length);
    } else {
      this.#slab[this.#at++] = 0xc9;
      this.#u32(length);
    }
    this.#slab[this.#at++] = type & 0xff;
    this.raw(data);
  }

  #bigint(value: bigint): void {
    if (value > MAX_UINT64 || value < MIN_INT64) {
      const extension = this.#extensions?.toExtension(value);
      if (extension !== undefined) {
        this.#extension(extension.type, extension.data);
        return;
      }
      throw new UnsupportedValue(`the integer ${value}, which has more than 64 bits,`, value);
    }
    const number = Number(value);
    if (Number.isSafeInteger(number)) return this.integer(number);
    this.#reserve(9);
    this.#slab[this.#at++] = value < 0n ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.#at, BigInt.asUintN(64, value));
    this.#at += 8;
  }

  #negative(value: number): void {
    const slab = this.#slab;
    if (value >= -0x20) slab[this.#at++] = value & 0xff;
    else if (value >= -0x80) {
      slab[this.#at++] = 0xd0;
      slab[this.#at++] = value & 0xff;
    } else if (value >= -0x8000) {
      slab[this.#at++] = 0xd1;
      this.#u16(value & 0xffff);
    } else if (value >= -0x8000_0000) {
      slab[this.#at++] = 0xd2;
      this.#u32(value >>> 0);
    } else {
      slab[this.#at++] = 0xd3;
      this.#u32(Math.floor(value / 0x1_0000_0000) >>> 0);
      this.#u32(((value % 0x1_0000_0000) + 0x1_0000_0000) >>> 0);
    }
  }

  #float(value: number): void {
    this.#reserve(9);
    this.#slab[this.#at++] = 0xcb;
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#slab[this.#at++] = value;
  }

  #ascii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 2);
    const slab = this.#slab;
    const start = this.#at;
    let at = start;
    if (length < 32) slab[at++] = 0xa0 | length;
    else {
      slab[at++] = 0xd9;
      slab[at++] = length;
    }
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      slab[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  #textHeader(length: number): void {
    if (length < 32) this.#slab[this.#at++] = 0xa0 | length;
    else if (length < 256) {
      this.#slab[this.#at++] = 0xd9;
      this.#slab[this.#at++] = length;
    } else if (length < 65_536) {
      this.#slab[this.#at++] = 0xda;
      this.#u16(length);
    } else {
      this.#slab[this.#at++] = 0xdb;
      this.#u32(length);
    }
  }

  #sized(length: number, fix: number, lead: number): void {
    this.#reserve(5);
    if (length < 16) this.#slab[this.#at++] = fix | length;
    else if (length < 65_536) {
      this.#slab[this.#at++] = lead;
      this.#u16(length);
    } else {
      this.#slab[this.#at++] = lead + 1;
      this.#u32(length);
    }
  }

  #u16(value: number): void {
    this.#slab[this.#at++] = value >>> 8;
    this.#slab[this.#at++] = value & 0xff;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  #reserve(count: number): void {
    if (this.#at + count > this.#slab.length) this.#grow(count);
  }

  #grow(count: number): void {
    const written = this.#at - this.#start;
    const needed = written + count;
    // One large value gets what it needs; many small ones in one message double what there is.
    const bytes =
      needed <= SLAB_BYTES / 2 ? SLAB_BYTES : Math.max(needed + SLAB_BYTES / 8, written * 2);
    const slab = new Uint8Array(bytes);
    slab.set(this.#slab.subarray(this.#start, this.#at));
    this.#slab = slab;
    this.#view = new DataView(slab.buffer);
    this.#start = 0;
    this.#at = written;
  }
}

/** Thrown inside of the writer only; `value` turns it into a `CodecError` that knows the path. */
class UnsupportedValue {
  readonly what: string;
  readonly value: unknown;

  constructor(what: string, value: unknown) {
    this.what = what;
    this.value = value;
  }
}

/** Lengths that have an extension form of their own, from 0xd4 on. */
const FIXED_EXTENSION = [1, 2, 4, 8, 16];

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    (value as { toJSON?: unknown }).toJSON === undefined
  );
}
