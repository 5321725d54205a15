/**
 * Objects that stand for a service that is somewhere else: they are not looked through for methods,
 * but have said what they offer.
 *
 * @module
 */

import type { Arity, Method, MethodDescription } from "./method.ts";
import type { ServerCall } from "./server-call.ts";

/** One method that is somewhere else. */
export interface OfferedMethod {
  readonly description: MethodDescription;
  readonly arity: Arity;
  /** It was marked by `exposed` where it is. */
  readonly exposed: boolean;
  /** Calls it for the call that is served here. */
  invoke(call: ServerCall, args: readonly unknown[]): unknown;
}

/** What an object offers in place of its own methods. */
export interface Offer {
  /** What introspection calls the service unless told otherwise. */
  readonly name: string;
  /** The service is an instance of a class. */
  readonly instance: boolean;
  /** By their names inside of the service. */
  readonly methods: ReadonlyMap<string, OfferedMethod>;
}

const OFFERS = new WeakMap<object, Offer>();

/** Says what registries shall take from an object. */
export function offer(stand: object, offered: Offer): void {
  OFFERS.set(stand, offered);
}

/** What an object offers, if it stands for a service. */
export function offerOf(stand: object): Offer | undefined {
  return OFFERS.get(stand);
}

/** Makes a method under its full name. */
export function offeredMethod(name: string, offered: OfferedMethod): Method {
  const { description, arity, exposed } = offered;
  return {
    name,
    description,
    arity,
    exposed,
    wantsContext: true,
    // Servers put the call that they serve in front.
    invoke: ([call, ...args]) => offered.invoke(call as ServerCall, args),
  };
}
