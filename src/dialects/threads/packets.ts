/**
 * Packets as octets between the threads of one process.
 *
 *     [kind, channel, …]         one array of MessagePack for each packet
 *     [0, 7, "add", [1, 2], nil, nil]   request: method, args, which args are undefined, options
 *     [2, 7, 3]                         result; without the value it is undefined
 *     [3, 7, {…}]                       error: the failure, whole
 *
 * Both sides are of one version, so nothing here may be missing or be more than it is.
 *
 * @module
 */

import type { MsgpackReader } from "../../codec/msgpack-reader.ts";
import type { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import type { Failure, RpcError } from "../../rpc/errors.ts";
import type { ChannelRef, Packet, RequestOptions } from "../../rpc/packet.ts";
import { threadReader, threadWriter } from "./values.ts";

/** One end of a channel. */
export interface ThreadChannel extends ChannelRef {
  /** Number of the channel, given by the side that opened it. */
  readonly id: number;
}

/** The packets that travel, in the order of their numbers. */
const KINDS = [
  "request",
  "stream",
  "result",
  "error",
  "item",
  "end",
  "credit",
  "next",
  "throw",
  "return",
  "cancel",
] as const;

type Kind = (typeof KINDS)[number];
/** A packet that travels. */
export type ThreadPacket = Extract<Packet, { type: Kind }>;

/** Whether the threads have a word for a packet: they need no heartbeats, for instance. */
export function isThreadPacket(packet: Packet): packet is ThreadPacket {
  return (KINDS as readonly string[]).includes(packet.type);
}

/** Writes and reads packets. */
export class PacketCodec {
  readonly #writer = threadWriter();
  readonly #reader = threadReader();

  /** @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH` when a value cannot be written */
  encode(packet: ThreadPacket): Uint8Array {
    // A `toJSON` or a getter may make a call in the middle of a value.
    const writer = this.#writer.busy ? threadWriter() : this.#writer;
    try {
      writePacket(writer, packet);
    } catch (error) {
      writer.discard();
      throw error;
    }
    return writer.finish();
  }

  /**
   * Reads a packet.
   *
   * @param channelOf - finds the channel of a number, or makes one for a request; `undefined` when
   *   the channel is over
   * @returns `undefined` for a packet of a channel that is over
   * @throws {CodecError}, {TypeError} when the octets are no packet
   */
  decode(
    octets: Uint8Array,
    channelOf: (id: number, opens: boolean) => ThreadChannel | undefined,
  ): Packet | undefined {
    const reader = this.#reader;
    reader.reset(octets);
    const length = reader.arrayLength() ?? 0;
    const type = length < 2 ? undefined : KINDS[reader.value() as number];
    if (type === undefined) throw new TypeError("expected a packet of another thread");
    const channel = channelOf(reader.value() as number, type === "request");
    return channel === undefined
      ? undefined
      : readPacket(reader, type, { channel, hasValue: length > 2, octets: octets.length });
  }
}

function writePacket(writer: MsgpackWriter, packet: ThreadPacket): void {
  const { type } = packet;
  const head = (fields: number): void => {
    writer.arrayHeader(2 + fields);
    writer.integer(KINDS.indexOf(type));
    writer.integer((packet.channel as ThreadChannel).id);
  };
  switch (packet.type) {
    case "request":
      head(4);
      writer.text(packet.method);
      writer.value(packet.args);
      writer.value(undefinedAt(packet.args));
      writer.value(packet.options === undefined ? null : travelling(packet.options));
      return;
    case "stream":
      head(0);
      return;
    case "error":
    case "throw":
      head(1);
      writer.value(packet.failure);
      return;
    case "credit":
      head(1);
      writer.value(packet.items);
      return;
    case "cancel":
      head(1);
      writer.text(packet.reason);
      return;
    default:
      head(packet.value === undefined ? 0 : 1);
      if (packet.value !== undefined) writer.value(packet.value);
  }
}

interface Rest {
  readonly channel: ThreadChannel;
  readonly hasValue: boolean;
  readonly octets: number;
}

function readPacket(
  reader: MsgpackReader,
  type: Kind,
  { channel, hasValue, octets }: Rest,
): Packet {
  switch (type) {
    case "request": {
      const method = reader.value() as string;
      const args = reader.value() as unknown[];
      for (const index of (reader.value() ?? []) as number[]) args[index] = undefined;
      const options = reader.value() as RequestOptions | null;
      return { type, channel, method, args, options: options ?? undefined };
    }
    case "stream":
      return { type, channel };
    case "error":
      return { type, channel, failure: { ...(reader.value() as Failure), revive } };
    case "throw":
      return { type, channel, failure: reader.value() as Failure };
    case "credit":
      return { type, channel, items: reader.value() as number };
    case "cancel":
      return { type, channel, reason: reader.value() as string };
    case "item":
      return { type, channel, value: hasValue ? reader.value() : undefined, octets };
    default:
      return { type, channel, value: hasValue ? reader.value() : undefined };
  }
}

/** Gives an error the stack that it had where it was thrown: that is in this process. */
function revive(error: RpcError): RpcError {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("peerStack" in at && typeof at.peerStack === "string") at.stack = at.peerStack;
  }
  return error;
}

/** Which arguments were left out: a default of the handler's stands in for them, and not for null. */
function undefinedAt(args: readonly unknown[]): readonly number[] | null {
  let found: number[] | null = null;
  for (let index = 0; index < args.length; index++) {
    if (args[index] === undefined) (found ??= []).push(index);
  }
  return found;
}

/** What the server in front has seen to itself stays there: order, and requests that come again. */
function travelling(options: RequestOptions): RequestOptions {
  if (options.after === undefined && options.requestId === undefined) return options;
  const { after: _after, requestId: _requestId, ...others } = options;
  return others;
}
