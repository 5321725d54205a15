/**
 * The client's side of zerorpc: requests out, answers in, for one peer.
 *
 * @module
 */

import { ChannelSlots } from "../../rpc/channel-slots.ts";
import type { ItemBundle, Translator } from "../../rpc/dialect.ts";
import type {
  ChannelRef,
  Message,
  OutgoingMessage,
  Packet,
  RequestOptions,
} from "../../rpc/packet.ts";
import { type EventCodec, TIMEOUT_KEY } from "./event.ts";
import {
  bundleOf,
  decodeFollowUp,
  decodeNotification,
  encodeFollowUp,
  type FollowUp,
  MARK_FIELD,
  OUTCOME,
  toMessage,
  type ZerorpcChannel,
} from "./events-of-calls.ts";
import { statusOfOldPeer } from "./errors.ts";
import { reasonOf } from "./server-translator.ts";

/** A channel that this side opened. */
interface ClientChannel extends ZerorpcChannel {
  /** Number of its first event's id. */
  readonly counter: number;
  /** The method that was called; empty until the request was written. */
  method: string;
  /** The peer's first event on the channel has come. */
  heard: boolean;
}

const NO_ROUTE: readonly Uint8Array[] = [];
const NO_ID = new Uint8Array(0);

/** Translates for one server. */
export class ClientTranslator implements Translator {
  readonly #codec: EventCodec;
  readonly #channels = new ChannelSlots<ClientChannel>();
  readonly #takeId = (): number => this.#codec.ids.take();

  constructor(codec: EventCodec) {
    this.#codec = codec;
  }

  open(): ChannelRef {
    const counter = this.#channels.reserve(this.#takeId);
    const channel: ClientChannel = {
      call: undefined,
      extended: false,
      id: NO_ID,
      route: NO_ROUTE,
      version: 3,
      announce: false,
      itemTemplate: undefined,
      counter,
      method: "",
      heard: false,
    };
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

  encode(packet: Packet): OutgoingMessage | undefined {
    if (packet.channel === undefined || packet.type === "stream") return undefined;
    const channel = packet.channel as ClientChannel;
    if (packet.type === "request") {
      const { method, args, options } = packet;
      if (options?.outcomeOnly !== true) return this.#encodeRequest(channel, method, args, options);
      const { timeoutMs, requestId } = options;
      const times = timeoutMs === undefined ? undefined : { timeoutMs };
      return this.#encodeRequest(channel, OUTCOME, [requestId, method], times);
    }
    if (channel.id.length === 0) channel.id = this.#codec.rawId(channel.counter);
    return encodeFollowUp(this.#codec, channel, packet as FollowUp);
  }

  bundle(of: ChannelRef): ItemBundle | undefined {
    const channel = of as ClientChannel;
    if (channel.id.length === 0) channel.id = this.#codec.rawId(channel.counter);
    return bundleOf(this.#codec, channel);
  }

  decode(message: Message, packets: Packet[]): void {
    const event = message.at(-1);
    if (event === undefined) return;
    let channel: ClientChannel | undefined;
    try {
      const head = this.#codec.readHead(event);
      if (head.responseToEnd === 0) {
        const packet = decodeNotification(this.#codec, head);
        if (packet !== undefined) packets.push(packet);
        return;
      }
      const counter = this.#codec.parseRawId(event, head.responseToAt, head.responseToEnd);
      channel = counter < 0 ? undefined : this.#channels.find(counter);
      if (channel === undefined) return;
      if (!channel.heard) {
        channel.heard = true;
        channel.version = head.version;
      }
      const packet = decodeFollowUp(this.#codec, channel, head, event.length);
      if (packet !== undefined) packets.push(ofOldPeer(packet, channel));
    } catch (error) {
      packets.push({ type: "malformed", channel, reason: reasonOf(error) });
    }
  }

  #encodeRequest(
    channel: ClientChannel,
    method: string,
    args: readonly unknown[],
    options: RequestOptions | undefined,
  ): OutgoingMessage {
    const { writer } = this.#codec;
    channel.method = method;
    const timeoutMs = options?.timeoutMs;
    const rare = options === undefined || !hasRareFields(options) ? undefined : rareFields(options);
    const rareCount = rare === undefined ? 0 : Object.keys(rare).length;
    this.#codec.writeHead(channel.counter, undefined, 1 + (timeoutMs ? 1 : 0) + rareCount);
    try {
      writer.raw(MARK_FIELD);
      if (timeoutMs) {
        writer.raw(TIMEOUT_KEY);
        writer.integer(Math.ceil(timeoutMs));
      }
      for (const key in rare) {
        writer.text(key);
        writer.value(rare[key]);
      }
      writer.text(method);
      writer.value(args);
    } catch (error) {
      writer.discard();
      throw error;
    }
    return toMessage(NO_ROUTE, writer.finishPieces());
  }
}

/** What an old peer says of a method that it does not have, as the status for it. */
function ofOldPeer(packet: Packet, channel: ClientChannel): Packet {
  if (packet.type !== "error" || channel.extended) return packet;
  return { ...packet, failure: statusOfOldPeer(packet.failure, channel.method) };
}

function hasRareFields(options: RequestOptions): boolean {
  return (
    options.totalTimeoutMs !== undefined ||
    options.headers !== undefined ||
    options.named !== undefined ||
    options.inputIndex !== undefined ||
    options.oneWay !== undefined ||
    options.requestId !== undefined
  );
}

/** The fields that few requests have. */
function rareFields(options: RequestOptions): Record<string, unknown> {
  const { totalTimeoutMs, headers, named, inputIndex, oneWay, requestId } = options;
  return {
    ...(totalTimeoutMs !== undefined && { total: Math.ceil(totalTimeoutMs) }),
    ...(headers !== undefined && { headers }),
    ...(named !== undefined && { named }),
    ...(inputIndex !== undefined && { input: inputIndex }),
    ...(oneWay === true && { oneway: true }),
    ...(requestId !== undefined && { id: requestId }),
  };
}
