/**
 * What the command line speaks: the dialects by their names.
 *
 * @module
 */

import type { ServerOptions } from "../node/index.ts";
import { Mistake, suggestion } from "./mistakes.ts";

/** The names that `--protocol` takes. */
export const PROTOCOLS = ["zerorpc", "jsonrpc", "netcall", "zrpc", "multicall"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The names that `--serializer` takes: what netcall writes its values in. */
export const SERIALIZERS = ["json", "msgpack", "pickle"] as const;
export type SerializerName = (typeof SERIALIZERS)[number];

type Dialect = NonNullable<ServerOptions["dialects"]>[number];

/** What to speak. */
export interface Speech {
  /** A client speaks the first, a server all of them. */
  readonly protocols: readonly Protocol[];
  /** For netcall: what a client writes, and what a server accepts beside JSON and MessagePack. */
  readonly serializer: SerializerName | undefined;
}

/**
 * Reads the values of `--protocol` and `--serializer`.
 *
 * @param unlessTold - what is spoken without `--protocol`
 * @throws {Mistake} when there is no such name
 */
export function readSpeech(
  protocols: readonly string[],
  serializer: string | undefined,
  unlessTold: readonly Protocol[],
): Speech {
  const named = protocols.map((name) => known("--protocol", PROTOCOLS, name));
  const spoken = named.length === 0 ? unlessTold : named;
  if (serializer !== undefined && !spoken.includes("netcall")) {
    throw new Mistake("--serializer goes with --protocol netcall", { showUsage: true });
  }
  return {
    protocols: spoken,
    serializer:
      serializer === undefined ? undefined : known("--serializer", SERIALIZERS, serializer),
  };
}

function known<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  const near = suggestion(given, names);
  const hint = near === undefined ? "" : `; ${near}`;
  throw new Mistake(`${option} expects ${names.join(", ")}, got "${given}"${hint}`);
}

/** Makes the dialects. Those that are not spoken are not loaded. */
export function loadDialects({ protocols, serializer }: Speech): Promise<Dialect[]> {
  return Promise.all(protocols.map((protocol) => loadDialect(protocol, serializer)));
}

async function loadDialect(
  protocol: Protocol,
  serializer: SerializerName | undefined,
): Promise<Dialect> {
  switch (protocol) {
    case "zerorpc":
      return (await import("../dialects/zerorpc/index.ts")).zerorpc();
    case "jsonrpc":
      return (await import("../dialects/jsonrpc/index.ts")).jsonrpc();
    case "zrpc":
      return (await import("../dialects/zrpc/index.ts")).zrpc();
    case "multicall":
      return (await import("../dialects/multicall/index.ts")).multicall();
    case "netcall": {
      const { netcall, ...made } = await import("../dialects/netcall/index.ts");
      const accepted = new Set<SerializerName>([serializer ?? "json", "json", "msgpack"]);
      return netcall({ serializers: [...accepted].map((name) => made[name]()) });
    }
  }
}
