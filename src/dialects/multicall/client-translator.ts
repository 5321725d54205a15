/**
 * The client's side of multicall: lists of calls out, lists of outcomes in, for one peer.
 *
 * @module
 */

import type { EncodedRequest, Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { callEntry, kindOf } from "./call-entry.ts";
import { numberedMessage, numberOf, readEnvelope } from "./envelope.ts";
import { type Outcome, readOutcome } from "./errors.ts";
import type { Serializer } from "./serializer.ts";

/** A call that this side made. */
interface ClientChannel extends ChannelRef {
  /** Number of the message that it went with. */
  number: number;
}

const NUMBERS = 2 ** 32;

/** Translates for one server. */
export class ClientTranslator implements Translator {
  readonly #serializer: Serializer;
  /** The calls of each message that was not answered, in their order. */
  readonly #messages = new Map<number, readonly ClientChannel[]>();
  readonly #channels = new Set<ClientChannel>();
  #lastNumber = 0;

  constructor(serializer: Serializer) {
    this.#serializer = serializer;
  }

  open(): ChannelRef {
    const number = this.#freshNumber();
    const channel: ClientChannel = { call: undefined, extended: false, number };
    this.#channels.add(channel);
    this.#messages.set(number, [channel]);
    return channel;
  }

  retain(): void {
    // Remembered since `open`.
  }

  openChannels(): Iterable<ChannelRef> {
    return this.#channels;
  }

  release(channel: ChannelRef): void {
    const known = channel as ClientChannel;
    this.#channels.delete(known);
    const together = this.#messages.get(known.number);
    if (together?.every((other) => !this.#channels.has(other)) === true) {
      this.#messages.delete(known.number);
    }
  }

  encode(packet: Packet): Message | undefined {
    if (packet.type !== "request") return undefined;
    const { method, args, options } = packet;
    const entry = this.#serializer.entry(callEntry(method, args, options));
    const { number } = packet.channel as ClientChannel;
    return numberedMessage(number, this.#serializer.list([entry]));
  }

  join(requests: readonly EncodedRequest[]): Message {
    const channels = requests.map(({ channel }) => channel as ClientChannel);
    const number = this.#freshNumber();
    for (const channel of channels) {
      this.#messages.delete(channel.number);
      channel.number = number;
    }
    this.#messages.set(number, channels);
    const lists = requests.map(({ message }) => message.at(-1) as Uint8Array);
    return numberedMessage(number, this.#serializer.join(lists));
  }

  decode(message: Message, packets: Packet[]): void {
    const envelope = readEnvelope(message);
    const number = envelope === undefined ? -1 : numberOf(envelope);
    if (number < 0) {
      const reason = "expected the number of a request in front of its answer";
      packets.push({ type: "malformed", channel: undefined, reason });
      return;
    }
    const channels = this.#messages.get(number);
    if (channels === undefined) return;
    const outcomes = this.#readOutcomes(envelope?.payload, channels.length);
    for (const [index, channel] of channels.entries()) {
      if (!this.#channels.has(channel)) continue;
      packets.push({ ...(outcomes[index] ?? readOutcome(undefined)), channel });
    }
  }

  /** How the calls of a message ended. */
  #readOutcomes(payload: Uint8Array | undefined, count: number): readonly Outcome[] {
    let read: unknown;
    try {
      if (payload === undefined) throw new TypeError("expected one frame behind the delimiter");
      read = this.#serializer.decode(payload);
      if (!Array.isArray(read)) throw new TypeError(`expected a list, got ${kindOf(read)}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return Array.from({ length: count }, () => ({ type: "malformed", reason }));
    }
    const outcomes = (read as readonly unknown[]).slice(0, count).map(readOutcome);
    const [only] = outcomes;
    // A server that could not read the list has one word for all of it.
    const forAll = outcomes.length === 1 && only?.type === "error";
    return forAll ? Array.from({ length: count }, () => only) : outcomes;
  }

  #freshNumber(): number {
    do this.#lastNumber = (this.#lastNumber + 1) % NUMBERS;
    while (this.#messages.has(this.#lastNumber));
    return this.#lastNumber;
  }
}
