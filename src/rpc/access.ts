/**
 * A policy at work in a server: it refuses calls before anything is done for them, and what a caller
 * may not call it does not hear of.
 *
 * @module
 */

import { type Catalogue, whenKnown } from "./catalogue.ts";
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
import type { Registry } from "./registry.ts";
import type { Observer } from "./rpc-event.ts";
import type { ServerCall } from "./server-call.ts";

/** Makes the methods that come with a dialect, over what a service offers. */
export type MakeBuiltins = (catalogue: Catalogue) => ReadonlyMap<string, Method>;

/** Decides about the calls of a server. */
export class Access {
  readonly #guard: Guard;
  /** The guard never has to wait. */
  readonly #prompt: boolean;
  readonly #service: Registry;
  readonly #observer: Observer | undefined;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(policy: Policy, service: Registry, observer: Observer | undefined) {
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
    return whenKnown(this.#decide(call, method), (denial) => this.#refusal(call, denial));
  }

  #decide(call: ServerCall, method: Method | undefined): Denial | Promise<Denial> {
    if (method !== undefined) {
      const { name } = method;
      return this.#guard(requestOf(call, name, this.#service.find(name) !== method));
    }
    const { method: written, session } = call;
    const other = session.otherName?.(written) ?? written;
    const denial = this.#guard(requestOf(call, written, false));
    if (other === written) return denial;
    // Else it would be told from one that is there and denied.
    return whenKnown(denial, (why) => why ?? this.#guard(requestOf(call, other, false)));
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
    return {
      name,
      description: method.description,
      arity: method.arity,
      wantsContext: true,
      invoke: ([call, ...args]) =>
        make(this.#known(call as ServerCall))
          .get(name)
          ?.invoke(args),
    };
  }

  /** What of the service a caller may hear of. */
  #known(call: ServerCall): Catalogue {
    const service = this.#service;
    const decide = (name: string): Denial | Promise<Denial> =>
      this.#guard(requestOf(call, name, false));
    return {
      name: service.name,
      get methods() {
        return allowedOf(service.methods, decide);
      },
      // Decided about also where it is not there, or the time that it takes would tell.
      find: (name) =>
        whenKnown(decide(name), (denial) =>
          denial === undefined ? service.find(name) : undefined,
        ),
    };
  }

  #refusal(call: ServerCall, denial: Denial): Failure | undefined {
    if (denial === undefined) return undefined;
    const { method } = call;
    const { address, identity } = call.session.link;
    this.#observer?.({ type: "call-denied", method, address, identity, reason: denial });
    return denied({ method, identity });
  }
}

function allowedOf(
  methods: readonly Method[],
  decide: (name: string) => Denial | Promise<Denial>,
): readonly Method[] | Promise<readonly Method[]> {
  const denials = methods.map(({ name }) => decide(name));
  const keep = (settled: readonly Denial[]): readonly Method[] =>
    methods.filter((_, index) => settled[index] === undefined);
  if (!denials.some(isThenable)) return keep(denials as Denial[]);
  return Promise.all(denials.map(async (denial) => denial)).then(keep);
}

function requestOf(
  { session, headers }: ServerCall,
  method: string,
  builtin: boolean,
): PolicyRequest {
  const { identity, address, endpoint } = session.link;
  return { method, builtin, identity, address, endpoint, headers };
}
