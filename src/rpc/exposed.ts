/**
 * Marks on methods that a service means to offer, for registration with `exposedOnly`.
 *
 * @module
 */

import type { Handler } from "./method.ts";

const MARKED = new WeakSet<Handler>();

/**
 * Marks a method, as a decorator or as a function.
 *
 * ```ts
 * class Counter {
 *   @exposed
 *   increment() { … }
 *
 *   reset() { … } // not offered
 * }
 * server.register("counter", new Counter(), { exposedOnly: true });
 * server.register({ add: exposed((a, b) => a + b), more }, { exposedOnly: true });
 * ```
 *
 * @returns the method itself
 */
export function exposed<Method extends Handler>(method: Method): Method {
  MARKED.add(method);
  return method;
}

/** Whether a method was marked. */
export function isExposed(method: Handler): boolean {
  return MARKED.has(method);
}
