/**
 * The client's side of NetCall: requests and commands out, answers in, for one peer.
 *
 * Spec: docs/protocols/netcall.md, "Generators".
 *
 * A peer may run every message in a thread of its own, so a channel has one message under way at a
 * time; what its user asks for meanwhile waits. What is given up while a message is under way is
 * remembered until the answer comes: it may tell of a generator, which is closed then.
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import { type OctetMember, OctetTable } from "../../base/octet-table.ts";
import { decodeAscii, encodeAscii } from "../../base/text.ts";
import { unsupported } from "../../codec/errors.ts";
import type { Translator } from "../../rpc/dialect.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../rpc/packet.ts";
import { type AnswerFrames, BOUNDARY, COMMANDS, encodeName, readAnswer } from "./envelope.ts";
import { decodeFail, encodeThrown } from "./errors.ts";
import type { Serializer } from "./serializer.ts";

/** A call that this side made. */
interface ClientChannel extends ChannelRef, OctetMember<ClientChannel> {
  /** How many channels were opened before it. */
  readonly turn: number;
  /** The answer is a generator, which the peer has announced. */
  yields: boolean;
  /** The generator was asked for something, so that it has a `yield` for values to arrive at. */
  started: boolean;
  /** A message is under way that the peer will answer. */
  busy: boolean;
  /** Commands that wait for that answer. */
  readonly waiting: Message[];
}

const RUN = encodeAscii("0");
const IGNORE = encodeAscii("1");
const NO_ROUTE: readonly Uint8Array[] = [];
/** Any number will do: nobody else chooses the ids. */
const HASH_SEED = 0;
/**
 * How many calls may be remembered that were given up and not answered. Of those before, a generator
 * that is announced later stays open at the peer.
 */
const MAX_FORSAKEN = 1024;

/** Translates for one service. */
export class ClientTranslator implements Translator {
  readonly #serializer: Serializer;
  readonly #random: Random;
  readonly #channels = new OctetTable<ClientChannel>(HASH_SEED);
  /** Their ids, as text. */
  readonly #forsaken = new Set<string>();
  #opened = 0;

  constructor(serializer: Serializer, random: Random) {
    this.#serializer = serializer;
    this.#random = random;
  }

  open(): ChannelRef {
    const channel: ClientChannel = {
      call: undefined,
      extended: true,
      id: this.#freshId(),
      route: NO_ROUTE,
      hash: 0,
      next: undefined,
      turn: this.#opened++,
      yields: false,
      started: false,
      busy: false,
      waiting: [],
    };
    this.#channels.add(channel);
    return channel;
  }

  retain(): void {
    // Remembered since `open`.
  }

  openChannels(): Iterable<ChannelRef> {
    return this.#channels.values().toSorted((one, other) => one.turn - other.turn);
  }

  release(channel: ChannelRef): void {
    const known = channel as ClientChannel;
    if (!this.#channels.remove(known) || !known.busy) return;
    this.#forsaken.add(decodeAscii(known.id));
    if (this.#forsaken.size <= MAX_FORSAKEN) return;
    for (const oldest of this.#forsaken) {
      this.#forsaken.delete(oldest);
      return;
    }
  }

  encode(packet: Packet): Message | undefined {
    const channel = packet.channel as ClientChannel;
    switch (packet.type) {
      case "request":
        return this.#request(channel, packet.method, packet.args, packet.options);
      case "credit":
        return this.#send(channel, null);
      case "next":
        return this.#send(channel, packet.value);
      case "throw":
        return this.#queued(
          channel,
          this.#command(channel.id, COMMANDS.throw, encodeThrown(packet.failure)),
        );
      case "return":
        return this.#close(channel, packet.value);
      case "cancel":
        return this.#close(channel, null);
      default:
        return undefined;
    }
  }

  decode(message: Message, packets: Packet[]): void {
    const answer = readAnswer(message);
    if (typeof answer === "string") {
      packets.push({ type: "malformed", channel: undefined, reason: answer });
      return;
    }
    if (answer.type === "ACK") return;
    const channel = this.#channels.find(NO_ROUTE, answer.id);
    if (channel === undefined) this.#late(answer, packets);
    else this.#answer(channel, answer, packets);
  }

  #request(
    channel: ClientChannel,
    method: string,
    args: readonly unknown[],
    options: RequestOptions | undefined,
  ): Message {
    if (options?.inputIndex !== undefined) {
      throw unsupported("a stream", `argument ${options.inputIndex} of ${method}()`);
    }
    const serializer = this.#serializer;
    const oneWay = options?.oneWay === true;
    const message = [
      BOUNDARY,
      channel.id,
      encodeName(method),
      serializer.encode(args),
      serializer.encode(options?.named ?? {}),
      oneWay ? IGNORE : RUN,
    ];
    channel.busy = !oneWay;
    return message;
  }

  #send(channel: ClientChannel, value: unknown): Message | undefined {
    // A generator that has not begun has no `yield` for a value; Python would fail.
    const given = channel.started ? value : null;
    const message = this.#command(channel.id, COMMANDS.send, given);
    channel.started = true;
    return this.#queued(channel, message);
  }

  #command(id: Uint8Array, name: string, payload: unknown): Message {
    const serializer = this.#serializer;
    const [args, kwargs] = [serializer.encode(payload), serializer.encode(null)];
    return [BOUNDARY, id, encodeName(name), args, kwargs, RUN];
  }

  /** Lets a command wait until the one before it was answered. */
  #queued(channel: ClientChannel, message: Message): Message | undefined {
    if (channel.busy) {
      channel.waiting.push(message);
      return undefined;
    }
    channel.busy = true;
    return message;
  }

  /** Closes a generator; while it runs, it cannot be closed and `release` remembers it. */
  #close(channel: ClientChannel, value: unknown): Message | undefined {
    if (channel.busy || !channel.yields) return undefined;
    return this.#command(channel.id, COMMANDS.close, value);
  }

  /** An answer to what was given up. */
  #late(answer: AnswerFrames, packets: Packet[]): void {
    if (this.#forsaken.size === 0 || !this.#forsaken.delete(decodeAscii(answer.id))) return;
    if (answer.type !== "YIELD") return;
    // The octets are a view into what came.
    const message = this.#command(answer.id.slice(), COMMANDS.close, null);
    packets.push({ type: "immediate", channel: undefined, message });
  }

  #answer(channel: ClientChannel, answer: AnswerFrames, packets: Packet[]): void {
    switch (answer.type) {
      case "OK":
        channel.busy = false;
        packets.push(this.#value(channel, "result", answer.payload));
        break;
      case "YIELD":
        channel.busy = false;
        if (channel.yields) packets.push(this.#value(channel, "item", answer.payload));
        else packets.push({ type: "stream", channel });
        channel.yields = true;
        this.#next(channel, packets);
        break;
      case "FAIL":
        channel.busy = false;
        packets.push(this.#failed(channel, answer));
        break;
      default: {
        const reason = `expected ACK, OK, YIELD or FAIL, got ${JSON.stringify(answer.type.slice(0, 64))}`;
        packets.push({ type: "malformed", channel: undefined, reason });
      }
    }
  }

  /** Sends the next command that waits. */
  #next(channel: ClientChannel, packets: Packet[]): void {
    const message = channel.waiting.shift();
    if (message === undefined) return;
    channel.busy = true;
    packets.push({ type: "immediate", channel: undefined, message });
  }

  #value(channel: ClientChannel, type: "result" | "item", payload: Uint8Array): Packet {
    try {
      const value = this.#serializer.decode(payload);
      if (type === "result") return { type, channel, value };
      return { type, channel, value, octets: payload.length };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { type: "malformed", channel, reason: `not in ${this.#serializer.name}: ${why}` };
    }
  }

  #failed(channel: ClientChannel, { payload, extra }: AnswerFrames): Packet {
    const fail = decodeFail(payload);
    if (fail.type === "failed") return { type: "error", channel, failure: fail.failure };
    if (!channel.yields) {
      // A procedure let it out that is no generator.
      const failure = { status: "unknown", name: "StopIteration", message: "" } as const;
      return { type: "error", channel, failure };
    }
    if (extra === undefined) return { type: "end", channel, value: undefined };
    const returned = this.#value(channel, "result", extra);
    return returned.type === "result" ? { ...returned, type: "end" } : returned;
  }

  /** Drawn and not counted: the original keeps the generators of all its clients in one table. */
  #freshId(): Uint8Array {
    for (;;) {
      const text = Math.floor(this.#random() * 0x1_0000_0000).toString(16);
      const id = encodeAscii(text);
      if (this.#channels.find(NO_ROUTE, id) === undefined && !this.#forsaken.has(text)) return id;
    }
  }
}
