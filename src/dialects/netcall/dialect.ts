/**
 * The NetCall dialect: multipart messages between DEALER and ROUTER, with a choice of serializers.
 *
 * Spec: docs/protocols/netcall.md.
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";
import type { CodecLimits } from "../../codec/errors.ts";
import { UsageError } from "../../base/errors.ts";
import type { Dialect } from "../../rpc/dialect.ts";
import { checkOptions, inText } from "../../rpc/limits.ts";
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
  /** Limits of decoding, where serializers have none of their own. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
  /** What a service calls itself in its acknowledgements. @default "zerocall/" and eight digits */
  readonly serviceId?: string;
  /** Makes ids, which are not secret. @default Math.random */
  readonly random?: Random;
}

const OPTIONS: Readonly<Record<keyof NetcallOptions, true>> = {
  serializers: true,
  limits: true,
  serviceId: true,
  random: true,
};

/**
 * Makes the NetCall dialect.
 *
 * @throws {UsageError} `USAGE_OPTION`, also when there is no serializer
 */
export function netcall(options: NetcallOptions = {}): Dialect {
  checkOptions("netcall option", options, OPTIONS);
  const random = options.random ?? Math.random;
  const given = options.serializers ?? [json(), msgpack()];
  for (const one of given) checkSerializer(one);
  const serializers = given.map((one) => one.limited?.(options.limits ?? {}) ?? one);
  const [first] = serializers;
  if (first === undefined) {
    throw new UsageError("USAGE_OPTION", "expected at least one of serializers, got none");
  }
  const digits = number32(random).toString(16).padStart(8, "0");
  const serviceId = encodeName(options.serviceId ?? `zerocall/${digits}`);
  const hashSeed = number32(random);
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
    serverTranslator: () => new ServerTranslator({ serializers, serviceId, hashSeed }),
    builtins: builtinMethods,
    limited: (limits) => netcall({ ...options, limits: { ...limits, ...options.limits } }),
    introspection,
  };
}

function number32(random: Random): number {
  return Math.floor(random() * 0x1_0000_0000);
}

function checkSerializer(given: unknown): void {
  if (typeof given === "object" && given !== null && "recognises" in given && "encode" in given)
    return;
  const hint = typeof given === "function" ? ", which has to be called" : "";
  throw new UsageError(
    "USAGE_OPTION",
    `expected a serializer, as json(), msgpack() or pickle() makes one, got ${inText(given)}${hint}`,
  );
}
