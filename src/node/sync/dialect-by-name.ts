/**
 * Dialects by name: what can be said in a message to another thread, in a file, on a command line.
 *
 * @module
 */

import type { CodecLimits } from "../../codec/errors.ts";
import type { ErrorClasses } from "../../dialects/jsonrpc/errors.ts";
import type { Dialect } from "../../rpc/dialect.ts";

/** The names of all dialects. */
export const DIALECT_NAMES = ["zerorpc", "jsonrpc", "netcall", "zrpc", "multicall"] as const;

/** The name of a dialect. */
export type DialectName = (typeof DIALECT_NAMES)[number];

/** A dialect by name, with the options that are data. */
export type DialectSpec =
  | { readonly name: "zerorpc"; readonly limits?: CodecLimits }
  | {
      readonly name: "jsonrpc";
      /** See the option of `jsonrpc()`. */
      readonly batches?: boolean;
      /** Classes that errors become, by code. */
      readonly errors?: ErrorClasses;
      readonly limits?: Partial<CodecLimits>;
    }
  | {
      readonly name: "netcall";
      /** What values are written in. @default "json" */
      readonly serializer?: "json" | "msgpack" | "pickle";
    }
  | {
      readonly name: "zrpc";
      /** See the option of `zrpc()`. */
      readonly form?: "arguments" | "payload";
      readonly limits?: CodecLimits;
    }
  | { readonly name: "multicall" };

/** Makes a dialect. Those that are not spoken are not loaded. */
export async function dialectByName(spec: DialectSpec): Promise<Dialect> {
  switch (spec.name) {
    case "zerorpc": {
      const { name: _, ...options } = spec;
      return (await import("../../dialects/zerorpc/dialect.ts")).zerorpc(options);
    }
    case "jsonrpc": {
      const { name: _, ...options } = spec;
      return (await import("../../dialects/jsonrpc/dialect.ts")).jsonrpc(options);
    }
    case "netcall": {
      const [{ netcall }, serializers] = await Promise.all([
        import("../../dialects/netcall/dialect.ts"),
        import("../../dialects/netcall/serializer.ts"),
      ]);
      return netcall({ serializers: [serializers[spec.serializer ?? "json"]()] });
    }
    case "zrpc": {
      const { name: _, ...options } = spec;
      return (await import("../../dialects/zrpc/dialect.ts")).zrpc(options);
    }
    case "multicall":
      return (await import("../../dialects/multicall/dialect.ts")).multicall();
  }
}
