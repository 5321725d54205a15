/**
 * The NetCall dialect: multipart messages between DEALER and ROUTER, with a choice of serializers.
 *
 * Spec: docs/protocols/netcall.md.
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import { UsageError } from "../../base/errors.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { ClientTranslator } from "./client-translator.ts";
import { encodeName, hasBoundary } from "./envelope.ts";
import { builtinMethods, introspection } from "../../rpc/introspection.ts";
import { json, msgpack, type Serializer } from "./serializer.ts";
import { ServerTranslator } from "./server-translator.ts";

/** Options of {@link netcall}. */
export interface NetcallOptions {
  /**
   * A client speaks the first; a service accepts all and answers each request in its own. Pickle,
   * the original's default, has to be asked for.
   *
   * @default [json(), msgpack()]
   */
  readonly serializers?: readonly Serializer[];
  /** What a service calls itself in its acknowledgements. @default "zerocall/" and eight digits */
  readonly serviceId?: string;
  /** Makes ids, which are not secret. @default Math.random */
  readonly random?: Random;
}

/**
 * Makes the NetCall dialect.
 *
 * @throws {UsageError} `USAGE_OPTION` when there is no serializer
 */
export function netcall(options: NetcallOptions = {}): Dialect {
  const random = options.random ?? Math.random;
  const serializers = options.serializers ?? [json(), msgpack()];
  const [first] = serializers;
  if (first === undefined) {
    throw new UsageError("USAGE_OPTION", "expected at least one of serializers, got none");
  }
  const digits = Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  const serviceId = encodeName(options.serviceId ?? `zerocall/${digits}`);
  return {
    name: "netcall",
    traits: {
      streams: true,
      heartbeats: false,
      credit: true,
      freeItems: 0,
      maxGrantItems: 1,
      lockstep: true,
    },
    recognises: hasBoundary,
    clientTranslator: () => new ClientTranslator(first, random),
    serverTranslator: () => new ServerTranslator({ serializers, serviceId }),
    builtins: builtinMethods,
    introspection,
  };
}
