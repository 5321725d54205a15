/**
 * The client's side of JSON-RPC: requests out, answers and notifications in, for one peer.
 *
 * @module
 */

import { wholeOctets } from "../../base/octets.ts";
import type { JsonCodec } from "../../codec/json.ts";
import { ChannelSlots, type Numbered } from "../../rpc/channel-slots.ts";
import type { EncodedRequest, PeerKind, Translator } from "../../rpc/dialect.ts";
import { RpcError } from "../../rpc/errors.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { isRecord, readParams, writeRequest } from "./envelope.ts";
import { decodeFailure, type ErrorClasses } from "./errors.ts";
import { DELIMITER_ROUTE, enframe, unframe } from "./frames.ts";

type RequestPacket = Extract<Packet, { readonly type: "request" }>;

/** A call that was made. */
interface ClientChannel extends ChannelRef, Numbered {
  /** The method that was called; empty until the request was written. */
  method: string;
}

/** What a client translator needs to know beside its peer. */
export interface ClientTranslatorSettings {
  readonly codec: JsonCodec;
  readonly classes: ErrorClasses;
  /** Whether the peer understands batches. */
  readonly batches: boolean;
}

const NO_ROUTE: Message = [];
const [OPEN, CLOSE, BETWEEN] = ["[", "]", ", "].map((text) => new TextEncoder().encode(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** Translates for one server. */
export class ClientTranslator implements Translator {
  readonly join?: (requests: readonly EncodedRequest[]) => Message;
  readonly #codec: JsonCodec;
  readonly #classes: ErrorClasses;
  readonly #socketType: string;
  readonly #route: Message;
  readonly #channels = new ChannelSlots<ClientChannel>();
  #lastId = 0;

  constructor({ codec, classes, batches }: ClientTranslatorSettings, peer: PeerKind) {
    this.#codec = codec;
    this.#classes = classes;
    this.#socketType = peer.socketType;
    this.#route = peer.socketType === "REP" ? DELIMITER_ROUTE : NO_ROUTE;
    if (batches) this.join = (requests) => joinTexts(this.#route, requests);
  }

  open(): ChannelRef {
    const counter = this.#channels.reserve(() => ++this.#lastId);
    const channel: ClientChannel = { call: undefined, extended: false, counter, method: "" };
    this.#channels.add(channel);
    return channel;
  }

  retain(): void {
    // Remembered since `open`.
  }

  openChannels(): Iterable<ChannelRef> {
    return this.#channels.values();
  }

  release(channel: ChannelRef): void {
    this.#channels.remove(channel as ClientChannel);
  }

  encode(packet: Packet): Message | undefined {
    // Calls cannot be cancelled, and streams do not exist.
    if (packet.type !== "request") return undefined;
    this.#check(packet);
    const channel = packet.channel as ClientChannel;
    const { method, args, options } = packet;
    channel.method = method;
    const id = options?.oneWay === true ? undefined : channel.counter;
    return enframe(
      this.#route,
      writeRequest(this.#codec, { method, args, named: options?.named, id }),
    );
  }

  decode(message: Message, packets: Packet[]): void {
    const framed = unframe(message, false);
    if (framed === undefined) return;
    let value: unknown;
    try {
      value = this.#codec.decode(framed.payload);
    } catch (error) {
      packets.push(malformed(error instanceof Error ? error.message : String(error)));
      return;
    }
    if (!Array.isArray(value)) packets.push(...this.#read(value));
    else for (const one of value) packets.push(...this.#read(one));
  }

  /** @throws {RpcError} when the protocol, or the peer's socket, has no place for the request */
  #check({ method, args, options }: RequestPacket): void {
    const oneWay = options?.oneWay === true;
    if (oneWay && this.#socketType === "REP") {
      throw refused(method, "a REP peer takes no notifications: it would wait to answer for ever");
    }
    if (!oneWay && this.#socketType === "PULL") {
      throw refused(method, "a PULL peer takes notifications only, and answers no call");
    }
    if (options?.inputIndex !== undefined) {
      throw refused(method, "JSON-RPC carries no streams");
    }
    if (options?.named !== undefined && args.length > 0) {
      throw refused(method, "JSON-RPC carries arguments by position or by name, not both");
    }
  }

  #read(value: unknown): readonly Packet[] {
    if (!isRecord(value)) return [malformed("expected an answer or a notification")];
    if (value["method"] !== undefined) return [readNotification(value)];
    const { id, result, error } = value;
    if (id === undefined || id === null) return [malformed(withoutId(error))];
    const channel = typeof id === "number" ? this.#channels.find(id) : undefined;
    // Late answers are nothing to speak of.
    if (channel === undefined) return [];
    if (error !== undefined && error !== null) return [this.#readError(channel, error)];
    if (result === undefined && error === undefined) {
      return [{ type: "malformed", channel, reason: "expected a result or an error, got neither" }];
    }
    return [{ type: "result", channel, value: result ?? null }];
  }

  #readError(channel: ClientChannel, error: unknown): Packet {
    const failure = isRecord(error)
      ? decodeFailure(error, channel.method, this.#classes)
      : undefined;
    if (failure !== undefined) return { type: "error", channel, failure };
    return { type: "malformed", channel, reason: "expected an error with code and message" };
  }
}

function readNotification({ method, params, id }: Readonly<Record<string, unknown>>): Packet {
  if (id !== undefined && id !== null) return malformed("expected no call from a server");
  const read = readParams(params);
  if (typeof method !== "string" || read === undefined) {
    return malformed("expected a notification with a method and a list or an object of params");
  }
  return { type: "notify", channel: undefined, method, ...read };
}

function withoutId(error: unknown): string {
  const message = isRecord(error) && typeof error["message"] === "string" ? error["message"] : "";
  return `expected an answer with an id, got one without: ${message.slice(0, 200)}`;
}

/** One list of several requests, each of which is the last frame of its message. */
function joinTexts(route: Message, requests: readonly EncodedRequest[]): Message {
  const texts = requests.flatMap(({ message }, index) => {
    const text = message.at(-1);
    if (text === undefined) return [];
    const whole = wholeOctets(text);
    return index === 0 ? [whole] : [BETWEEN, whole];
  });
  const parts = [OPEN, ...texts, CLOSE];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return [...route, joined];
}

function refused(method: string, why: string): RpcError {
  return new RpcError("unimplemented", `"${method}" was not sent: ${why}`, {
    method,
    mayHaveRun: false,
  });
}

function malformed(reason: string): Packet {
  return { type: "malformed", channel: undefined, reason };
}
