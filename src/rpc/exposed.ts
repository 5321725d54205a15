/**
 * Marks on methods that a service means to offer, for registration with `exposedOnly`.
 *
 * @module
 */

import type { Handler } from "./method.ts";

/** The same for all copies of this module: a service may be loaded with one of its own. */
const EXPOSED: unique symbol = Symbol.for("zerocall.exposed") as never;

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
 * As a decorator it is of the standard kind, and of the older one (`experimentalDecorators`) as well.
 *
 * @returns the method itself
 */
export function exposed<Method extends Handler>(
  method: Method,
  context?: ClassMethodDecoratorContext,
): Method;
export function exposed(prototype: object, name: string | symbol, own: PropertyDescriptor): void;
export function exposed(target: object, name?: unknown, own?: PropertyDescriptor): unknown {
  if (own === undefined) return mark(target);
  // What jiti makes of decorators has no descriptor to give; the method is where it will be.
  mark((own.value ?? Reflect.get(target, name as string)) as object);
  return undefined;
}

function mark(method: object): object {
  return Object.defineProperty(method, EXPOSED, { value: true });
}

/** Whether a method was marked. */
export function isExposed(method: Handler): boolean {
  return Object.hasOwn(method, EXPOSED);
}
