/**
 * The server's side of zerorpc: requests in, answers out, for one peer.
 *
 * @module
 */

import type { Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Headers, Message, Packet, RequestOptions } from "../../rpc/packet.ts";
import { ChannelTable } from "./channel-table.ts";
import type { EventCodec, EventHead, ExtraFields } from "./event.ts";
import {
  decodeFollowUp,
  encodeFollowUp,
  type FollowUp,
  MARK,
  type ZerorpcChannel,
} from "./events-of-calls.ts";

/** A channel that a peer opened. */
export interface ServerChannel extends ZerorpcChannel {
  /** The next channel in the same place of the table. */
  next: ServerChannel | undefined;
}

const NO_ROUTE: readonly Uint8Array[] = [];

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #codec: EventCodec;
  readonly #channels = new ChannelTable();

  constructor(codec: EventCodec) {
    this.#codec = codec;
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

  encode(packet: Packet): Message | undefined {
    // The first STREAM says that the answer is one.
    if (packet.type === "stream") return undefined;
    const channel = packet.channel as ServerChannel;
    return encodeFollowUp(this.#codec, channel, packet as FollowUp);
  }

  open(): ChannelRef {
    throw new TypeError("a zerorpc server opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(channel: ChannelRef): void {
    const known = channel as ServerChannel;
    // Until here the id was a view into the received chunk.
    known.id = known.id.slice();
    this.#channels.add(known);
  }

  release(channel: ChannelRef): void {
    this.#channels.remove(channel as ServerChannel);
  }

  #decode(message: Message, event: Uint8Array, packets: Packet[]): void {
    const head = this.#codec.readHead(event);
    // The delimiter stands before the event; everything before that leads back.
    const route = message.length > 2 ? message.slice(0, -2) : NO_ROUTE;
    if (head.responseTo !== undefined) {
      const channel = this.#channels.find(route, head.responseTo);
      if (channel !== undefined) this.#followUp(channel, head, event.length, packets);
      return;
    }
    // A stray beat or grant is no call, and without an id there is no way to answer.
    if (head.name === "_zpc_hb" || head.name === "_zpc_more") return;
    if (head.id === undefined) {
      packets.push({ type: "malformed", channel: undefined, reason: "request without message_id" });
      return;
    }
    packets.push(this.#request(head, head.id, route));
  }

  #followUp(channel: ServerChannel, head: EventHead, octets: number, packets: Packet[]): void {
    try {
      const packet = decodeFollowUp(this.#codec, channel, head, octets);
      if (packet !== undefined) packets.push(packet);
    } catch (error) {
      packets.push({ type: "malformed", channel, reason: reasonOf(error) });
    }
  }

  #request(head: EventHead, id: Uint8Array, route: readonly Uint8Array[]): Packet {
    const extended = head.extra?.[MARK] !== undefined;
    const channel: ServerChannel = {
      call: undefined,
      extended,
      id,
      route,
      version: head.version,
      announce: extended,
      next: undefined,
    };
    let args: unknown;
    try {
      args = this.#codec.reader.value();
    } catch (error) {
      return { type: "malformed", channel, reason: reasonOf(error) };
    }
    const list = argList(args);
    if (list === undefined) {
      return {
        type: "malformed",
        channel,
        reason: `expected an array of args, got ${typeof args}`,
      };
    }
    return {
      type: "request",
      channel,
      method: head.name,
      args: list,
      options: head.extra === undefined ? undefined : readOptions(head.extra),
    };
  }
}

/** Args as Python spreads them: text by characters, a map by keys. */
function argList(args: unknown): readonly unknown[] | undefined {
  if (Array.isArray(args)) return args as readonly unknown[];
  if (typeof args === "string") return [...args];
  if (args instanceof Map) return [...args.keys()];
  if (args instanceof Uint8Array) return [...args];
  return typeof args === "object" && args !== null ? Object.keys(args) : undefined;
}

function readOptions(extra: ExtraFields): RequestOptions {
  const { timeout, total, headers, named, input, oneway } = extra;
  return {
    ...(isDuration(timeout) && { timeoutMs: timeout }),
    ...(isDuration(total) && { totalTimeoutMs: total }),
    ...(isRecord(headers) && { headers }),
    ...(isRecord(named) && { named }),
    ...(Number.isInteger(input) && { inputIndex: input as number }),
    ...(oneway === true && { oneWay: true }),
  };
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

function isRecord(value: unknown): value is Headers {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
