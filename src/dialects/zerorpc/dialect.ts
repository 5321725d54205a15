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
import { checkOptions } from "../../rpc/limits.ts";
import { ClientTranslator } from "./client-translator.ts";
import { EventCodec } from "./event.ts";
import { builtinMethods, readInspected } from "./introspection.ts";
import { inspectByNames } from "./older-introspection.ts";
import { ServerTranslator } from "./server-translator.ts";

/** Options of {@link zerorpc}. */
export interface ZerorpcOptions {
  /** Makes message ids, which are not secret. @default Math.random */
  readonly random?: Random;
  /** Limits of decoding. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
}

/**
 * zerorpc's own window. A larger one loses items: libzmq's ROUTER drops what exceeds its high-water
 * mark of 1000 messages, without a word.
 */
const PLAIN_WINDOW_ITEMS = 100;

/**
 * Calls that an original server may have open. For each of them it sends an answer, and may send a
 * heartbeat before: what is beyond the 1000 messages that its ROUTER holds is dropped like the items.
 */
const PLAIN_CALLS = 500;

const OPTIONS: Readonly<Record<keyof ZerorpcOptions, true>> = {
  random: true,
  limits: true,
};

/**
 * Makes the zerorpc dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function zerorpc(options: ZerorpcOptions = {}): Dialect {
  checkOptions("zerorpc option", options, OPTIONS);
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
      plainCalls: PLAIN_CALLS,
      announcesDraining: true,
    },
    recognises: (message) => looksLikeEvent(message.at(-1)),
    clientTranslator: () => new ClientTranslator(codec),
    serverTranslator: () => new ServerTranslator(codec),
    builtins: builtinMethods,
    limited: (limits) => zerorpc({ ...options, limits: { ...limits, ...options.limits } }),
    newRequestId: () => codec.ids.takeText(),
    introspection: {
      method: "_zerorpc_inspect",
      read: readInspected,
      otherwise: inspectByNames,
    },
  };
}

/** An array of three that begins with a map; nothing else of the five protocols starts like this. */
function looksLikeEvent(octets: Uint8Array | undefined): boolean {
  const array = octets?.[0];
  const map = octets?.[1] ?? 0;
  return array === 0x93 && ((map & 0xf0) === 0x80 || map === 0xde || map === 0xdf);
}
