/**
 * Dialects by name: what can be said in a message to another thread, in a file, on a command line.
 *
 * @module
 */

import type { CodecLimits } from "../codec/errors.ts";
import type { ErrorClasses } from "../dialects/jsonrpc/errors.ts";
import type { Serializer } from "../dialects/netcall/serializer.ts";
import type { Dialect } from "../rpc/dialect.ts";

/** Those options of all dialects that are data. */
interface DialectOptions {
  /** Limits of decoding. @default CODEC_DEFAULTS */
  readonly limits?: Partial<CodecLimits>;
}

/** The options that are data, by the name of their dialect. */
interface OptionsByName {
  readonly zerorpc: DialectOptions;
  readonly jsonrpc: DialectOptions & {
    /** See the option of `jsonrpc()`. */
    readonly batches?: boolean;
    /** Classes that errors become, by code. */
    readonly errors?: ErrorClasses;
  };
  readonly netcall: DialectOptions & {
    /** What a client writes, and what a server reads beside JSON and MessagePack. @default "json" */
    readonly serializer?: SerializerName;
  };
  readonly zrpc: DialectOptions & {
    /** See the option of `zrpc()`. */
    readonly form?: "arguments" | "payload";
  };
  readonly multicall: DialectOptions;
}

/** The name of a dialect. */
export type DialectName = keyof OptionsByName;

/** A dialect by name, with the options that are data. */
export type DialectSpec = {
  readonly [Name in DialectName]: { readonly name: Name } & OptionsByName[Name];
}[DialectName];

/** The names of what netcall writes its values in. */
export const SERIALIZER_NAMES = ["json", "msgpack", "pickle"] as const;

/** The name of what netcall writes its values in. */
export type SerializerName = (typeof SERIALIZER_NAMES)[number];

/** All dialects. Those that are not spoken are not loaded. */
const DIALECTS: {
  readonly [Name in DialectName]: (options: OptionsByName[Name]) => Promise<Dialect>;
} = {
  zerorpc: async (options) => (await import("../dialects/zerorpc/dialect.ts")).zerorpc(options),
  jsonrpc: async (options) => (await import("../dialects/jsonrpc/dialect.ts")).jsonrpc(options),
  netcall: async ({ serializer = "json", ...options }) => {
    const serializers = await loadSerializers(serializer);
    return (await import("../dialects/netcall/dialect.ts")).netcall({ ...options, serializers });
  },
  zrpc: async (options) => (await import("../dialects/zrpc/dialect.ts")).zrpc(options),
  multicall: async (options) =>
    (await import("../dialects/multicall/dialect.ts")).multicall(options),
};

/** The names of all dialects. */
export const DIALECT_NAMES: readonly DialectName[] = Object.keys(DIALECTS) as DialectName[];

/** Makes a dialect. */
export function dialectByName<Name extends DialectName>(
  spec: { readonly name: Name } & OptionsByName[Name],
): Promise<Dialect> {
  const { name, ...options } = spec;
  // What is left of a spec are the options of its name, which the compiler does not see.
  return DIALECTS[name](options as unknown as OptionsByName[Name]);
}

async function loadSerializers(first: SerializerName): Promise<readonly Serializer[]> {
  const made = await import("../dialects/netcall/serializer.ts");
  return [...new Set<SerializerName>([first, "json", "msgpack"])].map((name) => made[name]());
}
