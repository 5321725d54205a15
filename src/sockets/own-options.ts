/**
 * The options that only some socket types have: all are true or false, and false by default.
 *
 * @module
 */

import { checkBoolean } from "./resolved-options.ts";
import type { SocketOptions } from "./socket-options.ts";

/** The options of a socket type, its own apart from those that all types share. */
export interface SplitOptions<Name extends string> {
  readonly own: { readonly [Key in Name]: boolean };
  readonly shared: SocketOptions;
}

/**
 * Splits the options of a socket type.
 *
 * @param names - its own options
 * @throws {UsageError} `USAGE_OPTION`
 */
export function splitOptions<Name extends string>(
  options: SocketOptions & { readonly [Key in Name]?: boolean },
  ...names: readonly Name[]
): SplitOptions<Name> {
  const own: Record<string, boolean> = {};
  const shared: Record<string, unknown> = { ...options };
  for (const name of names) {
    const value: unknown = options[name] ?? false;
    checkBoolean(name, value);
    own[name] = value === true;
    delete shared[name];
  }
  return { own: own as SplitOptions<Name>["own"], shared };
}
