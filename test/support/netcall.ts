/** Peers that speak NetCall frame by frame, and what they say as values. */

import { decodeAscii, encodeAscii } from "../../src/base/text.ts";
import type { Codec } from "../../src/codec/codec.ts";
import { JsonCodec } from "../../src/codec/json.ts";
import { netcall, type NetcallOptions } from "../../src/dialects/netcall/dialect.ts";
import { json, msgpack, pickle } from "../../src/dialects/netcall/serializer.ts";
import type { Dialect } from "../../src/rpc/dialect.ts";
import type { Message } from "../../src/rpc/packet.ts";
import type { Link, Transport, TransportOwner } from "../../src/rpc/transport.ts";
import type { MemoryHub } from "../../src/transports/memory.ts";
import { HOME } from "./rpc.ts";

const jsonCodec = new JsonCodec();

/** The dialect with all serializers. */
export function everything(options: NetcallOptions = {}): Dialect {
  return netcall({ serializers: [json(), msgpack(), pickle()], serviceId: "test", ...options });
}

/** Frames from text and octets. */
export function frames(...parts: readonly (string | Uint8Array)[]): Message {
  return parts.map((part) => (typeof part === "string" ? encodeAscii(part) : part));
}

/** A request with JSON inside. */
export function request(id: string, name: string, args: unknown, kwargs: unknown = {}): Message {
  return frames("|", id, name, jsonCodec.encode(args), jsonCodec.encode(kwargs), "0");
}

/** A command to a generator, with JSON inside. */
export function command(id: string, name: string, payload: unknown = null): Message {
  return request(id, name, payload, null);
}

/** An answer as values: id, type, payload, and what stands behind it. */
export function answerOf(message: Message, codec: Codec = jsonCodec): readonly unknown[] {
  const at = message.findIndex((frame) => decodeAscii(frame) === "|");
  const [id, type, payload, extra] = message.slice(at + 1);
  const name = decodeAscii(type ?? new Uint8Array(0));
  const octets = payload ?? new Uint8Array(0);
  const value =
    name === "ACK"
      ? decodeAscii(octets)
      : name === "FAIL"
        ? jsonCodec.decode(octets)
        : codec.decode(octets);
  const said = [decodeAscii(id ?? new Uint8Array(0)), name, value];
  return extra === undefined ? said : [...said, codec.decode(extra)];
}

/** Speaks frame by frame in memory. */
export class FramePeer implements TransportOwner {
  readonly transport: Transport;
  readonly heard: Message[] = [];
  #link: Link | undefined;

  constructor(hub: MemoryHub, role: "client" | "server") {
    this.transport = hub.transport(role, this);
    if (role === "client") this.transport.connect(HOME);
    else void this.transport.bind(HOME);
  }

  /** Takes what came. */
  take(): Message[] {
    return this.heard.splice(0);
  }

  /** Takes what came as values, without acknowledgements. */
  answers(codec: Codec = jsonCodec): (readonly unknown[])[] {
    return this.take()
      .map((message) => answerOf(message, codec))
      .filter(([, type]) => type !== "ACK");
  }

  send(...messages: readonly Message[]): void {
    for (const message of messages) this.#link?.send(message);
  }

  opened(link: Link): void {
    this.#link = link;
  }

  received(_link: Link, messages: readonly Message[]): void {
    this.heard.push(...messages);
  }

  drained(): void {
    // It never waits.
  }

  closed(): void {
    this.#link = undefined;
  }

  unreachable(): void {
    // It goes on trying.
  }
}

/** A generator that tells what arrives at its `yield`. */
export function told(): {
  readonly log: unknown[];
  readonly tell: () => Generator<unknown, unknown, unknown>;
} {
  const log: unknown[] = [];
  return {
    log,
    *tell(): Generator<unknown, unknown, unknown> {
      let value: unknown = "begun";
      try {
        for (;;) {
          try {
            value = yield value;
            log.push(value);
            if (value === "enough") return { last: value };
          } catch (error) {
            value = `caught ${(error as Error).name}: ${(error as Error).message}`;
          }
        }
      } finally {
        log.push("closed");
      }
    },
  };
}
