/**
 * The client's side of multicall: lists of calls out, lists of outcomes in, for one peer.
 *
 * @module
 */

import { type Octets, wholeOctets } from "../../base/octets.ts";
import type { EncodedRequest, Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { callEntry, kindOf } from "./call-entry.ts";
import { numberedMessage, numberOf, readEnvelope } from "./envelope.ts";
import { type Outcome, readOutcome } from "./errors.ts";
import type { Serializer } from "./serializer.ts";

/** The calls of one message. */
interface Exchange {
  readonly number: number;
  readonly channels: readonly ClientChannel[];
  /** How many of them still wait. */
  open: number;
}

/** A call that this side made. */
interface ClientChannel extends ChannelRef {
  /** The message that it goes with; `undefined` once nobody waits for it. */
  exchange: Exchange | undefined;
}

const NUMBERS = 2 ** 32;

/** Translates for one server. */
export class ClientTranslator implements Translator {
  readonly #serializer: Serializer;
  /** By number. */
  readonly #exchanges = new Map<number, Exchange>();
  readonly #channels = new Set<ClientChannel>();
  #lastNumber = 0;

  constructor(serializer: Serializer) {
    this.#serializer = serializer;
  }

  open(): ChannelRef {
    const channel: ClientChannel = { call: undefined, extended: false, exchange: undefined };
    this.#channels.add(channel);
    this.#begin([channel]);
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
    this.#leave(known);
  }

  encode(packet: Packet): Message | undefined {
    const { exchange } = packet.channel as ClientChannel;
    if (packet.type !== "request" || exchange === undefined) return undefined;
    const { method, args, options } = packet;
    const entry = this.#serializer.entry(callEntry(method, args, options));
    return numberedMessage(exchange.number, this.#serializer.list([entry]));
  }

  join(requests: readonly EncodedRequest[]): Message {
    const channels = requests.map(({ channel }) => channel as ClientChannel);
    for (const channel of channels) this.#leave(channel);
    const { number } = this.#begin(channels);
    const lists = requests.map(({ message }) => wholeOctets(message.at(-1) as Octets));
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
    const exchange = this.#exchanges.get(number);
    if (exchange === undefined) return;
    const { channels } = exchange;
    const outcomes = this.#readOutcomes(envelope?.payload, channels.length);
    for (const [index, channel] of channels.entries()) {
      if (channel.exchange === undefined) continue;
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

  /** Gives the message of these calls a number that none has that waits for its answer. */
  #begin(channels: readonly ClientChannel[]): Exchange {
    do this.#lastNumber = (this.#lastNumber + 1) % NUMBERS;
    while (this.#exchanges.has(this.#lastNumber));
    const exchange = { number: this.#lastNumber, channels, open: channels.length };
    for (const channel of channels) channel.exchange = exchange;
    this.#exchanges.set(exchange.number, exchange);
    return exchange;
  }

  #leave(channel: ClientChannel): void {
    const { exchange } = channel;
    channel.exchange = undefined;
    if (exchange !== undefined && --exchange.open === 0) this.#exchanges.delete(exchange.number);
  }
}
