/**
 * From functions of the package, which is loaded as one file per layer, to the sources they come from.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";

/** A function as V8 names it; lines and columns start at 0. */
export interface CallFrame {
  readonly functionName: string;
  /** URL of its file; empty for what is not JavaScript. */
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What was put behind names that two sources of one layer have. */
const SAME_NAME = /\$\d+$/;

const maps = new Map<string, SourceMap | undefined>();

/** Name and file of a function in its source; as they are where its file has no map. */
export function sourceOf(frame: CallFrame): { readonly name: string; readonly url: string } {
  const { functionName: name, url, lineNumber, columnNumber } = frame;
  const entry = mapOf(url)?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !("originalSource" in entry)) return { name, url };
  return { name: name.replace(SAME_NAME, ""), url: new URL(entry.originalSource, url).href };
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(url));
  return maps.get(url);
}

function readMap(url: string): SourceMap | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = `${fileURLToPath(url)}.map`;
  if (!existsSync(path)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(path, "utf8")) as SourceMapPayload);
}
