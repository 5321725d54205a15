/**
 * The server's side of multicall: lists of calls in, lists of outcomes out, for one peer.
 *
 *     [call 0, call 1, call 2] --> request 0, request 1 after 0, request 2 after 1
 *                              <-- outcome 0
 *                              <-- outcome 1
 *     [outcome 0, 1, 2] <--------- outcome 2, the last that was missing
 *
 * @module
 */

import type { Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { kindOf, readCall } from "./call-entry.ts";
import { readEnvelope } from "./envelope.ts";
import { failureEntry } from "./errors.ts";
import type { Serializer } from "./serializer.ts";

/** The calls of one message, until their answer has been written. */
interface Exchange {
  route: readonly Uint8Array[];
  /** What is to be sent for each call, as far as it is over. */
  readonly outcomes: unknown[];
  missing: number;
}

/** One call. */
interface ServerChannel extends ChannelRef {
  readonly exchange: Exchange;
  /** Its place in the list. */
  readonly index: number;
}

/** What all translators of a server share. */
export interface ServerTranslatorSettings {
  readonly serializer: Serializer;
  /** How many calls a message may have. */
  readonly maxCalls: number;
}

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #serializer: Serializer;
  readonly #maxCalls: number;

  constructor({ serializer, maxCalls }: ServerTranslatorSettings) {
    this.#serializer = serializer;
    this.#maxCalls = maxCalls;
  }

  decode(message: Message, packets: Packet[]): void {
    const envelope = readEnvelope(message);
    if (envelope === undefined) {
      const reason = "expected one frame behind the delimiter and at most 16 hops of 255 octets";
      packets.push({ type: "malformed", channel: undefined, reason });
      return;
    }
    const { route } = envelope;
    const calls = this.#readCalls(envelope.payload);
    if (typeof calls === "string") {
      const channel = channelOf({ route, outcomes: [], missing: 1 }, 0);
      packets.push({ type: "malformed", channel, reason: calls });
    } else if (calls.length === 0) {
      const answer = [...route, this.#serializer.list([])];
      packets.push({ type: "immediate", channel: undefined, message: answer });
    } else readRequests(calls, route, packets);
  }

  encode(packet: Packet): Message | undefined {
    const channel = packet.channel as ServerChannel;
    const serializer = this.#serializer;
    if (packet.type === "result") return this.#over(channel, serializer.result(packet.value));
    if (packet.type !== "error") return undefined;
    return this.#over(channel, serializer.entry(failureEntry(packet.failure)));
  }

  open(): ChannelRef {
    throw new TypeError("a multicall server opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(channel: ChannelRef): void {
    const { exchange } = channel as ServerChannel;
    // Until here the frames were views into the received chunk.
    exchange.route = exchange.route.map((frame) => (frame.length > 0 ? frame.slice() : frame));
  }

  release(): void {
    // Nothing comes for a call but its request, so none is remembered.
  }

  /** The list of calls, or why it is none. */
  #readCalls(payload: Uint8Array | undefined): readonly unknown[] | string {
    if (payload === undefined) return "expected exactly one frame behind the delimiter";
    let calls: unknown;
    try {
      calls = this.#serializer.decode(payload);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    if (!Array.isArray(calls)) return `expected a list of calls, got ${kindOf(calls)}`;
    if (calls.length <= this.#maxCalls) return calls as readonly unknown[];
    return `expected at most maxCalls = ${this.#maxCalls} calls in a message, got ${calls.length}`;
  }

  /** Takes note of an outcome; the last one makes the answer. */
  #over({ exchange, index }: ServerChannel, outcome: unknown): Message | undefined {
    const { outcomes } = exchange;
    outcomes[index] = outcome;
    if (--exchange.missing > 0) return undefined;
    return [...exchange.route, this.#serializer.list(outcomes)];
  }
}

/** Appends a packet for each call; what is no call fails in its place. */
function readRequests(
  calls: readonly unknown[],
  route: readonly Uint8Array[],
  packets: Packet[],
): void {
  const outcomes: unknown[] = Array.from({ length: calls.length });
  const exchange: Exchange = { route, outcomes, missing: calls.length };
  let after: ChannelRef | undefined;
  for (const [index, entry] of calls.entries()) {
    const channel = channelOf(exchange, index);
    const call = readCall(entry);
    if (typeof call === "string") {
      packets.push({ type: "malformed", channel, reason: call });
      continue;
    }
    const { method, args, named } = call;
    const options =
      named === undefined && after === undefined
        ? undefined
        : { ...(named !== undefined && { named }), ...(after !== undefined && { after }) };
    packets.push({ type: "request", channel, method, args, options });
    after = channel;
  }
}

function channelOf(exchange: Exchange, index: number): ServerChannel {
  return { call: undefined, extended: false, exchange, index };
}
