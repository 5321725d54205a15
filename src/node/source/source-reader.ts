/**
 * Descriptions of the methods of a service, read from where its code or its declarations are.
 *
 * This module and what it imports load the parser; it is imported only when a service is served.
 *
 * @module
 */

import type { MethodDescription } from "../../rpc/method.ts";
import { describeFunction } from "./description.ts";
import { Meanings } from "./meaning.ts";
import type { Meaning } from "./meaning.ts";
import { asInstance } from "./members.ts";
import { SourceFiles } from "./source-files.ts";

/** Where the source of a service is. */
export type SourceOrigin =
  /** A file with the code, or with its declarations. */
  | { readonly kind: "file"; readonly path: string }
  /** A package or a built-in module as a file at `from` would import it. */
  | { readonly kind: "module"; readonly specifier: string; readonly from: string };

/** Which part of a module is the service. */
export interface SourcePart {
  /** Names to follow from the module: `["default"]`, `["services", "cooler"]`; none for all. */
  readonly path: readonly string[];
  /** The service is an instance of the class that is found there. */
  readonly constructed: boolean;
}

/**
 * Makes the function that describes the methods of one service by their dotted names; `""` is
 * the service itself. It never throws: what cannot be read or followed is `undefined`.
 */
export function readSource(
  origin: SourceOrigin,
  part: SourcePart,
): (method: string) => MethodDescription | undefined {
  const files = new SourceFiles();
  const meanings = new Meanings(files);
  let root: readonly Meaning[] | undefined;
  const known = new Map<string, MethodDescription | undefined>();
  return (method) => {
    if (!known.has(method)) {
      root ??= rootOf(origin, part, files, meanings);
      const names = method === "" ? [] : method.split(".");
      const found = names.reduce((at, name) => meanings.member(at, name), root);
      known.set(method, describeFunction(found));
    }
    return known.get(method);
  };
}

function rootOf(
  origin: SourceOrigin,
  part: SourcePart,
  files: SourceFiles,
  meanings: Meanings,
): readonly Meaning[] {
  const blocks =
    origin.kind === "file"
      ? [files.open(origin.path)?.block].filter((block) => block !== undefined)
      : files.find(origin.specifier, origin.from);
  const whole = blocks.flatMap((block) => meanings.whole(block));
  const found = part.path.reduce((at, name) => meanings.member(at, name), whole);
  // What a module exports beside its class is not part of the object.
  return part.constructed ? asInstance(found.filter((each) => each.kind === "node")) : found;
}
