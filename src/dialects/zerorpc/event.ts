/**
 * Events: the messages of zerorpc, read and written.
 *
 * Spec: docs/protocols/zerorpc.md, "Events" and "Header fields".
 *
 *     93                                     array of three
 *       8n                                   header, n fields
 *         aa "message_id" c4 20 <32 octets>  id of this event
 *         a1 "v" 03                          version of the protocol
 *         ab "response_to" <id as it came>   id of the channel's first event
 *         …                                  fields that old peers ignore
 *       a2 "OK"                              name
 *       91 05                                args
 *
 * Knows nothing of which events make up a call.
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import {
  badKey,
  CODEC_DEFAULTS,
  CodecError,
  type CodecLimits,
  malformed,
  tooManyElements,
} from "../../codec/errors.ts";
import { MsgpackReader } from "../../codec/msgpack-reader.ts";
import { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import { ID_OCTETS, MessageIds, writeCounter } from "./message-ids.ts";
import { NameCache } from "./name-cache.ts";

/** How many fields a header may have; an event with more is refused. */
const MAX_HEADER_FIELDS = 256;
/** The version that our events say. */
const VERSION = 3;
/** The version of a peer that says none. */
const UNSTATED_VERSION = 1;

const MESSAGE_ID = asciiText("message_id");
const RESPONSE_TO = asciiText("response_to");

/** `93 8n aa "message_id" c4 20 …32… a1 "v" 03`, with the places that change per event. */
const MAP_AT = 1;
const ID_AT = 2 + MESSAGE_ID.length + 2;
const HEAD_OCTETS = ID_AT + ID_OCTETS + 3;

/** Header fields beyond the old protocol, as they came. */
export type ExtraFields = Record<string, unknown>;

/** One event as read, without its args, which are next under the reader's cursor. */
export interface EventHead {
  /** The raw MessagePack value of `message_id`, as a view; `undefined` if there is none. */
  readonly id: Uint8Array | undefined;
  /** The raw value of `response_to`; `undefined` if this event opens a channel. */
  readonly responseTo: Uint8Array | undefined;
  readonly version: number;
  readonly extra: ExtraFields | undefined;
  readonly name: string;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads and writes events. */
export class EventCodec {
  readonly ids: MessageIds;
  readonly reader: MsgpackReader;
  readonly writer: MsgpackWriter = new MsgpackWriter();
  /** Where hashes of peers' ids start, so that peers cannot choose ids that collide. */
  readonly hashSeed: number;
  readonly #names = new NameCache();
  readonly #head = new Uint8Array(HEAD_OCTETS);

  constructor(random: Random, limits: CodecLimits = CODEC_DEFAULTS) {
    this.ids = new MessageIds(random);
    this.hashSeed = Math.floor(random() * 0x1_0000_0000);
    this.reader = new MsgpackReader(limits);
    const head = this.#head;
    head[0] = 0x93;
    head.set(MESSAGE_ID, 2);
    head[ID_AT - 2] = 0xc4;
    head[ID_AT - 1] = ID_OCTETS;
    this.ids.writeSuffix(head, ID_AT);
    head.set([0xa1, 0x76, VERSION], ID_AT + ID_OCTETS);
  }

  /**
   * Reads an event up to its args.
   *
   * @throws {CodecError} when the octets are no event
   */
  readHead(octets: Uint8Array): EventHead {
    const { reader } = this;
    reader.reset(octets);
    if (reader.arrayLength() !== 3) throw malformed(octets[0] ?? 0, 0);
    const head: Writable<EventHead> = {
      id: undefined,
      responseTo: undefined,
      version: UNSTATED_VERSION,
      extra: undefined,
      name: "",
    };
    for (let fields = this.#fieldCount(octets); fields > 0; fields--) this.#readField(head);
    head.name = this.#readName(octets);
    return head;
  }

  /**
   * Starts writing an event: header fields up to `response_to`. The caller adds `extraFields` more
   * fields, the name and the args, and finishes the writer.
   *
   * @param counter - number of the event's own id
   * @param responseTo - raw value of the channel's id; `undefined` for an event that opens one
   * @throws {CodecError} `CODEC_UNSUPPORTED` when an event is being written already: one codec serves
   *   all peers, and a value's `toJSON` or getter has made a call
   */
  writeHead(counter: number, responseTo: Uint8Array | undefined, extraFields: number): void {
    if (this.writer.length > 0) {
      throw new CodecError(
        "CODEC_UNSUPPORTED",
        "expected no call from toJSON or a getter of a value that is being encoded, got one",
      );
    }
    const head = this.#head;
    writeCounter(head, ID_AT, counter);
    const fields = (responseTo === undefined ? 2 : 3) + extraFields;
    head[MAP_AT] = 0x80 | fields;
    this.writer.raw(head);
    if (responseTo === undefined) return;
    this.writer.raw(RESPONSE_TO);
    this.writer.raw(responseTo);
  }

  /** The raw value of the id with a number, for `response_to`. */
  rawId(counter: number): Uint8Array {
    const raw = this.#head.slice(ID_AT - 2, ID_AT + ID_OCTETS);
    writeCounter(raw, 2, counter);
    return raw;
  }

  /** The number of a raw id that this codec made, or -1. */
  parseRawId(raw: Uint8Array): number {
    if (raw.length !== ID_OCTETS + 2 || raw[0] !== 0xc4) return -1;
    return this.ids.parse(raw, 2);
  }

  #fieldCount(octets: Uint8Array): number {
    const fields = this.reader.mapLength();
    if (fields === undefined) throw malformed(octets[1] ?? 0, 1);
    if (fields > MAX_HEADER_FIELDS) throw tooManyElements(MAX_HEADER_FIELDS, fields);
    return fields;
  }

  #readField(head: Writable<EventHead>): void {
    const { reader } = this;
    if (reader.takeOctets(MESSAGE_ID)) head.id = this.#rawValue();
    else if (reader.takeOctets(RESPONSE_TO)) head.responseTo = notNil(this.#rawValue());
    else {
      const { offset } = reader;
      const key = reader.value();
      const value = reader.value();
      if (key === "v") head.version = typeof value === "number" ? value : UNSTATED_VERSION;
      else if (typeof key === "string" && key !== "__proto__") (head.extra ??= {})[key] = value;
      // Python allows bin as a key, and nothing but text means anything.
      else if (!(key instanceof Uint8Array)) throw badKey(String(key), offset);
    }
  }

  #rawValue(): Uint8Array {
    const { reader } = this;
    const start = reader.offset;
    // Nearly every id is a bin of 32 octets, which need not become a value at all.
    if (reader.peek() === 0xc4 && reader.peek(1) === ID_OCTETS) reader.skip(2 + ID_OCTETS);
    else reader.value();
    return reader.since(start);
  }

  #readName(octets: Uint8Array): string {
    const { reader } = this;
    const lead = reader.peek() ?? 0;
    const start = reader.offset + 1;
    const length = lead & 0x1f;
    const short = (lead & 0xe0) === 0xa0;
    if (short && start + length <= octets.length) {
      const known = this.#names.find(octets, start, length);
      if (known !== undefined) {
        reader.skip(length + 1);
        return known;
      }
    }
    const value = reader.value();
    if (typeof value !== "string") return nameOfOther(value);
    if (short) this.#names.remember(octets, start, length, value);
    return value;
  }
}

/** A channel id of nil is none, as in Python. */
function notNil(raw: Uint8Array): Uint8Array | undefined {
  return raw[0] === 0xc0 ? undefined : raw;
}

/** How a name that is no text is called in the answer; no method has such a name. */
function nameOfOther(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `b'${String.fromCharCode(...value.subarray(0, MAX_PRINTED_OCTETS))}'`;
  }
  return typeof value === "object" && value !== null ? "<no text>" : String(value);
}

const MAX_PRINTED_OCTETS = 256;

/** A str of up to 31 octets as MessagePack writes it. */
export function asciiText(text: string): Uint8Array {
  return Uint8Array.from([0xa0 | text.length, ...new TextEncoder().encode(text)]);
}
