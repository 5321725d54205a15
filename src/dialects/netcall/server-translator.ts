/**
 * The service's side of NetCall: requests and commands in, answers out, for one peer.
 *
 * Spec: docs/protocols/netcall.md.
 *
 *     calling --stream--> yielding --_CLOSE--> closing
 *        result, error, end: released
 *
 * @module
 */

import { OctetTable } from "../../base/octet-table.ts";
import { PickleRefusal } from "../../codec/pickle-scan.ts";
import type { Translator } from "../../rpc/dialect.ts";
import type { Failure } from "../../rpc/errors.ts";
import type { ChannelRef, Message, Packet, RequestOptions } from "../../rpc/packet.ts";
import {
  ACK,
  COMMANDS,
  FAIL,
  makeAnswer,
  OK,
  readIgnore,
  readRequest,
  type RequestFrames,
  YIELD,
} from "./envelope.ts";
import {
  decodeThrown,
  encodeEnd,
  encodeFailure,
  GENERATOR_EXIT,
  isRecord,
  pythonBytes,
  STOP_ITERATION,
} from "./errors.ts";
import type { Serializer } from "./serializer.ts";

/** A call that a peer made. */
export interface ServerChannel extends ChannelRef {
  id: Uint8Array;
  route: readonly Uint8Array[];
  /** In which the peer asked last. */
  serializer: Serializer;
  phase: "calling" | "yielding" | "closing";
  hash: number;
  next: ServerChannel | undefined;
}

/** What all translators of a service share. */
export interface ServiceSettings {
  /** At least one. */
  readonly serializers: readonly Serializer[];
  /** What the service calls itself in its ACKs. */
  readonly serviceId: Uint8Array;
  /** A random integer of 32 bits, so that no peer can choose ids that collide in the table of its calls. */
  readonly hashSeed: number;
}

/** The exception of Python's pickle of an exception, whose text cannot be read. */
const UNREAD = "an exception that came as a pickled object, whose text is not read";

const COMMAND_NAMES: ReadonlySet<string> = new Set(Object.values(COMMANDS));

/** Translates for one client. */
export class ServerTranslator implements Translator {
  readonly #settings: ServiceSettings;
  readonly #channels: OctetTable<ServerChannel>;

  constructor(settings: ServiceSettings) {
    this.#settings = settings;
    this.#channels = new OctetTable(settings.hashSeed);
  }

  decode(message: Message, packets: Packet[]): void {
    const request = readRequest(message);
    if (typeof request === "string") {
      packets.push({ type: "malformed", channel: undefined, reason: request });
      return;
    }
    const ack = makeAnswer(request, ACK, this.#settings.serviceId);
    packets.push({ type: "immediate", channel: undefined, message: ack });
    if (COMMAND_NAMES.has(request.name)) packets.push(this.#command(request));
    else packets.push(this.#request(request));
  }

  encode(packet: Packet): Message | undefined {
    const channel = packet.channel as ServerChannel;
    switch (packet.type) {
      case "result":
        return makeAnswer(channel, OK, channel.serializer.encode(packet.value));
      case "stream":
        channel.phase = "yielding";
        return makeAnswer(channel, YIELD, channel.serializer.encode(null));
      case "item":
        return makeAnswer(channel, YIELD, channel.serializer.encode(packet.value));
      case "end":
        return encodeEndOf(channel, packet.value);
      case "error":
        return makeAnswer(channel, FAIL, encodeFailure(packet.failure));
      default:
        return undefined;
    }
  }

  open(): ChannelRef {
    throw new TypeError("a netcall service opens no channels");
  }

  openChannels(): Iterable<ChannelRef> {
    return [];
  }

  retain(channel: ChannelRef): void {
    const known = channel as ServerChannel;
    // Until here both were views into the received chunk.
    known.id = known.id.slice();
    if (known.route.length > 0) known.route = known.route.map((frame) => frame.slice());
    this.#channels.add(known);
  }

  release(channel: ChannelRef): void {
    this.#channels.remove(channel as ServerChannel);
  }

  #request(request: RequestFrames): Packet {
    const { route, id, name, parts } = request;
    const [args, kwargs, flag] = parts;
    const oneWay = flag === undefined ? undefined : readIgnore(flag);
    const channel: ServerChannel = {
      call: undefined,
      extended: true,
      id,
      route,
      serializer: this.#settings.serializers[0] as Serializer,
      phase: "calling",
      hash: 0,
      next: undefined,
    };
    // Who wants no answer gets none, whatever is wrong.
    const unreadable = (reason: string): Packet => ({
      type: "malformed",
      channel: oneWay === true ? undefined : channel,
      reason,
    });
    if (args === undefined || kwargs === undefined || oneWay === undefined) {
      return unreadable(`expected args, kwargs and an integer as flag for ignoring the result`);
    }
    try {
      channel.serializer = this.#serializerOf(kwargs);
      const list = argList(channel.serializer.decode(args));
      const options = optionsOf(channel.serializer.decode(kwargs), oneWay);
      return { type: "request", channel, method: name, args: list, options };
    } catch (error) {
      return unreadable(reasonOf(error));
    }
  }

  #command(request: RequestFrames): Packet {
    const channel = this.#channels.find(request.route, request.id);
    if (channel === undefined || channel.phase !== "yielding") {
      const failure: Failure = {
        status: "failed_precondition",
        name: "ValueError",
        message: `no corresponding generator (req_id=${pythonBytes(request.id)})`,
      };
      const message = makeAnswer(request, FAIL, encodeFailure(failure));
      return { type: "immediate", channel: undefined, message };
    }
    try {
      return this.#step(channel, request);
    } catch (error) {
      if (request.name === COMMANDS.throw && error instanceof PickleRefusal) {
        return { type: "throw", channel, failure: unreadThrown(error) };
      }
      return { type: "malformed", channel, reason: reasonOf(error) };
    }
  }

  #step(channel: ServerChannel, { name, parts }: RequestFrames): Packet {
    const [payload, kwargs] = parts;
    if (payload === undefined || kwargs === undefined) {
      throw new TypeError(`expected a payload and null behind ${name}`);
    }
    channel.serializer = this.#serializerOf(kwargs);
    const value = channel.serializer.decode(payload);
    if (name === COMMANDS.throw) return { type: "throw", channel, failure: decodeThrown(value) };
    const given = value ?? undefined;
    if (name === COMMANDS.send) return { type: "next", channel, value: given };
    channel.phase = "closing";
    return { type: "return", channel, value: given };
  }

  #serializerOf(kwargs: Uint8Array): Serializer {
    const { serializers } = this.#settings;
    const found = serializers.find((known) => known.recognises(kwargs));
    if (found !== undefined) return found;
    const names = serializers.map(({ name }) => name).join(" or ");
    throw new TypeError(
      `expected kwargs in ${names}, which this service accepts, got ${pythonBytes(kwargs.subarray(0, 8))}`,
    );
  }
}

/** A generator's return value goes behind what every peer reads. */
function encodeEndOf(channel: ServerChannel, value: unknown): Message {
  if (channel.phase === "closing") return makeAnswer(channel, FAIL, encodeEnd(GENERATOR_EXIT));
  const end = makeAnswer(channel, FAIL, encodeEnd(STOP_ITERATION));
  return value === undefined ? end : [...end, channel.serializer.encode(value)];
}

/** Arguments as Python spreads them: text by characters, a mapping by its keys. */
function argList(args: unknown): readonly unknown[] {
  if (Array.isArray(args)) return args as readonly unknown[];
  if (typeof args === "string") return Array.from(args);
  if (args instanceof Map) return [...args.keys()];
  if (args instanceof Set || args instanceof Uint8Array) return [...args];
  if (isRecord(args)) return Object.keys(args);
  throw new TypeError(`expected args as a list, got ${args === null ? "null" : typeof args}`);
}

const ONE_WAY: RequestOptions = { oneWay: true };

function optionsOf(kwargs: unknown, oneWay: boolean): RequestOptions | undefined {
  if (!isRecord(kwargs)) {
    throw new TypeError("expected kwargs as a mapping with text for keys");
  }
  if (Object.keys(kwargs).length === 0) return oneWay ? ONE_WAY : undefined;
  return oneWay ? { named: kwargs, oneWay } : { named: kwargs };
}

/** What is thrown when a pickled exception was: its class is all that is known. */
function unreadThrown(refusal: PickleRefusal): Failure {
  const name = /\.(\w+)$/.exec(refusal.global ?? "")?.[1];
  return decodeThrown([name ?? "Exception", UNREAD]);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
