/**
 * The multicall dialect: lists of calls in JSON, from REQ or DEALER to ROUTER, the protocol of
 * K. Manley's zerorpc.
 *
 * Spec: docs/protocols/multicall.md.
 *
 * @module
 */

import { UsageError } from "../../base/errors.ts";
import { startsLikeText } from "../../base/text.ts";
import type { Codec } from "../../codec/codec.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { checkOptions, inText } from "../../rpc/limits.ts";
import { ClientTranslator } from "./client-translator.ts";
import { looksLikeCalls, readEnvelope } from "./envelope.ts";
import { builtinMethods, introspection } from "../../rpc/introspection.ts";
import { serializerOf, ujson } from "./serializer.ts";
import { ServerTranslator } from "./server-translator.ts";

/** Options of {@link multicall}. */
export interface MulticallOptions {
  /**
   * What lists of calls and of outcomes are written in, in place of JSON. Both sides need the same;
   * a server with one of its own cannot offer other dialects beside.
   *
   * @default JSON as ujson writes it
   */
  readonly codec?: Codec;
  /** How many calls a message may have; one with more is refused as a whole. @default 10_000 */
  readonly maxCalls?: number;
  /** Limits of decoding, where `codec` is left out. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
}

/** How many calls a message may have unless told otherwise. */
export const MAX_CALLS = 10_000;

const NOTHING = new Uint8Array(0);

const OPTIONS: Readonly<Record<keyof MulticallOptions, true>> = {
  codec: true,
  maxCalls: true,
  limits: true,
};

/**
 * Makes the multicall dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function multicall(options: MulticallOptions = {}): Dialect {
  checkOptions("multicall option", options, OPTIONS);
  const { codec, maxCalls = MAX_CALLS } = options;
  if (codec !== undefined && !isCodec(codec)) {
    throw new UsageError(
      "USAGE_OPTION",
      `expected a codec with encode and decode, got ${inText(codec)}`,
    );
  }
  if (!(maxCalls >= 1)) {
    throw new UsageError("USAGE_OPTION", `expected maxCalls to be 1 or more, got ${maxCalls}`);
  }
  const serializer = codec === undefined ? ujson(options.limits) : serializerOf(codec);
  return {
    name: "multicall",
    traits: {
      streams: false,
      heartbeats: false,
      credit: false,
      freeItems: 0,
      maxGrantItems: Infinity,
    },
    recognises: (message) => looksLikeCalls(readEnvelope(message)?.payload),
    answersUnread: (message) => startsLikeText(readEnvelope(message)?.payload ?? NOTHING),
    clientTranslator: () => new ClientTranslator(serializer),
    serverTranslator: () => new ServerTranslator({ serializer, maxCalls }),
    builtins: builtinMethods,
    limited: (limits) => multicall({ ...options, limits: { ...limits, ...options.limits } }),
    introspection,
  };
}

function isCodec(given: unknown): boolean {
  return typeof given === "object" && given !== null && "encode" in given && "decode" in given;
}
