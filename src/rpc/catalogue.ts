/**
 * What a service offers, as introspection sees it: all of it, or what one caller may know.
 *
 * @module
 */

import type { Method } from "./method.ts";
import { isThenable } from "./pump.ts";

/**
 * A named set of methods. A `Registry` is one. Where a policy decides what a caller may know, it is
 * asked about what is looked at and about nothing else, and its answer may be a promise; none rejects.
 */
export interface Catalogue {
  /** Name of the service. */
  readonly name: string;
  /** In the order of their names. */
  readonly methods: readonly Method[] | Promise<readonly Method[]>;
  find(name: string): Method | undefined | Promise<Method | undefined>;
}

/** Uses a value at once where it is there, and later where it is promised. */
export function whenKnown<T, R>(
  value: T | Promise<T>,
  use: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isThenable(value) ? value.then(use) : use(value);
}
