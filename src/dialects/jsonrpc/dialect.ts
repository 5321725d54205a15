/**
 * The jsonrpc dialect: JSON-RPC 2.0 over ZeroMQ.
 *
 * Spec: docs/protocols/jsonrpc.md.
 *
 * @module
 */

import { startsLikeText } from "../../base/text.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import { JsonCodec } from "../../codec/json.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { checkOptions, choice } from "../../rpc/limits.ts";
import { ClientTranslator } from "./client-translator.ts";
import type { ErrorClasses } from "./errors.ts";
import { startsLikeJsonrpc, textOf } from "./frames.ts";
import { builtinMethods, DISCOVER, readDiscovered } from "./introspection.ts";
import { ServerTranslator } from "./server-translator.ts";

/** Options of {@link jsonrpc}. */
export interface JsonrpcOptions {
  /**
   * Classes that errors become at the client, by code: `new Class(message, data)`.
   *
   * @default none: every error is an `RpcError`
   */
  readonly errors?: ErrorClasses;
  /**
   * Whether `client.batch()` sends one list. Servers of the Python original end without an answer
   * when they get one.
   *
   * @default true
   */
  readonly batches?: boolean;
  /**
   * What a request with the id `null` is to a server: a notification, as for the Python original and
   * JSON-RPC 1.0, or a call whose answer has that id, as the specification says.
   *
   * @default "notification"
   */
  readonly nullIds?: "notification" | "call";
  /** Limits of decoding. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
}

/** How long calls wait, as in the original. */
const TIMEOUT_MS = 5000;

const OPTIONS: Readonly<Record<keyof JsonrpcOptions, true>> = {
  errors: true,
  batches: true,
  nullIds: true,
  limits: true,
};

/**
 * Makes the jsonrpc dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function jsonrpc(options: JsonrpcOptions = {}): Dialect {
  checkOptions("jsonrpc option", options, OPTIONS);
  const { errors: classes = {}, batches = true } = options;
  const nullIds = choice("nullIds", options.nullIds, ["notification", "call"]);
  const codec = new JsonCodec(options.limits, { blanks: true });
  return {
    name: "jsonrpc",
    traits: {
      streams: false,
      heartbeats: false,
      credit: false,
      freeItems: Infinity,
      maxGrantItems: Infinity,
    },
    timeoutMs: TIMEOUT_MS,
    recognises: startsLikeJsonrpc,
    answersUnread: (message) => startsLikeText(textOf(message)),
    clientTranslator: (peer) => new ClientTranslator({ codec, classes, batches }, peer),
    serverTranslator: (peer) => new ServerTranslator(codec, nullIds, peer),
    builtins: builtinMethods,
    limited: (limits) => jsonrpc({ ...options, limits: { ...limits, ...options.limits } }),
    introspection: { method: DISCOVER, read: readDiscovered },
    otherName: (method) => method.toLowerCase().replaceAll("-", "_"),
  };
}
