/**
 * The server's side of zerorpc: requests in, answers out, for one peer.
 *
 * @module
 */

import { hashInto } from "../../base/hash.ts";
import { OctetTable } from "../../base/octet-table.ts";
import type { ItemBundle, Translator } from "../../rpc/dialect.ts";
import type {
  ChannelRef,
  Message,
  OutgoingMessage,
  Packet,
  RequestOptions,
} from "../../rpc/packet.ts";
import { MAX_REQUEST_ID } from "../../rpc/limits.ts";
import { argList, isRecord, notArgs } from "./args.ts";
import type { EventCodec, EventHead, ExtraFields } from "./event.ts";
import {
  bundleOf,
  decodeFollowUp,
  encodeDraining,
  encodeFollowUp,
  encodeNotification,
  type FollowUp,
  OUTCOME,
  type ZerorpcChannel,
} from "./events-of-calls.ts";

/** A channel that a peer opened. */
export interface ServerChannel extends ZerorpcChannel {
  /** The table's hash of route and id, and the next channel in the same bucket. */
  hash: number;
  next: ServerChannel | undefined;
  /** Whether the peer knows heartbeats: version 1 does not, unless it sends some itself. */
  beats: boolean;
}

const NO_ROUTE: readonly Uint8Array[] = [];
const NO_OPTIONS: RequestOptions = {};
/** The longest message id that is taken; each open call keeps its own. */
const MAX_ID_OCTETS = 1024;
/** How many hubs a request may have passed. */
const MAX_HOPS = 16;
/** Spec: ZMTP keeps identities below 256 octets (RFC 37, "Identity"). */
const MAX_ROUTING_ID_OCTETS = 255;

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #codec: EventCodec;
  readonly #channels: OctetTable<ServerChannel>;
  /** A request of this peer had the mark. */
  #marked = false;
  /** One of them came from the peer itself and not through a hub. */
  #direct = false;

  constructor(codec: EventCodec) {
    this.#codec = codec;
    this.#channels = new OctetTable(codec.hashSeed);
  }

  decode(message: Message, packets: Packet[]): void {
    const event = message.at(-1);
    if (event === undefined) return;
    try {
      this.#decode(message, event, packets);
    } catch (error) {
      packets.push({ type: "malformed", channel: undefined, reason: reasonOf(error) });
    }
  }

  encode(packet: Packet): OutgoingMessage | undefined {
    // The first STREAM says that the answer is one.
    if (packet.type === "stream") return undefined;
    if (packet.type === "notify") {
      const marked = packet.channel?.extended ?? this.#marked;
      return marked ? encodeNotification(this.#codec, packet) : undefined;
    }
    if (packet.type === "draining") return this.#direct ? encodeDraining(this.#codec) : undefined;
    const channel = packet.channel as ServerChannel;
    if (packet.type === "heartbeat" && !channel.beats) return undefined;
    return encodeFollowUp(this.#codec, channel, packet as FollowUp);
  }

  bundle(channel: ChannelRef): ItemBundle | undefined {
    return bundleOf(this.#codec, channel as ServerChannel);
  }

  open(): ChannelRef {
    throw new TypeError("a zerorpc server opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(channel: ChannelRef): void {
    const known = channel as ServerChannel;
    // Until here both were views into the received chunk.
    known.id = known.id.slice();
    if (known.route.length > 0) known.route = known.route.map((frame) => frame.slice());
    this.#channels.add(known);
  }

  release(channel: ChannelRef): void {
    this.#channels.remove(channel as ServerChannel);
  }

  #decode(message: Message, event: Uint8Array, packets: Packet[]): void {
    const head = this.#codec.readHead(event);
    const route = routeOf(message);
    const { responseTo } = head;
    if (responseTo !== undefined) {
      const known = responseTo.length <= MAX_ID_OCTETS;
      const channel = known ? this.#channels.find(route, responseTo) : undefined;
      if (channel !== undefined) this.#followUp(channel, head, event.length, packets);
      return;
    }
    // A stray beat or grant is no call, and without an id there is no way to answer.
    if (head.name === "_zpc_hb" || head.name === "_zpc_more") return;
    const { id } = head;
    if (id === undefined || id.length > MAX_ID_OCTETS) {
      packets.push({ type: "malformed", channel: undefined, reason: badId(id) });
      return;
    }
    packets.push(this.#request(head, id, route));
  }

  #followUp(channel: ServerChannel, head: EventHead, octets: number, packets: Packet[]): void {
    try {
      const packet = decodeFollowUp(this.#codec, channel, head, octets);
      if (packet?.type === "heartbeat") channel.beats = true;
      // An event that a client has no business to send is dropped and ends no call.
      if (packet?.type === "malformed") packets.push({ ...packet, channel: undefined });
      else if (packet !== undefined) packets.push(packet);
    } catch (error) {
      packets.push({ type: "malformed", channel, reason: reasonOf(error) });
    }
  }

  #request(head: EventHead, id: Uint8Array, route: readonly Uint8Array[]): Packet {
    const extended = head.mark !== undefined;
    if (extended) {
      this.#marked = true;
      this.#direct ||= route.length === 0;
    }
    const channel: ServerChannel = {
      call: undefined,
      extended,
      id,
      route,
      version: head.version,
      announce: extended,
      itemTemplate: undefined,
      hash: 0,
      next: undefined,
      beats: head.version > 1,
    };
    const { reader } = this.#codec;
    const argsAt = reader.offset;
    let args: unknown;
    try {
      args = reader.value();
    } catch (error) {
      return { type: "malformed", channel, reason: reasonOf(error) };
    }
    const list = argList(args);
    if (list === undefined) {
      return {
        type: "malformed",
        channel,
        reason: notArgs(args),
      };
    }
    return requestOf(channel, head, list, reader.since(argsAt));
  }
}

/**
 * The frames that lead back: all before the delimiter, or before the event if there is none.
 *
 * @throws {RangeError} when there are more than any hub adds
 */
function routeOf(message: Message): readonly Uint8Array[] {
  const before = message.length - 1;
  if (before === 0) return NO_ROUTE;
  const hops = message[before - 1]?.length === 0 ? before - 1 : before;
  if (hops === 0) return NO_ROUTE;
  const route = message.slice(0, hops);
  if (hops > MAX_HOPS || route.some((frame) => frame.length > MAX_ROUTING_ID_OCTETS)) {
    throw new RangeError(`expected at most ${MAX_HOPS} routing frames of 255 octets, got more`);
  }
  return route;
}

function badId(id: Uint8Array | undefined): string {
  if (id === undefined) return "request without message_id";
  return `expected a message_id of at most ${MAX_ID_OCTETS} octets, got ${id.length}`;
}

/** What a request's header says. Without the mark all further fields are the caller's own. */
function readOptions(head: EventHead): RequestOptions | undefined {
  if (head.mark === undefined) {
    const headers = head.extra;
    return headers === undefined ? undefined : { headers };
  }
  const { timeout } = head;
  const options = isDuration(timeout) ? { timeoutMs: timeout } : NO_OPTIONS;
  return head.rest === undefined ? options : { ...options, ...rareOptions(head.rest) };
}

/** What few requests say. */
function rareOptions({ total, headers, named, input, oneway }: ExtraFields): RequestOptions {
  return {
    ...(isDuration(total) && { totalTimeoutMs: total }),
    ...(isRecord(headers) && { headers }),
    ...(isRecord(named) && { named }),
    ...(Number.isInteger(input) && { inputIndex: input as number }),
    ...(oneway === true && { oneWay: true }),
  };
}

/** What a request is remembered under, which no id of another method can be. */
function requestIdOf(method: string, id: unknown): string | undefined {
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_REQUEST_ID) return undefined;
  return `zerorpc ${JSON.stringify(method)} ${id}`;
}

const BAD_REQUEST_ID = `expected a request id of 1 to ${MAX_REQUEST_ID} characters`;

/** A request whose args have been read from `rawArgs`. */
function requestOf(
  channel: ServerChannel,
  head: EventHead,
  args: readonly unknown[],
  rawArgs: Uint8Array,
): Packet {
  const { name: method } = head;
  const { extended } = channel;
  const options = readOptions(head);
  if (extended && method === OUTCOME) return askOutcome(channel, args, options);
  const id = extended ? head.rest?.["id"] : undefined;
  if (id === undefined) return { type: "request", channel, method, args, options };
  const requestId = requestIdOf(method, id);
  if (requestId === undefined) return { type: "malformed", channel, reason: BAD_REQUEST_ID };
  // As they came: who sends a request again sends the same octets.
  const fingerprint = hashInto(hashInto(0, rawArgs), head.rawNamed) >>> 0;
  return {
    type: "request",
    channel,
    method,
    args,
    options: { ...options, requestId, fingerprint },
  };
}

function askOutcome(
  channel: ServerChannel,
  [id, method]: readonly unknown[],
  options: RequestOptions | undefined,
): Packet {
  const name = typeof method === "string" ? method : "";
  const requestId = requestIdOf(name, id);
  if (requestId === undefined) return { type: "malformed", channel, reason: BAD_REQUEST_ID };
  return {
    type: "request",
    channel,
    method: name,
    args: [],
    options: { ...options, requestId, outcomeOnly: true },
  };
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
