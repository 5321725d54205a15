/**
 * What a service offers, as introspection sees it: all of it, or what one caller may know.
 *
 * @module
 */

import type { Method } from "./method.ts";

/** A named set of methods. A `Registry` is one. */
export interface Catalogue {
  /** Name of the service. */
  readonly name: string;
  /** In the order of their names. */
  readonly methods: readonly Method[];
  find(name: string): Method | undefined;
}

/** The catalogue of some methods. */
export function catalogueOf(name: string, methods: readonly Method[]): Catalogue {
  const byName = new Map(methods.map((method) => [method.name, method]));
  return { name, methods, find: (wanted) => byName.get(wanted) };
}
