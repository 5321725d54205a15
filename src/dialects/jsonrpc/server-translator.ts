/**
 * The server's side of JSON-RPC: requests in, answers and notifications out, for one peer.
 *
 * @module
 */

import type { JsonCodec } from "../../codec/json.ts";
import type { PeerKind, Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../rpc/packet.ts";
import { BatchAnswer } from "./batch-answer.ts";
import {
  NO_ID,
  readRequest,
  type ReadRequest,
  writeError,
  writeRequest,
  writeResult,
} from "./envelope.ts";
import { encodeFailure, type ErrorObject, INVALID_REQUEST, PARSE_ERROR } from "./errors.ts";
import { enframe, unframe } from "./frames.ts";

/** What a request needs for its answer. */
interface ServerChannel extends ChannelRef {
  /** JSON text of the id. */
  readonly id: string;
  readonly route: Message;
  /** The batch that the request came in, and its place there. */
  readonly batch: BatchAnswer | undefined;
  readonly place: number;
}

const NO_ROUTE: Message = [];

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #codec: JsonCodec;
  readonly #nullIds: "call" | "notification";
  readonly #socketType: string;

  constructor(codec: JsonCodec, nullIds: "call" | "notification", peer: PeerKind) {
    this.#codec = codec;
    this.#nullIds = nullIds;
    this.#socketType = peer.socketType;
  }

  decode(message: Message, packets: Packet[]): void {
    const framed = unframe(message, this.#socketType === "REQ");
    if (framed === undefined) {
      packets.push(malformed("expected at most 16 routing frames of 255 octets, got more"));
      return;
    }
    const { route, payload } = framed;
    let value: unknown;
    try {
      value = this.#codec.decode(payload);
    } catch (error) {
      packets.push(malformed(error instanceof Error ? error.message : String(error)));
      this.#answer(packets, route, this.#errorText(PARSE_ERROR, NO_ID));
      return;
    }
    if (Array.isArray(value) && value.length > 0) this.#batch(value, route, packets);
    else this.#single(value, route, packets);
  }

  encode(packet: Packet): Message | undefined {
    switch (packet.type) {
      case "result": {
        const channel = packet.channel as ServerChannel;
        return this.#finish(channel, writeResult(this.#codec, packet.value, channel.id));
      }
      case "error": {
        const channel = packet.channel as ServerChannel;
        return this.#finish(channel, this.#errorText(encodeFailure(packet.failure), channel.id));
      }
      case "notify": {
        // A REQ peer takes nothing but answers, a PUSH peer takes nothing at all.
        if (this.#socketType === "REQ" || this.#socketType === "PUSH") return undefined;
        const { method, args, named } = packet;
        const text = writeRequest(this.#codec, { method, args, named, id: undefined });
        return enframe((packet.channel as ServerChannel | undefined)?.route ?? NO_ROUTE, text);
      }
      default:
        return undefined;
    }
  }

  open(): ChannelRef {
    throw new TypeError("a jsonrpc server opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(): void {
    // Nothing that follows a request belongs to its call.
  }

  release(): void {
    // See `retain`.
  }

  #single(value: unknown, route: Message, packets: Packet[]): void {
    const read = readRequest(this.#codec, value, this.#nullIds);
    if (read.type === "request") {
      this.#request(read, { route, batch: undefined, place: 0 }, packets);
      return;
    }
    packets.push(malformed(read.reason));
    this.#answer(packets, route, this.#errorText(INVALID_REQUEST, read.id));
  }

  #batch(values: readonly unknown[], route: Message, packets: Packet[]): void {
    const batch = new BatchAnswer();
    const refused: { readonly place: number; readonly id: string }[] = [];
    for (const value of values) {
      const read = readRequest(this.#codec, value, this.#nullIds);
      if (read.type === "invalid") {
        packets.push(malformed(read.reason));
        refused.push({ place: batch.reserve(), id: read.id });
      } else {
        const place = read.id === undefined ? 0 : batch.reserve();
        this.#request(read, { route, batch, place }, packets);
      }
    }
    for (const { place, id } of refused) {
      const whole = batch.fill(place, this.#errorText(INVALID_REQUEST, id));
      if (whole !== undefined) this.#answer(packets, route, whole);
    }
  }

  #request(
    { method, args, named, id }: Extract<ReadRequest, { type: "request" }>,
    to: Pick<ServerChannel, "route" | "batch" | "place">,
    packets: Packet[],
  ): void {
    if (id !== undefined && this.#socketType === "PUSH") {
      packets.push(malformed("expected notifications from a PUSH peer, got a request with an id"));
      return;
    }
    const channel: ServerChannel = { call: undefined, extended: false, id: id ?? NO_ID, ...to };
    packets.push({ type: "request", channel, method, args, options: optionsOf(named, id) });
  }

  /** Answers at once, if the peer takes answers. */
  #answer(packets: Packet[], route: Message, text: string): void {
    if (this.#socketType === "PUSH") return;
    packets.push({ type: "immediate", channel: undefined, message: enframe(route, text) });
  }

  #finish({ route, batch, place }: ServerChannel, text: string): Message | undefined {
    const whole = batch === undefined ? text : batch.fill(place, text);
    return whole === undefined ? undefined : enframe(route, whole);
  }

  #errorText(error: ErrorObject, id: string): string {
    return writeError(this.#codec, error, id);
  }
}

const NOTIFICATION: RequestOptions = { oneWay: true };

function optionsOf(
  named: Readonly<Record<string, unknown>> | undefined,
  id: string | undefined,
): RequestOptions | undefined {
  if (named === undefined) return id === undefined ? NOTIFICATION : undefined;
  return id === undefined ? { named, oneWay: true } : { named };
}

function malformed(reason: string): Packet {
  return { type: "malformed", channel: undefined, reason };
}
