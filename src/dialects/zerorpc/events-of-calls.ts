/**
 * Which events make up a call: packets to events and back, the same for both sides of a channel.
 *
 * Spec: docs/protocols/zerorpc.md, "Calls and answers" and "Beyond zerorpc".
 *
 * @module
 */

import type { Octets } from "../../base/octets.ts";
import type { ChannelRef, OutgoingMessage, Packet } from "../../rpc/packet.ts";
import { argList, isRecord } from "./args.ts";
import { asciiText, type EventCodec, type EventHead, MARK } from "./event.ts";
import { Bundle } from "./item-bundle.ts";
import { decodeFailure, encodeError, encodeText, encodeTriple } from "./errors.ts";
import type { Failure } from "../../rpc/errors.ts";

/** One end of a channel, as zerorpc names it. */
export interface ZerorpcChannel extends ChannelRef {
  /** Raw MessagePack value of the id of the channel's first event, for `response_to`. */
  id: Uint8Array;
  /** Frames in front of the delimiter: the way back through hubs, mostly none. */
  route: readonly Uint8Array[];
  /** Version that the peer's first event said; 3 until it came. */
  version: number;
  /** The peer has to be told, with the next event, that this side goes beyond the old protocol. */
  announce: boolean;
  /** What the items that this side sends begin with, once it has sent one. */
  itemTemplate: Uint8Array | undefined;
}

const MARK_VERSION = 1;
/** {@link MARK} and its value. */
export const MARK_FIELD: Uint8Array = Uint8Array.from([...asciiText(MARK), MARK_VERSION]);

const OK = asciiText("OK");
const ERR = asciiText("ERR");
const STREAM = asciiText("STREAM");
const STREAM_DONE = asciiText("STREAM_DONE");
const ITEMS = asciiText("_zc_items");
const MORE = asciiText("_zpc_more");
const BEAT = asciiText("_zpc_hb");
const NEXT = asciiText("_zc_next");
const THROW = asciiText("_zc_throw");
const RETURN = asciiText("_zc_return");
const CANCEL = asciiText("_zc_cancel");
const DRAIN = asciiText("_zc_drain");
/** Asks for the outcome of a request, which is named by the args: its id and its method. */
export const OUTCOME = "_zc_outcome";
const ERROR_FIELD = asciiText("error");
const NAMED_FIELD = asciiText("named");

const DELIMITER = new Uint8Array(0);
const NO_REASON = "cancelled by the caller";
/** How much of a peer's event name an error message quotes. */
const MAX_SHOWN_NAME = 64;

/** How many items one event may have, several times of what ours have. */
const MAX_ITEMS = 4096;
/** Each item of an event of up to so many octets, which is more than ours have, has limits of its own. */
const MAX_SEPARATE_BYTES = 64 * 1024;

/** Every packet but a request, as its session writes it. */
export type FollowUp = Exclude<
  Packet,
  { type: "request" | "malformed" | "immediate" | "stream" | "items" | "notify" | "draining" }
>;

/** Writes one event of an open channel. */
export function encodeFollowUp(
  codec: EventCodec,
  channel: ZerorpcChannel,
  packet: FollowUp,
): OutgoingMessage {
  if (packet.type === "item" && !channel.announce) return encodeItem(codec, channel, packet.value);
  const { writer } = codec;
  const structured = packet.type === "error" && channel.extended;
  // An error may stand in for an answer with the mark that was too large to be sent.
  const marked = channel.announce || structured;
  codec.writeHead(codec.ids.take(), channel.id, (marked ? 1 : 0) + (structured ? 1 : 0));
  if (marked) writer.raw(MARK_FIELD);
  try {
    if (structured) {
      writer.raw(ERROR_FIELD);
      writer.value(encodeError(packet.failure));
    }
    writeNameAndArgs(codec, channel, packet);
  } catch (error) {
    writer.discard();
    throw error;
  }
  channel.announce = false;
  return toMessage(channel.route, writer.finishPieces());
}

/** Writes one of many items, from what all of them have in common. */
function encodeItem(codec: EventCodec, channel: ZerorpcChannel, value: unknown): OutgoingMessage {
  const { writer } = codec;
  channel.itemTemplate ??= codec.template(channel.id, STREAM, !channel.extended);
  codec.writeTemplate(channel.itemTemplate);
  try {
    writer.value(value);
  } catch (error) {
    writer.discard();
    throw error;
  }
  return toMessage(channel.route, writer.finishPieces());
}

/** Gathers the items of a channel whose peer reads several at once. */
export function bundleOf(codec: EventCodec, channel: ZerorpcChannel): Bundle | undefined {
  // The first event on a channel says what this side is.
  if (!channel.extended || channel.announce) return undefined;
  return new Bundle(codec.bundles, {
    one: codec.template(channel.id, STREAM, false),
    several: codec.template(channel.id, ITEMS, false),
    toMessage: (event) => toMessage(channel.route, event),
  });
}

/** Writes what a server tells its client beside all answers: an event that answers nothing. */
export function encodeNotification(
  codec: EventCodec,
  packet: Extract<Packet, { type: "notify" }>,
): OutgoingMessage {
  const { writer } = codec;
  const { method, args, named } = packet;
  const channel = packet.channel as ZerorpcChannel | undefined;
  codec.writeHead(codec.ids.take(), undefined, named === undefined ? 1 : 2);
  try {
    writer.raw(MARK_FIELD);
    if (named !== undefined) {
      writer.raw(NAMED_FIELD);
      writer.value(named);
    }
    writer.text(method);
    writer.value(args);
  } catch (error) {
    writer.discard();
    throw error;
  }
  return toMessage(channel?.route ?? [], writer.finishPieces());
}

/** Writes that the server takes no new calls of the peer. */
export function encodeDraining(codec: EventCodec): OutgoingMessage {
  const { writer } = codec;
  codec.writeHead(codec.ids.take(), undefined, 1);
  writer.raw(MARK_FIELD);
  writer.raw(DRAIN);
  writer.arrayHeader(0);
  return toMessage([], writer.finish());
}

/** Reads an event that answers nothing; its args are next under the codec's reader. */
export function decodeNotification(codec: EventCodec, head: EventHead): Packet | undefined {
  // Without the mark it is a beat or a request that came the wrong way.
  if (head.mark === undefined) return undefined;
  if (head.name === "_zc_drain") return { type: "draining", channel: undefined };
  if (head.name.startsWith("_")) return undefined;
  const args = argList(codec.reader.value());
  if (args === undefined) return undefined;
  const named = head.rest?.["named"];
  return {
    type: "notify",
    channel: undefined,
    method: head.name,
    args,
    named: isRecord(named) ? named : undefined,
  };
}

/** The frames of an event between DEALER and ROUTER. */
export function toMessage(route: readonly Uint8Array[], event: Octets): OutgoingMessage {
  return route.length === 0 ? [DELIMITER, event] : [...route, DELIMITER, event];
}

function writeNameAndArgs(codec: EventCodec, channel: ZerorpcChannel, packet: FollowUp): void {
  const { writer } = codec;
  switch (packet.type) {
    case "result":
      writer.raw(OK);
      writer.arrayHeader(1);
      return writer.value(packet.value);
    case "item":
      writer.raw(STREAM);
      return writer.value(packet.value);
    case "end":
      writer.raw(STREAM_DONE);
      return writer.value(endArgs(channel, packet.value));
    case "error":
      writer.raw(ERR);
      return writer.value(errArgs(channel, packet.failure));
    case "credit":
      writer.raw(channel.version < 3 ? BEAT : MORE);
      return writer.value([packet.items]);
    case "heartbeat":
      writer.raw(BEAT);
      return writer.value([0]);
    case "next":
      writer.raw(NEXT);
      return writer.value([packet.value]);
    case "throw":
      writer.raw(THROW);
      return writer.value([...encodeTriple(packet.failure, true), encodeError(packet.failure)]);
    case "return":
      writer.raw(RETURN);
      return writer.value([packet.value]);
    case "cancel":
      writer.raw(CANCEL);
      return writer.value([packet.reason]);
  }
}

/** Old peers get nil, new ones what the generator returned, if anything. */
function endArgs(channel: ZerorpcChannel, value: unknown): unknown {
  return channel.extended && value !== undefined ? [value] : null;
}

function errArgs(channel: ZerorpcChannel, failure: Failure): readonly unknown[] {
  return channel.version < 2 ? encodeText(failure) : encodeTriple(failure, channel.extended);
}

/** Reads an event of an open channel; its args are next under the codec's reader. */
export function decodeFollowUp(
  codec: EventCodec,
  channel: ZerorpcChannel,
  head: EventHead,
  octets: number,
): Packet | undefined {
  if (head.mark !== undefined) channel.extended = true;
  if (head.name === "_zc_items" && channel.extended) return decodeItems(codec, channel, octets);
  const args = codec.reader.value();
  switch (head.name) {
    case "OK":
      if (!Array.isArray(args) || args.length === 0) return malformedAnswer(channel, head.name);
      return { type: "result", channel, value: args[0] as unknown };
    case "STREAM":
      return { type: "item", channel, value: args, octets };
    case "STREAM_DONE":
      return { type: "end", channel, value: firstOf(args) };
    case "ERR": {
      const field = channel.extended ? head.rest?.["error"] : undefined;
      const failure = decodeFailure(args, field, head.version);
      return { type: "error", channel, failure };
    }
    default:
      return decodeControl(channel, head, args);
  }
}

function decodeItems(codec: EventCodec, channel: ChannelRef, octets: number): Packet {
  const { reader } = codec;
  const count = reader.arrayLength();
  if (count === undefined) return malformedAnswer(channel, "_zc_items");
  if (count > MAX_ITEMS) {
    const reason = `expected at most ${MAX_ITEMS} items in an event, got ${count}`;
    return { type: "malformed", channel, reason };
  }
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) {
    // Each was written as a value of its own. A large event would have so many times the elements.
    if (octets <= MAX_SEPARATE_BYTES) reader.restart();
    values.push(reader.value());
  }
  return { type: "items", channel, values, octets };
}

function decodeControl(
  channel: ZerorpcChannel,
  head: EventHead,
  args: unknown,
): Packet | undefined {
  switch (head.name) {
    case "_zpc_more": {
      const items = firstOf(args);
      // What is no positive count grants nothing.
      if (typeof items !== "number" || !(items > 0)) return undefined;
      return { type: "credit", channel, items: Math.floor(items) };
    }
    case "_zpc_hb": {
      const items = firstOf(args);
      // Peers before version 3 grant credit by the same name.
      if (channel.version < 3 && typeof items === "number" && items > 0) {
        return { type: "credit", channel, items: Math.floor(items) };
      }
      return { type: "heartbeat", channel };
    }
    case "_zc_next":
      return { type: "next", channel, value: firstOf(args) };
    case "_zc_return":
      return { type: "return", channel, value: firstOf(args) };
    case "_zc_cancel": {
      const reason = firstOf(args);
      return { type: "cancel", channel, reason: typeof reason === "string" ? reason : NO_REASON };
    }
    case "_zc_throw": {
      const [name, message, stack, field] = Array.isArray(args) ? (args as unknown[]) : [];
      return { type: "throw", channel, failure: decodeFailure([name, message, stack], field, 3) };
    }
    default:
      // What later versions may say beside the answer must not end the call.
      return head.name.startsWith("_") ? undefined : malformedAnswer(channel, head.name);
  }
}

function malformedAnswer(channel: ChannelRef, name: string): Packet {
  const shown = JSON.stringify(name.slice(0, MAX_SHOWN_NAME));
  return { type: "malformed", channel, reason: `expected an answer, got the event ${shown}` };
}

function firstOf(args: unknown): unknown {
  return Array.isArray(args) ? (args[0] as unknown) : undefined;
}
