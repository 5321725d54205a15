/**
 * Carries out the instructions of a pickle that was found to be plain data.
 *
 * Spec: docs/protocols/netcall.md, "Pickle, as data only".
 *
 * A stack of values; marks on it, from which containers take what lies above; a memo of values that
 * are used again. Dicts are `Map` while they grow, because what refers to them must not notice when a
 * key comes that is no text; `settleDicts` makes objects of them at the end.
 *
 * @module
 */

import { CodecError, type CodecLimits, tooManyElements, tooManyNumberKeys } from "./errors.ts";
import { ARGUMENT_OF, OP, type PickleArgument } from "./pickle-opcodes.ts";
import {
  readDecimal,
  readEscapedText,
  readFloat,
  readInt,
  readLong,
  readOldString,
  readQuoted,
  readText,
} from "./pickle-scalars.ts";
import { endOfArgument, scanPickle } from "./pickle-scan.ts";
import { settleDicts } from "./pickle-settle.ts";

/**
 * Reads one pickle.
 *
 * @throws {CodecError} any code but `CODEC_UNSUPPORTED`
 */
export function readPickle(octets: Uint8Array, limits: CodecLimits): unknown {
  scanPickle(octets, limits);
  const machine = new PickleMachine(octets, limits);
  return settleDicts(machine.run(), limits, machine.shares);
}

/** Everything here relies on {@link scanPickle} having seen the octets. */
class PickleMachine {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #limits: CodecLimits;
  /** By number; no `Map`, because a peer can choose numbers that it finds slowly. */
  readonly #memo = Object.create(null) as Record<number, unknown>;
  #memoSize = 0;
  /** What was put into containers so far, and the numbers among it that a hash has to find. */
  #entries = 0;
  #numberKeys = 0;
  /** Where the instruction stands. */
  #at = 0;
  /** Where its argument ends. */
  #end = 0;
  /** A container was used again, or may have been. */
  shares = false;

  constructor(octets: Uint8Array, limits: CodecLimits) {
    this.#octets = octets;
    this.#limits = limits;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  run(): unknown {
    for (;;) {
      const octet = this.#octets[this.#at] as number;
      this.#end = endOfArgument(this.#octets, this.#at + 1, ARGUMENT_OF[octet] as PickleArgument);
      if (octet === OP.STOP) return this.#pop();
      if (!this.#scalar(octet) && !this.#container(octet)) this.#bookkeeping(octet);
      this.#at = this.#end;
    }
  }

  // One case for each instruction: the table is the point.
  // oxlint-disable-next-line complexity -- one case for each instruction
  #scalar(octet: number): boolean {
    switch (octet) {
      case OP.NONE:
        return this.#push(null);
      case OP.NEWTRUE:
        return this.#push(true);
      case OP.NEWFALSE:
        return this.#push(false);
      case OP.BININT:
        return this.#push(this.#view.getInt32(this.#at + 1, true));
      case OP.BININT1:
        return this.#push(this.#view.getUint8(this.#at + 1));
      case OP.BININT2:
        return this.#push(this.#view.getUint16(this.#at + 1, true));
      case OP.LONG1:
        return this.#push(readLong(this.#sized(1), this.#at));
      case OP.LONG4:
        return this.#push(readLong(this.#sized(4), this.#at));
      case OP.BINFLOAT:
        return this.#push(this.#view.getFloat64(this.#at + 1));
      case OP.SHORT_BINUNICODE:
        return this.#push(readText(this.#sized(1), this.#at));
      case OP.BINUNICODE:
        return this.#push(readText(this.#sized(4), this.#at));
      case OP.BINUNICODE8:
        return this.#push(readText(this.#sized(8), this.#at));
      case OP.SHORT_BINBYTES:
        return this.#push(this.#sized(1).slice());
      case OP.BINBYTES:
        return this.#push(this.#sized(4).slice());
      case OP.BINBYTES8:
      case OP.BYTEARRAY8:
        return this.#push(this.#sized(8).slice());
      default:
        return this.#oldScalar(octet);
    }
  }

  /** What protocols 0 and 1 and Python 2 write. */
  #oldScalar(octet: number): boolean {
    switch (octet) {
      case OP.INT:
        return this.#push(readInt(this.#line(), this.#at));
      case OP.LONG:
        return this.#push(readDecimal(this.#line(), this.#at));
      case OP.FLOAT:
        return this.#push(readFloat(this.#line(), this.#at));
      case OP.UNICODE:
        return this.#push(readEscapedText(this.#line(), this.#at));
      case OP.STRING:
        return this.#push(readQuoted(this.#line(), this.#at));
      case OP.BINSTRING:
        return this.#push(readOldString(this.#sized(4)));
      case OP.SHORT_BINSTRING:
        return this.#push(readOldString(this.#sized(1)));
      default:
        return false;
    }
  }

  // oxlint-disable-next-line complexity -- one case for each instruction
  #container(octet: number): boolean {
    switch (octet) {
      case OP.EMPTY_LIST:
      case OP.EMPTY_TUPLE:
        return this.#push([]);
      case OP.EMPTY_DICT:
        return this.#push(new Map());
      case OP.EMPTY_SET:
        return this.#push(new Set());
      case OP.LIST:
      case OP.TUPLE:
        return this.#push(this.#popToMark());
      case OP.TUPLE1:
        return this.#push(this.#popMany(1));
      case OP.TUPLE2:
        return this.#push(this.#popMany(2));
      case OP.TUPLE3:
        return this.#push(this.#popMany(3));
      case OP.FROZENSET:
        return this.#addTo(new Set());
      case OP.DICT:
        return this.#push(this.#setItems(new Map(), this.#popToMark()));
      case OP.APPEND:
      case OP.APPENDS:
        return this.#append(octet === OP.APPEND ? this.#popMany(1) : this.#popToMark());
      case OP.SETITEM:
      case OP.SETITEMS: {
        const items = octet === OP.SETITEM ? this.#popMany(2) : this.#popToMark();
        const dict = this.#top();
        if (!(dict instanceof Map)) throw this.#wrong("a dict to set items of");
        this.#setItems(dict, items);
        return true;
      }
      case OP.ADDITEMS: {
        const items = this.#popToMark();
        const set = this.#top();
        if (!(set instanceof Set)) throw this.#wrong("a set to add items to");
        this.#enter(items.length);
        for (const item of items) set.add(this.#hashable(item));
        return true;
      }
      default:
        return false;
    }
  }

  #bookkeeping(octet: number): void {
    switch (octet) {
      case OP.MARK:
        this.#checkRoom(this.#marks.length);
        this.#marks.push(this.#stack.length);
        break;
      case OP.POP:
        // On top of a mark it takes the mark, as Python has it.
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        break;
      case OP.POP_MARK:
        this.#popToMark();
        break;
      case OP.DUP:
        this.#again(this.#top());
        break;
      case OP.MEMOIZE:
        this.#remember(this.#memoSize);
        break;
      case OP.PUT:
      case OP.BINPUT:
      case OP.LONG_BINPUT:
        this.#remember(this.#index(octet));
        break;
      case OP.GET:
      case OP.BINGET:
      case OP.LONG_BINGET: {
        const index = this.#index(octet);
        if (!(index in this.#memo)) throw this.#wrong(`a memo entry ${index}`);
        this.#again(this.#memo[index]);
        break;
      }
      default:
      // PROTO and FRAME say nothing that matters to who has all octets.
    }
  }

  #index(octet: number): number {
    if (octet === OP.BINPUT || octet === OP.BINGET) return this.#view.getUint8(this.#at + 1);
    if (octet === OP.LONG_BINPUT || octet === OP.LONG_BINGET) {
      return this.#view.getUint32(this.#at + 1, true);
    }
    const index = readDecimal(this.#line(), this.#at);
    if (typeof index === "bigint" || index < 0) throw this.#wrong("the number of a memo entry");
    return index;
  }

  #push(value: unknown): true {
    this.#checkRoom(this.#stack.length);
    this.#stack.push(value);
    return true;
  }

  #again(value: unknown): void {
    this.shares ||= typeof value === "object" && value !== null;
    this.#push(value);
  }

  /** What waits on the stack for its container is a key or a value of an entry. */
  #checkRoom(height: number): void {
    const { maxElements } = this.#limits;
    if (height > 2 * maxElements) throw tooManyElements(maxElements, Math.ceil(height / 2));
  }

  #remember(index: number): void {
    const value = this.#top();
    if (!(index in this.#memo)) this.#memoSize++;
    this.#memo[index] = value;
  }

  /** Counts entries before they are stored. */
  #enter(count: number): void {
    this.#entries += count;
    const { maxElements } = this.#limits;
    if (this.#entries > maxElements) throw tooManyElements(maxElements, this.#entries);
  }

  /** What lies under the last mark belongs to somebody else. */
  #popMany(count: number): unknown[] {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count) throw this.#wrong("more values");
    return this.#stack.splice(-count, count);
  }

  #pop(): unknown {
    return this.#popMany(1)[0];
  }

  #top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#wrong("more values");
    return this.#stack.at(-1);
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#wrong("a mark");
    return this.#stack.splice(mark);
  }

  #append(items: readonly unknown[]): true {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#wrong("a list to append to");
    this.#enter(items.length);
    for (const item of items) list.push(item);
    return true;
  }

  #addTo(set: Set<unknown>): true {
    const items = this.#popToMark();
    this.#enter(items.length);
    for (const item of items) set.add(this.#hashable(item));
    return this.#push(set);
  }

  #setItems(dict: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 !== 0) throw this.#wrong("a value for each key");
    this.#enter(items.length / 2);
    for (let i = 0; i < items.length; i += 2) dict.set(this.#hashable(items[i]), items[i + 1]);
    return dict;
  }

  #hashable(value: unknown): unknown {
    if (value instanceof Map) throw this.#wrong("a key or an entry of a set that can be hashed");
    if (typeof value === "number" || typeof value === "bigint") {
      const { maxNumberKeys } = this.#limits;
      if (++this.#numberKeys > maxNumberKeys) throw tooManyNumberKeys(maxNumberKeys);
    }
    return value;
  }

  #line(): Uint8Array {
    const line = this.#octets.subarray(this.#at + 1, this.#end - 1);
    // Files that passed through Windows end their lines in two characters.
    return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  }

  #sized(lengthOctets: number): Uint8Array {
    return this.#octets.subarray(this.#at + 1 + lengthOctets, this.#end);
  }

  #wrong(expected: string): CodecError {
    return new CodecError("CODEC_MALFORMED", `expected ${expected} at offset ${this.#at}`);
  }
}
