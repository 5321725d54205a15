/**
 * A policy at work in a server: it refuses calls before anything is done for them, and what a caller
 * may not call it does not hear of.
 *
 * @module
 */

import { type Catalogue, catalogueOf } from "./catalogue.ts";
import type { Failure } from "./errors.ts";
import type { Method } from "./method.ts";
import {
  type Denial,
  denied,
  type Guard,
  guardOf,
  type Policy,
  type PolicyRequest,
} from "./policy.ts";
import { isThenable } from "./pump.ts";
import type { Observer } from "./rpc-event.ts";
import type { ServerCall } from "./server-call.ts";

/** Makes the methods that come with a dialect, over what a service offers. */
export type MakeBuiltins = (catalogue: Catalogue) => ReadonlyMap<string, Method>;

/** Decides about the calls of a server. */
export class Access {
  readonly #guard: Guard;
  /** The guard never has to wait. */
  readonly #prompt: boolean;
  readonly #service: Catalogue;
  readonly #observer: Observer | undefined;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(policy: Policy, service: Catalogue, observer: Observer | undefined) {
    this.#guard = guardOf(policy);
    this.#prompt = typeof policy !== "function";
    this.#service = service;
    this.#observer = observer;
  }

  /**
   * Decides about a call.
   *
   * @param method - that it names; `undefined` where there is none, which is no secret only to those
   *   that may call it
   * @returns what the caller gets when it may not. Never rejects
   */
  check(
    call: ServerCall,
    method: Method | undefined,
  ): Failure | undefined | Promise<Failure | undefined> {
    const name = method?.name ?? call.method;
    const builtin = method !== undefined && this.#service.find(name) !== method;
    const denial = this.#guard(requestOf(call, name, builtin));
    if (!isThenable(denial)) return this.#refusal(call, denial);
    return denial.then((later) => this.#refusal(call, later));
  }

  /** The names that a caller may hear of, as far as that is known without waiting. */
  names(call: ServerCall): readonly string[] {
    if (!this.#prompt) return [];
    return this.#service.methods
      .map(({ name }) => name)
      .filter((name) => this.#guard(requestOf(call, name, false)) === undefined);
  }

  /** The methods that come with a dialect; they tell each caller of what it may call. */
  builtins(make: MakeBuiltins): ReadonlyMap<string, Method> {
    return new Map(
      [...make(this.#service)].map(([name, method]) => [name, this.#over(method, make)]),
    );
  }

  #over(method: Method, make: MakeBuiltins): Method {
    const { name } = method;
    const answer = (catalogue: Catalogue, args: readonly unknown[]): unknown =>
      make(catalogue).get(name)?.invoke(args);
    return {
      name,
      description: method.description,
      arity: method.arity,
      wantsContext: true,
      invoke: ([call, ...args]) => {
        const known = this.#known(call as ServerCall);
        return isThenable(known)
          ? known.then((catalogue) => answer(catalogue, args))
          : answer(known, args);
      },
    };
  }

  /** What of the service a caller may hear of. */
  #known(call: ServerCall): Catalogue | Promise<Catalogue> {
    const { name, methods } = this.#service;
    const denials = methods.map((method) => this.#guard(requestOf(call, method.name, false)));
    const keep = (settled: readonly Denial[]): Catalogue =>
      catalogueOf(
        name,
        methods.filter((_, index) => settled[index] === undefined),
      );
    if (!denials.some(isThenable)) return keep(denials as Denial[]);
    return Promise.all(denials.map(async (denial) => denial)).then(keep);
  }

  #refusal(call: ServerCall, denial: Denial): Failure | undefined {
    if (denial === undefined) return undefined;
    const { method } = call;
    const { address, identity } = call.session.link;
    this.#observer?.({ type: "call-denied", method, address, identity, reason: denial });
    return denied({ method, identity });
  }
}

function requestOf(
  { session, headers }: ServerCall,
  method: string,
  builtin: boolean,
): PolicyRequest {
  const { identity, address, endpoint } = session.link;
  return { method, builtin, identity, address, endpoint, headers };
}
