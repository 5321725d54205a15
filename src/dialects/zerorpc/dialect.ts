/**
 * The zerorpc dialect, version 3: MessagePack events between DEALER and ROUTER.
 *
 * Spec: docs/protocols/zerorpc.md.
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { ClientTranslator } from "./client-translator.ts";
import { EventCodec } from "./event.ts";
import { builtinMethods, readInspected } from "./introspection.ts";
import { ServerTranslator } from "./server-translator.ts";

/** Options of {@link zerorpc}. */
export interface ZerorpcOptions {
  /** Makes message ids, which are not secret. @default Math.random */
  readonly random?: Random;
  /** Limits of decoding. @default CODEC_DEFAULTS */
  readonly limits?: CodecLimits;
}

/**
 * zerorpc's own window. A larger one loses items: libzmq's ROUTER drops what exceeds its high-water
 * mark of 1000 messages, without a word.
 */
const PLAIN_WINDOW_ITEMS = 100;

/** Makes the zerorpc dialect. */
export function zerorpc(options: ZerorpcOptions = {}): Dialect {
  const random = options.random ?? Math.random;
  // Encoding and decoding are never interrupted, so one codec serves all peers.
  const codec = new EventCodec(random, options.limits);
  return {
    name: "zerorpc",
    traits: {
      streams: true,
      heartbeats: true,
      credit: true,
      freeItems: 1,
      maxGrantItems: Infinity,
      plainWindowItems: PLAIN_WINDOW_ITEMS,
    },
    // An event is an array of three; nothing else of the five protocols starts like this.
    recognises: (message) => message.at(-1)?.[0] === 0x93,
    clientTranslator: () => new ClientTranslator(codec),
    serverTranslator: () => new ServerTranslator(codec),
    builtins: builtinMethods,
    introspection: { method: "_zerorpc_inspect", read: readInspected },
  };
}
