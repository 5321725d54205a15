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
  CodecError,
  type CodecLimits,
  malformed,
  tooManyElements,
} from "../../codec/errors.ts";
import { MsgpackReader } from "../../codec/msgpack-reader.ts";
import { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import { BundleWriter } from "./item-bundle.ts";
import { ID_OCTETS, MessageIds, writeCounter } from "./message-ids.ts";
import { NameCache } from "./name-cache.ts";

/** How many fields a header may have; an event with more is refused. */
const MAX_HEADER_FIELDS = 256;
/** The version that our events say. */
const VERSION = 3;
/** The version of a peer that says none. */
const UNSTATED_VERSION = 1;

/** Octets of a value that are not copied when an event is written. */
const VIEW_BYTES = 64 * 1024;

const NOTHING = new Uint8Array(0);

/** The header field by which two new peers find each other. */
export const MARK = "zc";

const MESSAGE_ID = asciiText("message_id");
const RESPONSE_TO = asciiText("response_to");
const VERSION_KEY = asciiText("v");
const MARK_KEY = asciiText(MARK);
/** How long the caller waits, in ms. */
export const TIMEOUT_KEY: Uint8Array = asciiText("timeout");

/** `93 8n aa "message_id" c4 20 …32… a1 "v" 03`, with the places that change per event. */
const MAP_AT = 1;
const ID_AT = 2 + MESSAGE_ID.length + 2;
const HEAD_OCTETS = ID_AT + ID_OCTETS + 3;

/** What an answer without an id of its own begins with: `93 82 a1 v 03 ab response_to`. */
const NAMELESS_HEAD = Uint8Array.of(0x93, 0x82, ...VERSION_KEY, VERSION, ...RESPONSE_TO);

/** The names that most events have. */
const USUAL_NAMES = ["OK", "STREAM", "_zc_items", "STREAM_DONE", "ERR", "_zpc_more", "_zpc_hb"];

/** Header fields beyond the old protocol, as they came. */
export type ExtraFields = Record<string, unknown>;

/**
 * One event as read, without its args, which are next under the reader's cursor. Ids stay where
 * they are in the event until somebody asks for them.
 */
export class EventHead {
  #octets: Uint8Array = NOTHING;
  /** Where the raw values of the ids lie; both ends are 0 if there is none. */
  idAt = 0;
  idEnd = 0;
  responseToAt = 0;
  responseToEnd = 0;
  /** Where the raw value of `named` lies, in the same way. */
  namedAt = 0;
  namedEnd = 0;
  version: number = UNSTATED_VERSION;
  /** The value of {@link MARK}; `undefined` from an old peer. */
  mark: unknown = undefined;
  /** The value of `timeout`, whatever it is. */
  timeout: unknown = undefined;
  /** Further fields beyond the old protocol. */
  rest: ExtraFields | undefined = undefined;
  name = "";

  /** Forgets the event before. */
  reset(octets: Uint8Array): void {
    this.#octets = octets;
    this.idAt = 0;
    this.idEnd = 0;
    this.responseToAt = 0;
    this.responseToEnd = 0;
    this.namedAt = 0;
    this.namedEnd = 0;
    this.version = UNSTATED_VERSION;
    this.mark = undefined;
    this.timeout = undefined;
    this.rest = undefined;
    this.name = "";
  }

  /** The raw MessagePack value of `message_id`, as a view; `undefined` if there is none. */
  get id(): Uint8Array | undefined {
    return this.idEnd === 0 ? undefined : this.#octets.subarray(this.idAt, this.idEnd);
  }

  /** The raw value of `response_to`; `undefined` if this event opens a channel. */
  get responseTo(): Uint8Array | undefined {
    if (this.responseToEnd === 0) return undefined;
    return this.#octets.subarray(this.responseToAt, this.responseToEnd);
  }

  /** The raw value of the arguments by name, as a view; empty if there are none. */
  get rawNamed(): Uint8Array {
    return this.#octets.subarray(this.namedAt, this.namedEnd);
  }

  /** All fields beyond the old protocol. */
  get extra(): ExtraFields | undefined {
    const { mark, timeout, rest } = this;
    if (mark === undefined && timeout === undefined) return rest;
    return {
      ...(mark !== undefined && { [MARK]: mark }),
      ...(timeout !== undefined && { timeout }),
      ...rest,
    };
  }
}

/** Reads and writes events. */
export class EventCodec {
  readonly ids: MessageIds;
  readonly reader: MsgpackReader;
  readonly writer: MsgpackWriter = new MsgpackWriter(undefined, VIEW_BYTES);
  /** Where items are written that leave together. */
  readonly bundles: BundleWriter = new BundleWriter();
  /** Where hashes of peers' ids start, so that peers cannot choose ids that collide. */
  readonly hashSeed: number;
  readonly #names = new NameCache(USUAL_NAMES);
  /** The head that was read last: one serves for all, as every event is read to its end at once. */
  readonly #read = new EventHead();
  /** What events that open a channel begin with, and what those that answer do. */
  readonly #opening = new Uint8Array(HEAD_OCTETS);
  readonly #answering = new Uint8Array(HEAD_OCTETS + RESPONSE_TO.length);

  constructor(random: Random, limits?: Partial<CodecLimits>) {
    this.ids = new MessageIds(random);
    this.hashSeed = Math.floor(random() * 0x1_0000_0000);
    this.reader = new MsgpackReader(limits);
    const head = this.#opening;
    head[0] = 0x93;
    head.set(MESSAGE_ID, 2);
    head[ID_AT - 2] = 0xc4;
    head[ID_AT - 1] = ID_OCTETS;
    this.ids.writeSuffix(head, ID_AT);
    head.set([...VERSION_KEY, VERSION], ID_AT + ID_OCTETS);
    this.#answering.set(head);
    this.#answering.set(RESPONSE_TO, HEAD_OCTETS);
  }

  /**
   * Reads an event up to its args.
   *
   * @returns what is overwritten by the next call
   * @throws {CodecError} when the octets are no event
   */
  readHead(octets: Uint8Array): EventHead {
    const { reader } = this;
    const head = this.#read;
    head.reset(octets);
    reader.reset(octets);
    if (reader.arrayLength() !== 3) throw malformed(octets[0] ?? 0, 0);
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
    const head = responseTo === undefined ? this.#opening : this.#answering;
    head[MAP_AT] = 0x80 | ((responseTo === undefined ? 2 : 3) + extraFields);
    this.#writeHead(head, counter);
    if (responseTo !== undefined) this.writer.raw(responseTo);
  }

  /**
   * Makes what all events of one channel and one name have before their args, but for the number
   * of the event's own id.
   *
   * @param responseTo - raw value of the channel's id
   * @param name - as it is written
   * @param named - whether the events have ids of their own; peers beyond zerorpc need none
   */
  template(responseTo: Uint8Array, name: Uint8Array, named: boolean): Uint8Array {
    const head = named ? this.#answering : NAMELESS_HEAD;
    if (named) head[MAP_AT] = 0x80 | 3;
    return Uint8Array.of(...head, ...responseTo, ...name);
  }

  /**
   * Starts writing an event from a {@link template}. The caller adds the args.
   *
   * @throws {CodecError} as {@link writeHead}
   */
  writeTemplate(template: Uint8Array): void {
    if (template[MAP_AT] === NAMELESS_HEAD[MAP_AT]) {
      this.#checkIdle();
      this.writer.raw(template);
    } else this.#writeHead(template, this.ids.take());
  }

  #writeHead(head: Uint8Array, counter: number): void {
    this.#checkIdle();
    writeCounter(head, ID_AT, counter);
    this.writer.raw(head);
  }

  #checkIdle(): void {
    if (!this.writer.busy) return;
    throw new CodecError(
      "CODEC_UNSUPPORTED",
      "expected no call from toJSON or a getter of a value that is being encoded, got one",
    );
  }

  /** The raw value of the id with a number, for `response_to`. */
  rawId(counter: number): Uint8Array {
    const raw = this.#opening.slice(ID_AT - 2, ID_AT + ID_OCTETS);
    writeCounter(raw, 2, counter);
    return raw;
  }

  /** The number of a raw id that this codec made and that lies between two offsets, or -1. */
  parseRawId(octets: Uint8Array, at: number = 0, end: number = octets.length): number {
    if (end - at !== ID_OCTETS + 2 || octets[at] !== 0xc4) return -1;
    return this.ids.parse(octets, at + 2);
  }

  #fieldCount(octets: Uint8Array): number {
    const fields = this.reader.mapLength();
    if (fields === undefined) throw malformed(octets[1] ?? 0, 1);
    if (fields > MAX_HEADER_FIELDS) throw tooManyElements(MAX_HEADER_FIELDS, fields);
    return fields;
  }

  /**
   * Reads one field. Keys that mean something are compared where they lie, as every sender writes
   * them in the same octets; whatever else there is takes the general way.
   */
  #readField(head: EventHead): void {
    const { reader } = this;
    switch (reader.peek()) {
      case MESSAGE_ID[0]:
        if (!reader.takeOctets(MESSAGE_ID)) break;
        head.idAt = reader.offset;
        this.#passId();
        head.idEnd = reader.offset;
        return;
      case RESPONSE_TO[0]: {
        if (!reader.takeOctets(RESPONSE_TO)) break;
        // A channel id of nil is none, as in Python.
        const isNil = reader.peek() === 0xc0;
        head.responseToAt = reader.offset;
        this.#passId();
        head.responseToEnd = isNil ? 0 : reader.offset;
        return;
      }
      case VERSION_KEY[0]:
        if (!reader.takeOctets(VERSION_KEY)) break;
        head.version = asVersion(reader.value());
        return;
      case MARK_KEY[0]:
        if (!reader.takeOctets(MARK_KEY)) break;
        head.mark = reader.value();
        return;
      case TIMEOUT_KEY[0]:
        if (!reader.takeOctets(TIMEOUT_KEY)) break;
        head.timeout = reader.value();
        return;
      default:
    }
    this.#readAnyField(head);
  }

  #readAnyField(head: EventHead): void {
    const { reader } = this;
    const { offset } = reader;
    const key = reader.value();
    const valueAt = reader.offset;
    const value = reader.value();
    if (key === "named") {
      head.namedAt = valueAt;
      head.namedEnd = reader.offset;
    }
    if (key === "v") head.version = asVersion(value);
    else if (key === MARK) head.mark = value;
    else if (key === "timeout") head.timeout = value;
    else if (typeof key === "string" && key !== "__proto__") (head.rest ??= {})[key] = value;
    // Python allows bin as a key, and nothing but text means anything.
    else if (!(key instanceof Uint8Array)) throw badKey(String(key), offset);
  }

  /** Moves on over an id, which need not become a value at all: nearly all are a bin of 32 octets. */
  #passId(): void {
    const { reader } = this;
    if (reader.peek() === 0xc4 && reader.peek(1) === ID_OCTETS) reader.skip(2 + ID_OCTETS);
    else reader.value();
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

function asVersion(value: unknown): number {
  return typeof value === "number" ? value : UNSTATED_VERSION;
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
