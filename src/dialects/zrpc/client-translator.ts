/**
 * The client's side of zrpc: requests out, answers in, for one peer.
 *
 * Spec: docs/protocols/zrpc.md.
 *
 * @module
 */

import type { PeerKind, Translator } from "../../rpc/dialect.ts";
import { RpcError } from "../../rpc/errors.ts";
import type { ChannelRef, Message, Packet } from "../../rpc/packet.ts";
import { openEnvelope, REQUEST_LENGTH, SHORT_LENGTH, toRequest } from "./envelope.ts";
import { decodeFailure } from "./errors.ts";
import { LIST_METHOD } from "./introspection.ts";
import type { RequestIds } from "./request-ids.ts";
import { type Octets, reasonOf } from "./server-translator.ts";

/** How requests are written. */
export type RequestForm = "arguments" | "payload";

/** A call that this side made. */
interface ClientChannel extends ChannelRef {
  readonly id: string;
  /** What was written, to be sent again as it is; `undefined` before. */
  request: Uint8Array | undefined;
}

const NO_NAMED: Readonly<Record<string, unknown>> = {};

/** Translates for one server. */
export class ClientTranslator implements Translator {
  /** A REP peer answers one request after the other and must not find repeated ones in its queue. */
  readonly maxOpenCalls: number;
  readonly #octets: Octets;
  readonly #ids: RequestIds;
  readonly #form: RequestForm;
  readonly #channels = new Map<string, ClientChannel>();

  constructor(octets: Octets, ids: RequestIds, form: RequestForm, peer: PeerKind) {
    this.#octets = octets;
    this.#ids = ids;
    this.#form = form;
    this.maxOpenCalls = peer.socketType === "REP" ? 1 : Infinity;
  }

  open(earlier?: ChannelRef): ChannelRef {
    const again = earlier as ClientChannel | undefined;
    const channel: ClientChannel = {
      call: undefined,
      extended: false,
      id: again?.id ?? this.#ids.take(),
      request: again?.request,
    };
    this.#channels.set(channel.id, channel);
    return channel;
  }

  retain(): void {
    // Remembered since `open`.
  }

  openChannels(): Iterable<ChannelRef> {
    return this.#channels.values();
  }

  release(channel: ChannelRef): void {
    this.#channels.delete((channel as ClientChannel).id);
  }

  encode(packet: Packet): Message | undefined {
    if (packet.type !== "request") return undefined;
    const channel = packet.channel as ClientChannel;
    return toRequest((channel.request ??= this.#write(channel, packet)));
  }

  decode(message: Message, packets: Packet[]): void {
    const envelope = openEnvelope(message);
    if (typeof envelope === "string") {
      packets.push({ type: "malformed", channel: undefined, reason: envelope });
      return;
    }
    const { payload } = envelope;
    if (payload.length === 0) {
      const reason = "the server could not read a request";
      packets.push({ type: "malformed", channel: this.#only(), reason });
      return;
    }
    let channel: ClientChannel | undefined;
    try {
      const { reader } = this.#octets;
      reader.reset(payload);
      if (reader.arrayLength() !== SHORT_LENGTH) {
        throw new TypeError(`expected an answer as an array of ${SHORT_LENGTH}`);
      }
      channel = this.#channels.get(String(reader.value()));
      // Each repetition of a request has its own answer, and one was enough.
      if (channel === undefined) return;
      packets.push(readAnswer(channel, reader.value(), reader.value()));
    } catch (error) {
      packets.push({ type: "malformed", channel, reason: reasonOf(error) });
    }
  }

  #write(channel: ClientChannel, packet: Extract<Packet, { type: "request" }>): Uint8Array {
    const { method, args, options } = packet;
    const { writer } = this.#octets;
    if (options?.inputIndex !== undefined) {
      throw unimplemented(method, "zrpc has no streams of arguments");
    }
    const name = method === LIST_METHOD ? null : method;
    try {
      if (this.#form === "payload" && name !== null) {
        writer.arrayHeader(SHORT_LENGTH);
        writer.text(channel.id);
        writer.text(name);
        writer.value(payloadOf(method, args, options?.named));
      } else {
        writer.arrayHeader(REQUEST_LENGTH);
        writer.text(channel.id);
        writer.value(name);
        writer.value(args);
        writer.value(options?.named ?? NO_NAMED);
      }
    } catch (error) {
      writer.discard();
      throw error;
    }
    return writer.finish();
  }

  /** The open channel, if there is but one. */
  #only(): ClientChannel | undefined {
    if (this.#channels.size !== 1) return undefined;
    for (const channel of this.#channels.values()) return channel;
    return undefined;
  }
}

function readAnswer(channel: ClientChannel, payload: unknown, isException: unknown): Packet {
  if (isException === false) return { type: "result", channel, value: payload };
  if (isException === true) return { type: "error", channel, failure: decodeFailure(payload) };
  throw new TypeError("expected true or false behind the payload");
}

function payloadOf(
  method: string,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>> | undefined,
): unknown {
  if (args.length <= 1 && named === undefined) return args[0] ?? null;
  throw unimplemented(method, "the older form of a request has one argument and none by name");
}

function unimplemented(method: string, message: string): RpcError {
  return new RpcError("unimplemented", message, { method, mayHaveRun: false });
}
