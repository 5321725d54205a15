/**
 * Writes pickles that every `pickle.loads` reads whose Python knows the values' types.
 *
 * Spec: docs/protocols/netcall.md, "Pickle, as data only".
 *
 *     80 02 … 2e     protocol, instructions, STOP
 *
 * | JavaScript | Python |
 * |---|---|
 * | `null`, `undefined` | None |
 * | `boolean` | bool |
 * | whole `number` within ±(2^53 - 1), `bigint` | int |
 * | any other `number` | float |
 * | `string` | str; unicode in Python 2 |
 * | `Uint8Array`, `ArrayBuffer`, `DataView` | bytes, protocol 3 |
 * | array, typed array | list |
 * | plain object, instance | dict; properties that are `undefined`, functions or symbols are left out |
 * | `Map` | dict |
 * | `Set` | set, protocol 4 |
 * | an object with `toJSON` | what that returns |
 * | an error | dict of what `error-record.ts` says |
 *
 * @module
 */

import { OctetWriter } from "../base/octet-writer.ts";
import { recordOf } from "./error-record.ts";
import {
  CODEC_DEFAULTS,
  isTooLong,
  stepTo,
  TOO_LONG_INTEGER,
  tooDeep,
  unsupported,
} from "./errors.ts";
import { OP } from "./pickle-opcodes.ts";

const textEncoder = new TextEncoder();

/**
 * Writes one value.
 *
 * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH`
 */
export function writePickle(value: unknown): Uint8Array {
  const writer = new PickleWriter();
  writer.value(value, 0);
  return writer.finish();
}

class PickleWriter {
  readonly #out = new OctetWriter().u8(OP.PROTO).u8(2);
  /** The lowest protocol that has all instructions used; 2 is what the oldest peers read. */
  #protocol = 2;
  /** The way to the value that is being written, for errors. */
  readonly #path: string[] = [];

  finish(): Uint8Array {
    const octets = this.#out.u8(OP.STOP).finish();
    octets[1] = this.#protocol;
    return octets;
  }

  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "number":
        this.#number(value);
        return;
      case "string":
        this.#text(value);
        return;
      case "boolean":
        this.#out.u8(value ? OP.NEWTRUE : OP.NEWFALSE);
        return;
      case "undefined":
        this.#out.u8(OP.NONE);
        return;
      case "bigint":
        this.#long(value);
        return;
      case "object":
        if (value === null) this.#out.u8(OP.NONE);
        else this.#object(value, depth);
        return;
      case "function":
      case "symbol":
        throw unsupported(`a ${typeof value}`, this.#path.join(""));
    }
  }

  #object(value: object, depth: number): void {
    if (depth >= CODEC_DEFAULTS.maxDepth) throw tooDeep(CODEC_DEFAULTS.maxDepth);
    if (Array.isArray(value)) this.#list(value, depth);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof ArrayBuffer) this.#bytes(new Uint8Array(value));
    else if (value instanceof DataView) {
      this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (ArrayBuffer.isView(value)) {
      this.#list(Array.from(value as unknown as Iterable<unknown>), depth);
    } else if (value instanceof Map) this.#dict([...value], depth);
    else if (value instanceof Set) this.#set(value, depth);
    else this.#other(value, depth);
  }

  #other(value: object, depth: number): void {
    if (value instanceof Date) throw unsupported("a Date", this.#path.join(""));
    if (value instanceof Promise) throw unsupported("a promise", this.#path.join(""));
    if ("toJSON" in value && typeof value.toJSON === "function") {
      this.value((value.toJSON as () => unknown)(), depth + 1);
    } else this.#dict(entriesOf(recordOf(value)), depth);
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value);
    else if (value >= 0 && value < 0x100) this.#out.u8(OP.BININT1).u8(value);
    else if (value >= 0 && value < 0x1_0000) {
      this.#out
        .u8(OP.BININT2)
        .u8(value & 0xff)
        .u8(value >>> 8);
    } else if ((value | 0) === value) this.#u32(OP.BININT, value >>> 0);
    else this.#long(BigInt(value));
  }

  #float(value: number): void {
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setFloat64(0, value);
    this.#out.u8(OP.BINFLOAT).octets(octets);
  }

  /** Little-endian two's complement of the least number of octets. */
  #long(value: bigint): void {
    if (isTooLong(value)) throw unsupported(TOO_LONG_INTEGER, this.#path.join(""));
    const magnitude = value < 0n ? -value - 1n : value;
    // One bit more than the magnitude has, for the sign; zero is no octet at all.
    const bits = value === 0n ? 0 : magnitude.toString(2).length + 1;
    const length = Math.ceil(bits / 8);
    const hex = BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, "0");
    if (length < 256) this.#out.u8(OP.LONG1).u8(length);
    else this.#u32(OP.LONG4, length);
    for (let i = length - 1; i >= 0; i--) {
      this.#out.u8(Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
    }
  }

  #text(text: string): void {
    const octets = textEncoder.encode(text);
    this.#u32(OP.BINUNICODE, octets.length);
    this.#out.octets(octets);
  }

  #bytes(octets: Uint8Array): void {
    this.#needs(3);
    if (octets.length < 256) this.#out.u8(OP.SHORT_BINBYTES).u8(octets.length);
    else this.#u32(OP.BINBYTES, octets.length);
    this.#out.octets(octets);
  }

  #list(values: readonly unknown[], depth: number): void {
    this.#out.u8(OP.EMPTY_LIST);
    if (values.length === 0) return;
    this.#out.u8(OP.MARK);
    for (let i = 0; i < values.length; i++) this.#inside(`[${i}]`, values[i], depth);
    this.#out.u8(OP.APPENDS);
  }

  #set(values: ReadonlySet<unknown>, depth: number): void {
    this.#needs(4);
    this.#out.u8(OP.EMPTY_SET);
    if (values.size === 0) return;
    this.#out.u8(OP.MARK);
    for (const value of values) this.#inside("{}", value, depth);
    this.#out.u8(OP.ADDITEMS);
  }

  #dict(entries: readonly (readonly [unknown, unknown])[], depth: number): void {
    this.#out.u8(OP.EMPTY_DICT);
    if (entries.length === 0) return;
    this.#out.u8(OP.MARK);
    for (const [key, value] of entries) {
      // Every reader of ours refuses it, for the sake of the objects that readers make.
      if (key === "__proto__") throw unsupported(`the key "__proto__"`, this.#path.join(""));
      this.#inside("{}", key, depth);
      this.#inside(stepTo(key), value, depth);
    }
    this.#out.u8(OP.SETITEMS);
  }

  #inside(step: string, value: unknown, depth: number): void {
    this.#path.push(step);
    this.value(value, depth + 1);
    this.#path.pop();
  }

  #u32(octet: number, value: number): void {
    const out = this.#out.u8(octet);
    out.u8(value & 0xff).u8((value >>> 8) & 0xff);
    out.u8((value >>> 16) & 0xff).u8(value >>> 24);
  }

  #needs(protocol: number): void {
    this.#protocol = Math.max(this.#protocol, protocol);
  }
}

/** Own properties, each read once: a getter may answer differently the second time. */
function entriesOf(object: object): [string, unknown][] {
  return Object.entries(object).filter(
    ([, value]) => value !== undefined && typeof value !== "function" && typeof value !== "symbol",
  );
}
