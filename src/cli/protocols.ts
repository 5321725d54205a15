/**
 * What the command line speaks: the dialects by their names.
 *
 * @module
 */

import {
  DIALECT_NAMES,
  dialectByName,
  type DialectName,
  SERIALIZER_NAMES,
  type SerializerName,
} from "../node/dialect-by-name.ts";
import type { ServerOptions } from "../node/index.ts";
import { Mistake, suggestion } from "./mistakes.ts";

type Dialect = NonNullable<ServerOptions["dialects"]>[number];

/** What to speak. */
export interface Speech {
  /** A client speaks the first, a server all of them. */
  readonly protocols: readonly DialectName[];
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
  unlessTold: readonly DialectName[],
): Speech {
  const named = protocols.map((name) => known("--protocol", DIALECT_NAMES, name));
  const spoken = named.length === 0 ? unlessTold : named;
  if (serializer !== undefined && !spoken.includes("netcall")) {
    throw new Mistake("--serializer goes with --protocol netcall", { showUsage: true });
  }
  return {
    protocols: spoken,
    serializer:
      serializer === undefined ? undefined : known("--serializer", SERIALIZER_NAMES, serializer),
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
  const specs = protocols.map((name) =>
    name === "netcall" && serializer !== undefined ? { name, serializer } : { name },
  );
  return Promise.all(specs.map((spec) => dialectByName(spec)));
}
