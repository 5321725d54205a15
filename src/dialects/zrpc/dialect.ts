/**
 * The zrpc dialect: MessagePack arrays between REQ or DEALER and REP or ROUTER.
 *
 * Spec: docs/protocols/zrpc.md.
 *
 * @module
 */

import { startsLikeText } from "../../base/text.ts";
import type { Random } from "../../base/clock.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import { MsgpackReader } from "../../codec/msgpack-reader.ts";
import { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { checkOptions, choice } from "../../rpc/limits.ts";
import { ClientTranslator, type RequestForm } from "./client-translator.ts";
import { looksLikeRequest, openEnvelope } from "./envelope.ts";
import { builtinMethods, introspection } from "./introspection.ts";
import { RequestIds } from "./request-ids.ts";
import { type Octets, ServerTranslator } from "./server-translator.ts";

/** Options of {@link zrpc}. */
export interface ZrpcOptions {
  /**
   * What a client writes: `"arguments"`, or `"payload"` for servers that know the older form alone,
   * in which a call has one argument. Servers read both.
   *
   * @default "arguments"
   */
  readonly form?: RequestForm;
  /** Makes request ids. Who can guess one can ask for its answer. @default Math.random */
  readonly random?: Random;
  /** Limits of decoding. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
}

/** The original forgets the eleventh request, also while it still runs. */
const SURELY_REMEMBERED = 10;

const OPTIONS: Readonly<Record<keyof ZrpcOptions, true>> = {
  form: true,
  random: true,
  limits: true,
};

/**
 * Makes the zrpc dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function zrpc(options: ZrpcOptions = {}): Dialect {
  checkOptions("zrpc option", options, OPTIONS);
  const form = choice("form", options.form, ["arguments", "payload"]);
  const ids = new RequestIds(options.random ?? Math.random);
  // Encoding and decoding are never interrupted, so one pair serves all peers.
  const octets: Octets = {
    reader: new MsgpackReader(options.limits),
    writer: new MsgpackWriter(),
  };
  return {
    name: "zrpc",
    traits: {
      streams: false,
      heartbeats: false,
      credit: false,
      freeItems: 0,
      maxGrantItems: Infinity,
      resends: SURELY_REMEMBERED,
    },
    recognises: (message) => {
      const envelope = openEnvelope(message);
      return typeof envelope !== "string" && looksLikeRequest(envelope.payload);
    },
    // Who waits for an answer is let go: a REQ peer could never ask again.
    answersUnread: (message) => {
      const envelope = openEnvelope(message);
      return typeof envelope !== "string" && !startsLikeText(envelope.payload);
    },
    clientTranslator: (peer) => new ClientTranslator(octets, ids, form, peer),
    serverTranslator: (peer) => new ServerTranslator(octets, peer),
    builtins: builtinMethods,
    limited: (limits) => zrpc({ ...options, limits: { ...limits, ...options.limits } }),
    introspection,
  };
}
