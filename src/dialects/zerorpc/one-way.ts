/**
 * Events that nobody answers: between PUSH and PULL, and between PUB and SUB.
 *
 * Spec: docs/protocols/zerorpc.md, "One way".
 *
 *     93                                     one frame, without a delimiter
 *       8n aa "message_id" c4 20 <32 octets> a1 "v" 03 …
 *       a6 "notify"                          name
 *       92 …                                 args
 *
 * Knows nothing of sockets.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import type { Random } from "../../base/clock.ts";
import type { Message } from "../../rpc/packet.ts";
import { argList, notArgs } from "./args.ts";
import { EventCodec } from "./event.ts";

/** One event that was received. */
export interface OneWayEvent {
  readonly method: string;
  readonly args: readonly unknown[];
  /** The header's fields beside `message_id` and `v`: what the sender's context left there. */
  readonly headers: Readonly<Record<string, unknown>>;
}

const NO_HEADERS = Object.freeze({});
const NO_OCTETS = new Uint8Array(0);
/** The header's own fields, which no context may write. */
const RESERVED: ReadonlySet<string> = new Set(["message_id", "v", "response_to", "__proto__"]);
/** How many fields of its own a sender may put into a header. */
const MAX_HEADERS = 13;

/** Writes and reads events that nobody answers. */
export class OneWayCodec {
  readonly #codec: EventCodec;

  /** @param random - makes message ids, which are not secret */
  constructor(random: Random) {
    this.#codec = new EventCodec(random);
  }

  /**
   * Writes one event as the only frame of its message.
   *
   * @throws {CodecError} `CODEC_UNSUPPORTED`, `CODEC_DEPTH` when an argument cannot be written
   * @throws {UsageError} `USAGE_ARGUMENTS` when a header has a reserved name or there are too many
   */
  encode(event: OneWayEvent): Uint8Array {
    const { writer, ids } = this.#codec;
    const headers = Object.entries(event.headers);
    checkHeaders(headers.map(([key]) => key));
    this.#codec.writeHead(ids.take(), undefined, headers.length);
    try {
      for (const [key, value] of headers) {
        writer.text(key);
        writer.value(value);
      }
      writer.text(event.method);
      writer.value(event.args);
    } catch (error) {
      writer.discard();
      throw error;
    }
    return writer.finish();
  }

  /**
   * Reads the event of a message: its last frame.
   *
   * @throws {CodecError} when the octets are no event
   * @throws {TypeError} when its args are no list
   */
  decode(message: Message): OneWayEvent {
    const head = this.#codec.readHead(message.at(-1) ?? NO_OCTETS);
    const given = this.#codec.reader.value();
    const args = argList(given);
    if (args === undefined) throw new TypeError(notArgs(given));
    return { method: head.name, args, headers: head.extra ?? NO_HEADERS };
  }
}

function checkHeaders(keys: readonly string[]): void {
  const reserved = keys.find((key) => RESERVED.has(key));
  if (reserved !== undefined) {
    throw new UsageError("USAGE_ARGUMENTS", `the header field "${reserved}" is reserved`);
  }
  if (keys.length > MAX_HEADERS) {
    throw new UsageError(
      "USAGE_ARGUMENTS",
      `expected at most ${MAX_HEADERS} headers, got ${keys.length}`,
    );
  }
}
