/**
 * Reads MessagePack in place, out of the middle of received octets.
 *
 * Spec: the MessagePack specification, "Formats" (msgpack.org).
 *
 * | MessagePack | JavaScript |
 * |---|---|
 * | nil, bool, float | `null`, `boolean`, `number` |
 * | int | `number` within ±(2^53 - 1), `bigint` beyond, so it is always exact |
 * | str | `string`; invalid UTF-8 is refused |
 * | bin | `Uint8Array` |
 * | array | array |
 * | map with str keys only | plain object; the last of equal keys counts, `__proto__` is refused |
 * | any other map | `Map` |
 * | extension -1 | `Date`, in whole ms; {@link Extension} beyond what a `Date` can say |
 * | any other extension | {@link Extension} |
 *
 * Knows nothing of what the values mean.
 *
 * @module
 */

import {
  badKey,
  badText,
  CODEC_DEFAULTS,
  type CodecLimits,
  malformed,
  tooDeep,
  tooLongString,
  tooManyElements,
  tooManyNumberKeys,
  truncated,
} from "./errors.ts";
import { Extension, type ExtensionCodec } from "./msgpack-writer.ts";

const TIMESTAMP = -1;
const NANOS_PER_SECOND = 1e9;

/** Up to this length a loop beats `TextDecoder`. */
const SHORT_TEXT = 24;

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A cursor over octets. One reader serves any number of messages: {@link MsgpackReader.reset}
 * points it at the next.
 */
export class MsgpackReader {
  readonly #limits: CodecLimits;
  readonly #extensions: ExtensionCodec | undefined;
  #octets: Uint8Array = new Uint8Array(0);
  #at = 0;
  #elements = 0;
  #numberKeys = 0;

  /** @param extensions - the forms that the writer had for what MessagePack has none for */
  constructor(limits: Partial<CodecLimits> = CODEC_DEFAULTS, extensions?: ExtensionCodec) {
    this.#limits = { ...CODEC_DEFAULTS, ...limits };
    this.#extensions = extensions;
  }

  /** Starts at the front of `octets`. */
  reset(octets: Uint8Array): void {
    this.#octets = octets;
    this.#at = 0;
    this.#elements = 0;
    this.#numberKeys = 0;
  }

  /** Counts anew: what comes next has the limits of a value of its own. */
  restart(): void {
    this.#elements = 0;
    this.#numberKeys = 0;
  }

  /** Offset of the next octet. */
  get offset(): number {
    return this.#at;
  }

  /** The octet `ahead` of the cursor without taking it; `undefined` behind the end. */
  peek(ahead: number = 0): number | undefined {
    return this.#octets[this.#at + ahead];
  }

  /** Takes exactly these octets if they come next, and says whether they did. */
  takeOctets(expected: Uint8Array): boolean {
    const octets = this.#octets;
    const at = this.#at;
    const { length } = expected;
    for (let i = 0; i < length; i++) if (octets[at + i] !== expected[i]) return false;
    this.#at = at + length;
    return true;
  }

  /** Moves on over octets that the caller has looked at itself. */
  skip(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  /** The octets from `start` to the cursor, as a view. */
  since(start: number): Uint8Array {
    return this.#octets.subarray(start, this.#at);
  }

  /**
   * The number of entries of an array, or `undefined` with the cursor unmoved if the next value is
   * none.
   */
  arrayLength(): number | undefined {
    const lead = this.#octets[this.#at];
    if (lead === undefined || !isArrayLead(lead)) return undefined;
    this.#at++;
    return this.#count(lead, 0x90, 0xdc);
  }

  /** The same for the entries of a map. */
  mapLength(): number | undefined {
    const lead = this.#octets[this.#at];
    if (lead === undefined || !isMapLead(lead)) return undefined;
    this.#at++;
    return this.#count(lead, 0x80, 0xde);
  }

  /**
   * Takes one value.
   *
   * @throws {CodecError} any code but `CODEC_UNSUPPORTED`
   */
  value(): unknown {
    return this.#value(0);
  }

  #value(depth: number): unknown {
    const lead = this.#u8();
    if (lead < 0x80) return lead;
    if (lead >= 0xe0) return lead - 0x1_00;
    if (lead >= 0xc0) return this.#lead(lead, depth);
    if (lead >= 0xa0) return this.#text(lead & 0x1f);
    if (lead >= 0x90) return this.#array(lead & 0x0f, depth);
    return this.#map(lead & 0x0f, depth);
  }

  #lead(lead: number, depth: number): unknown {
    if (lead >= 0xca && lead <= 0xd3) return this.#number(lead);
    switch (lead) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xd9:
        return this.#text(this.#u8());
      case 0xda:
        return this.#text(this.#u16());
      case 0xdb:
        return this.#text(this.#u32());
      case 0xdc:
        return this.#array(this.#u16(), depth);
      case 0xdd:
        return this.#array(this.#u32(), depth);
      case 0xde:
        return this.#map(this.#u16(), depth);
      case 0xdf:
        return this.#map(this.#u32(), depth);
      default:
        return this.#octetString(lead);
    }
  }

  #octetString(lead: number): unknown {
    switch (lead) {
      case 0xc4:
        return this.#bytes(this.#u8());
      case 0xc5:
        return this.#bytes(this.#u16());
      case 0xc6:
        return this.#bytes(this.#u32());
      case 0xc7:
        return this.#extension(this.#u8());
      case 0xc8:
        return this.#extension(this.#u16());
      case 0xc9:
        return this.#extension(this.#u32());
      case 0xc1:
        throw malformed(lead, this.#at - 1);
      default:
        return this.#extension(1 << (lead - 0xd4));
    }
  }

  #number(lead: number): number | bigint {
    switch (lead) {
      case 0xca:
        return this.#view(4).getFloat32(0);
      case 0xcb:
        return this.#view(8).getFloat64(0);
      case 0xcc:
        return this.#u8();
      case 0xcd:
        return this.#u16();
      case 0xce:
        return this.#u32();
      case 0xd0:
        return (this.#u8() << 24) >> 24;
      case 0xd1:
        return (this.#u16() << 16) >> 16;
      case 0xd2:
        return this.#u32() | 0;
      default: {
        const view = this.#view(8);
        const exact = lead === 0xcf ? view.getBigUint64(0) : view.getBigInt64(0);
        const number = Number(exact);
        return Number.isSafeInteger(number) ? number : exact;
      }
    }
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, 1, depth);
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) values.push(this.#value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> | Map<unknown, unknown> {
    this.#enter(length, 2, depth);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const start = this.#at;
      const key = this.#value(depth + 1);
      if (typeof key !== "string") return this.#mixedMap(object, key, length - i, depth);
      if (key === "__proto__") throw badKey(key, start);
      object[key] = this.#value(depth + 1);
    }
    return object;
  }

  /** Continues a map that turned out to have keys other than text. */
  #mixedMap(
    head: Record<string, unknown>,
    firstKey: unknown,
    remaining: number,
    depth: number,
  ): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>(Object.entries(head));
    for (let i = 0; i < remaining; i++) {
      const start = this.#at;
      const key = i === 0 ? firstKey : this.#value(depth + 1);
      if (key === "__proto__") throw badKey(key, start);
      if (typeof key === "number" || typeof key === "bigint") this.#countNumberKey();
      map.set(key, this.#value(depth + 1));
    }
    return map;
  }

  #countNumberKey(): void {
    const { maxNumberKeys } = this.#limits;
    if (++this.#numberKeys > maxNumberKeys) throw tooManyNumberKeys(maxNumberKeys);
  }

  /** Checks what a container announces before anything is stored for it. */
  #enter(length: number, octetsPerEntry: number, depth: number): void {
    const { maxDepth, maxElements } = this.#limits;
    if (depth >= maxDepth) throw tooDeep(maxDepth);
    this.#need(length * octetsPerEntry);
    this.#elements += length;
    if (this.#elements > maxElements) throw tooManyElements(maxElements, this.#elements);
  }

  #text(length: number): string {
    const start = this.#at;
    this.#need(length);
    const end = start + length;
    this.#at = end;
    const octets = this.#octets;
    if (length <= SHORT_TEXT) {
      let text = "";
      let at = start;
      for (; at < end; at++) {
        const octet = octets[at] as number;
        if (octet > 0x7f) break;
        text += String.fromCharCode(octet);
      }
      if (at === end) return text;
    }
    this.#checkString(length);
    try {
      return textDecoder.decode(octets.subarray(start, end));
    } catch {
      throw badText(start);
    }
  }

  #checkString(length: number): void {
    const { maxStringBytes } = this.#limits;
    if (length > maxStringBytes) throw tooLongString(maxStringBytes, length);
  }

  #bytes(length: number): Uint8Array {
    this.#need(length);
    this.#checkString(length);
    const start = this.#at;
    this.#at += length;
    const octets = this.#octets;
    // A view would keep the whole received buffer alive: worth it only where it is most of it.
    return length * 2 > octets.buffer.byteLength
      ? octets.subarray(start, start + length)
      : new Uint8Array(octets.subarray(start, start + length));
  }

  #extension(length: number): unknown {
    const type = (this.#u8() << 24) >> 24;
    const data = this.#bytes(length);
    if (type === TIMESTAMP) return timestamp(data, this.#at);
    const extension = new Extension(type, data);
    return this.#extensions === undefined ? extension : this.#extensions.fromExtension(extension);
  }

  #count(lead: number, fix: number, u16Lead: number): number {
    if (lead < 0xc0) return lead - fix;
    return lead === u16Lead ? this.#u16() : this.#u32();
  }

  #u8(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw truncated(this.#at);
    this.#at++;
    return octet;
  }

  #u16(): number {
    return (this.#u8() << 8) | this.#u8();
  }

  #u32(): number {
    return this.#u16() * 0x1_0000 + this.#u16();
  }

  #view(length: number): DataView {
    this.#need(length);
    const view = new DataView(this.#octets.buffer, this.#octets.byteOffset + this.#at, length);
    this.#at += length;
    return view;
  }

  #need(count: number): void {
    if (this.#at + count > this.#octets.length) throw truncated(this.#octets.length);
  }
}

function isArrayLead(lead: number): boolean {
  return (lead & 0xf0) === 0x90 || lead === 0xdc || lead === 0xdd;
}

function isMapLead(lead: number): boolean {
  return (lead & 0xf0) === 0x80 || lead === 0xde || lead === 0xdf;
}

/** Spec: MessagePack, "Timestamp extension type": 32, 64 and 96 bits. */
function timestamp(data: Uint8Array, offset: number): Date | Extension {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (data.length) {
    case 4:
      return new Date(view.getUint32(0) * 1000);
    case 8: {
      const packed = view.getBigUint64(0);
      const nanos = Number(packed >> 34n);
      const seconds = Number(packed & 0x3_ffff_ffffn);
      return dateOf(seconds, nanos) ?? new Extension(TIMESTAMP, data);
    }
    case 12:
      return (
        dateOf(Number(view.getBigInt64(4)), view.getUint32(0)) ?? new Extension(TIMESTAMP, data)
      );
    default:
      throw malformed(0xff, offset);
  }
}

/** The ms in which an instant lies, or `undefined` when no `Date` is it. */
function dateOf(seconds: number, nanos: number): Date | undefined {
  if (nanos >= NANOS_PER_SECOND) return undefined;
  const date = new Date(seconds * 1000 + Math.floor(nanos / 1e6));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
