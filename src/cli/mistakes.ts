/**
 * Mistakes of who types: what was wrong, where, and what would have been right.
 *
 *     zerocall: expected a JSON value as parameter 1, got "}" at character 6
 *       {"a": }
 *             ^
 *
 * @module
 */

import { nearestNames } from "../base/nearest.ts";

/** The command line cannot be carried out as it was typed; ends in exit code 2. */
export class Mistake extends Error {
  /** Whether the usage helps. */
  readonly showUsage: boolean;

  constructor(message: string, options: { readonly showUsage?: boolean } = {}) {
    super(message);
    this.name = "Mistake";
    this.showUsage = options.showUsage ?? false;
  }
}

/** Columns shown of a long text on either side of the place pointed at. */
const MAX_SHOWN = 60;

/** Shows `text` with a caret under the character at `offset`, cut to what fits a line. */
export function pointAt(text: string, offset: number): string {
  // Control characters would move the caret away from its place.
  const line = text.replaceAll(/\p{Cc}/gu, " ");
  const from = Math.max(0, offset - MAX_SHOWN);
  const until = Math.min(line.length, offset + MAX_SHOWN);
  const before = (from > 0 ? "…" : "") + line.slice(from, offset);
  const after = line.slice(offset, until) + (until < line.length ? "…" : "");
  // What takes two units of a string takes one column.
  const column = before.replaceAll(/[\uD800-\uDBFF]/g, "").length;
  return `  ${before}${after}\n  ${" ".repeat(column)}^`;
}

/** `did you mean "a", "b" or "c"?`, or nothing when no name is near. */
export function suggestion(name: string, names: Iterable<string>): string | undefined {
  const near = nearestNames(name, names).map((each) => `"${each}"`);
  const last = near.pop();
  if (last === undefined) return undefined;
  return `did you mean ${near.length === 0 ? last : `${near.join(", ")} or ${last}`}?`;
}
