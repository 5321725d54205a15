/**
 * Packets to messages and back, the same for both sides: one packet, one frame.
 *
 * @module
 */

import type { Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { isThreadPacket, type PacketCodec, type ThreadChannel } from "./packets.ts";

/** Translates for one thread. */
export class ThreadTranslator implements Translator {
  readonly maxOpenCalls: number;
  readonly #codec: PacketCodec;
  readonly #channels = new Map<number, ThreadChannel>();
  #lastId = 0;

  constructor(codec: PacketCodec, maxOpenCalls: number) {
    this.#codec = codec;
    this.maxOpenCalls = maxOpenCalls;
  }

  open(): ChannelRef {
    const channel = newChannel(++this.#lastId);
    this.#channels.set(channel.id, channel);
    return channel;
  }

  retain(channel: ChannelRef): void {
    const known = channel as ThreadChannel;
    this.#channels.set(known.id, known);
  }

  openChannels(): Iterable<ChannelRef> {
    return this.#channels.values();
  }

  release(channel: ChannelRef): void {
    this.#channels.delete((channel as ThreadChannel).id);
  }

  encode(packet: Packet): Message | undefined {
    return isThreadPacket(packet) ? [this.#codec.encode(packet)] : undefined;
  }

  decode(message: Message, packets: Packet[]): void {
    const [octets] = message;
    if (octets === undefined) return;
    try {
      const packet = this.#codec.decode(octets, this.#channelOf);
      if (packet !== undefined) packets.push(packet);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      packets.push({ type: "malformed", channel: undefined, reason });
    }
  }

  readonly #channelOf = (id: number, opens: boolean): ThreadChannel | undefined =>
    opens ? newChannel(id) : this.#channels.get(id);
}

function newChannel(id: number): ThreadChannel {
  return { call: undefined, extended: true, id };
}
