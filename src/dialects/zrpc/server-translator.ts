/**
 * The server's side of zrpc: requests in, answers out, for one peer.
 *
 * Spec: docs/protocols/zrpc.md.
 *
 * @module
 */

import type { MsgpackReader } from "../../codec/msgpack-reader.ts";
import type { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import type { PeerKind, Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../rpc/packet.ts";
import {
  closeEnvelope,
  type Envelope,
  openEnvelope,
  REQUEST_LENGTH,
  SHORT_LENGTH,
} from "./envelope.ts";
import { encodeFailure } from "./errors.ts";
import { LIST_METHOD } from "./introspection.ts";

/** One request and the way back of its answer. */
interface ServerChannel extends ChannelRef {
  /** The octets of its id. */
  readonly id: Uint8Array;
  back: Message;
}

/** What all translators of a dialect share; nothing of it is used across two messages. */
export interface Octets {
  readonly reader: MsgpackReader;
  readonly writer: MsgpackWriter;
}

/** The longest id that is taken; those of remembered answers are kept. */
const MAX_ID_OCTETS = 1024;
const NIL = 0xc0;
const EMPTY = new Uint8Array(0);
const NO_ARGS: readonly unknown[] = [];

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #octets: Octets;
  /** A REQ peer that gets no answer at all can never ask again. */
  readonly #needsAnswer: boolean;

  constructor(octets: Octets, peer: PeerKind) {
    this.#octets = octets;
    this.#needsAnswer = peer.socketType === "REQ";
  }

  decode(message: Message, packets: Packet[]): void {
    const envelope = openEnvelope(message);
    if (typeof envelope === "string") {
      packets.push({ type: "malformed", channel: undefined, reason: envelope });
      return;
    }
    let channel: ServerChannel | undefined;
    try {
      const length = this.#readLength(envelope.payload);
      channel = { call: undefined, extended: false, id: this.#readId(), back: envelope.back };
      packets.push(this.#request(channel, length, envelope.payload));
    } catch (error) {
      const reason = reasonOf(error);
      packets.push({ type: "malformed", channel, reason });
      if (channel === undefined) this.#refuse(envelope, packets);
    }
  }

  encode(packet: Packet): Message | undefined {
    if (packet.type !== "result" && packet.type !== "error") return undefined;
    const channel = packet.channel as ServerChannel;
    const failed = packet.type === "error";
    const { writer } = this.#octets;
    writer.arrayHeader(SHORT_LENGTH);
    writer.raw(channel.id);
    try {
      writer.value(failed ? encodeFailure(packet.failure) : (packet.value ?? null));
    } catch (error) {
      writer.discard();
      throw error;
    }
    writer.value(failed);
    return closeEnvelope(channel.back, writer.finish());
  }

  open(): ChannelRef {
    throw new TypeError("a zrpc server opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(channel: ChannelRef): void {
    const known = channel as ServerChannel;
    // Until here its routing frames were views into the received chunk.
    if (known.back.length > 1) known.back = known.back.map((frame) => frame.slice());
  }

  release(): void {
    // Nothing can follow a request, so nothing is remembered.
  }

  #readLength(payload: Uint8Array): number {
    const { reader } = this.#octets;
    reader.reset(payload);
    const length = reader.arrayLength();
    if (length === REQUEST_LENGTH || length === SHORT_LENGTH) return length;
    const got = length === undefined ? "something else" : `one of ${length}`;
    throw new TypeError(`expected an array of ${REQUEST_LENGTH} or ${SHORT_LENGTH}, got ${got}`);
  }

  #readId(): Uint8Array {
    const { reader } = this.#octets;
    const start = reader.offset;
    const id = reader.value();
    const octets = reader.since(start);
    if (octets.length > MAX_ID_OCTETS) {
      throw new RangeError(
        `expected an id of at most ${MAX_ID_OCTETS} octets, got ${octets.length}`,
      );
    }
    if (typeof id === "object" && id !== null && !(id instanceof Uint8Array)) {
      throw new TypeError("expected an id that is no array, map or extension");
    }
    return octets.slice();
  }

  #request(channel: ServerChannel, length: number, payload: Uint8Array): Packet {
    const { reader } = this.#octets;
    const method = readMethod(reader.value());
    const third = reader.value();
    const named = length === REQUEST_LENGTH ? readKwargs(reader.value()) : undefined;
    if (reader.offset !== payload.length) {
      throw new RangeError(
        `expected ${reader.offset} octets, got ${payload.length - reader.offset} more`,
      );
    }
    const args = length === REQUEST_LENGTH ? readArgs(third) : third === null ? NO_ARGS : [third];
    return { type: "request", channel, method, args, options: optionsOf(channel.id, named) };
  }

  #refuse({ back }: Envelope, packets: Packet[]): void {
    if (!this.#needsAnswer) return;
    packets.push({ type: "immediate", channel: undefined, message: closeEnvelope(back, EMPTY) });
  }
}

function readMethod(method: unknown): string {
  if (method === null) return LIST_METHOD;
  if (typeof method === "string") return method;
  throw new TypeError(`expected the method as text or nil, got ${kindOf(method)}`);
}

function readArgs(args: unknown): readonly unknown[] {
  if (Array.isArray(args)) return args as readonly unknown[];
  throw new TypeError(`expected args as an array, got ${kindOf(args)}`);
}

function readKwargs(kwargs: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof kwargs === "object" && kwargs !== null) {
    if (Object.getPrototypeOf(kwargs) === Object.prototype) {
      const named = kwargs as Readonly<Record<string, unknown>>;
      for (const _ in named) return named;
      return undefined;
    }
  }
  throw new TypeError(`expected kwargs as a map with text for keys, got ${kindOf(kwargs)}`);
}

function optionsOf(
  id: Uint8Array,
  named: Readonly<Record<string, unknown>> | undefined,
): RequestOptions | undefined {
  if (id[0] === NIL) return named === undefined ? undefined : { named };
  // One character for each octet, so that no two ids agree; no other dialect's ids start like this.
  const requestId = `zrpc ${String.fromCharCode.apply(undefined, id as unknown as number[])}`;
  return named === undefined ? { requestId } : { requestId, named };
}

function kindOf(value: unknown): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "octets";
  return typeof value === "object" ? "a map" : typeof value;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
