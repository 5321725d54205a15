/**
 * The registry: from a name on the wire to a method.
 *
 * What can be called is listed when it is registered, in a map without a prototype's names, so no
 * name from the network ever reaches an object.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { nearestNames } from "../base/nearest.ts";
import { isExposed } from "./exposed.ts";
import { type Handler, makeMethod, type Method, type MethodDescription } from "./method.ts";
import { type OfferedMethod, offeredMethod, offerOf } from "./offer.ts";

/** How to register a service. */
export interface RegisterOptions {
  /** Only these methods, by their names inside of the service. @default all of them */
  readonly methods?: readonly string[];
  /** Only methods that were marked by `exposed`. @default false */
  readonly exposedOnly?: boolean;
  /** What is known of a method beyond its own source text, by its name inside of the service. */
  readonly describe?: (name: string) => MethodDescription | undefined;
}

/** How deeply namespaces are followed; deeper ones are left out. */
const MAX_NAMESPACE_DEPTH = 8;

/** A named set of methods. */
export class Registry {
  /** Name of the service as introspection tells it. */
  readonly name: string;
  readonly #methods = new Map<string, Method>();
  readonly #platform: ReadonlySet<object>;

  /**
   * @param platform - prototypes of the platform's own classes that are written in JavaScript, such
   *   as that of `EventEmitter`: what a service inherits from them is not offered
   */
  constructor(name: string, platform: ReadonlySet<object> = NO_PROTOTYPES) {
    this.name = name;
    this.#platform = platform;
  }

  /** The methods by full name, in the order of their names. */
  get methods(): readonly Method[] {
    return [...this.#methods.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Method | undefined {
    return this.#methods.get(name);
  }

  /**
   * Adds a function under a name of its own.
   *
   * @throws {UsageError} `USAGE_NAME` when the name is empty, private or taken
   */
  addFunction(name: string, handler: Handler, options: RegisterOptions = {}): void {
    this.#checkName(name);
    this.#methods.set(name, makeMethod(name, handler, undefined, options.describe?.(name)));
  }

  /**
   * Adds everything that a service offers: own and inherited methods of a class instance, functions
   * of an object or a module, and its nested objects as namespaces.
   *
   * Left out are names with a leading underscore, symbols, accessors, which are not run, classes, and
   * whatever comes from `Object.prototype` or another class of the language or the platform: a
   * subclass of `Map` or `EventEmitter` offers its own methods and not `clear` or `emit`. The
   * `default` of a module counts only where it is all that the module exports, and then stands for it.
   *
   * @param namespace - put in front of all names, with a dot; `""` for none
   * @returns how many methods were added
   * @throws {UsageError} `USAGE_NAME` when a name is taken, a listed one does not exist, or none is
   *   exposed of those that have to be
   */
  addService(namespace: string, service: object, options: RegisterOptions = {}): number {
    const found: Found = new Map();
    const root = soleDefault(service) ?? service;
    this.#collect(root, "", found, [root]);
    if (options.exposedOnly === true) keepExposed(found);
    const wanted = new Map<string, Method>();
    for (const name of options.methods ?? found.keys()) {
      const method = found.get(name);
      if (method === undefined) throw noSuchMethod(name, found);
      const fullName = namespace === "" ? name : `${namespace}.${name}`;
      this.#checkName(fullName);
      wanted.set(fullName, methodOf(fullName, method, options.describe?.(name)));
    }
    // All or none: a name that is taken leaves nothing half registered.
    for (const [fullName, method] of wanted) this.#methods.set(fullName, method);
    return wanted.size;
  }

  /** Removes a method, or all methods of a namespace. Returns how many were removed. */
  remove(name: string): number {
    let removed = 0;
    for (const known of this.#methods.keys()) {
      if (known !== name && !known.startsWith(`${name}.`)) continue;
      this.#methods.delete(known);
      removed++;
    }
    return removed;
  }

  /** Removes everything. */
  clear(): void {
    this.#methods.clear();
  }

  /** Lists what `object` offers. `path` holds the objects on the way here, to end cycles. */
  #collect(object: object, prefix: string, found: Found, path: readonly object[]): void {
    const offered = offerOf(object);
    if (offered !== undefined) {
      for (const [name, method] of offered.methods) found.set(prefix + name, method);
      return;
    }
    const instance = isInstance(object);
    for (const [key, value] of this.#members(object)) {
      const name = prefix + key;
      if (typeof value === "function") {
        if (isClass(value) || found.has(name)) continue;
        found.set(name, { handler: value as Handler, owner: object });
      } else if (!instance && isNamespace(value)) {
        if (path.includes(value) || path.length > MAX_NAMESPACE_DEPTH) continue;
        this.#collect(value, `${name}.`, found, [...path, value]);
      }
    }
  }

  /** Data properties, own ones first; getters are not run. */
  *#members(object: object): Generator<[string, unknown]> {
    for (let from: object | null = object; from !== null; from = prototypeOf(from)) {
      // The object itself is the user's choice, also when it is a built-in one.
      if (from !== object && (this.#platform.has(from) || isBuiltIn(from))) return;
      const module = isModule(from);
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
        if (!isOffered(key) || (module && key === "default")) continue;
        // Exports are accessors in some module systems; reading them runs no code of the service.
        if ("value" in property) yield [key, property.value];
        else if (module) yield [key, (from as Record<string, unknown>)[key]];
      }
    }
  }

  #checkName(name: string): void {
    if (name === "" || name.split(".").some((part) => part === "" || part.startsWith("_"))) {
      throw new UsageError(
        "USAGE_NAME",
        `expected names without a leading underscore and without empty parts, got "${name}"`,
      );
    }
    if (this.#methods.has(name)) {
      throw new UsageError("USAGE_NAME", `a method "${name}" is registered already`);
    }
  }
}

function noSuchMethod(name: string, found: Found): UsageError {
  const near = nearestNames(name, found.keys());
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return new UsageError("USAGE_NAME", `the service has no method "${name}" to register${hint}`);
}

type Found = Map<string, { readonly handler: Handler; readonly owner: object } | OfferedMethod>;

function methodOf(
  name: string,
  found: NonNullable<ReturnType<Found["get"]>>,
  described: MethodDescription | undefined,
): Method {
  if (!("handler" in found)) return offeredMethod(name, found);
  return makeMethod(name, found.handler, found.owner, described);
}

function keepExposed(found: Found): void {
  for (const [name, method] of found) {
    const kept = "handler" in method ? isExposed(method.handler) : method.exposed;
    if (!kept) found.delete(name);
  }
  if (found.size > 0) return;
  throw new UsageError("USAGE_NAME", "the service has no method that was marked by exposed()");
}

function isOffered(name: string): boolean {
  return !name.startsWith("_") && name !== "constructor" && !name.includes(".");
}

/** What a module offers whose only export is `default`. */
function soleDefault(service: object): object | undefined {
  if (!isModule(service)) return undefined;
  const [name, ...more] = Object.keys(service);
  if (name !== "default" || more.length > 0) return undefined;
  const { default: value } = service as { readonly default: unknown };
  if (typeof value === "object" && value !== null) return value;
  if (typeof value !== "function") return undefined;
  return { [value.name || "default"]: value };
}

/** Prototypes of the language's own classes, and those of functions. */
function isBuiltIn(prototype: object): boolean {
  if (prototype === Object.prototype || prototype === Function.prototype) return true;
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof made === "function" && NATIVE.test(Function.prototype.toString.call(made));
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const NO_PROTOTYPES: ReadonlySet<object> = new Set();

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}

/** What belongs to the instance of a class is its own business, but for its methods. */
function isInstance(object: object): boolean {
  const prototype = prototypeOf(object);
  return prototype !== null && prototype !== Object.prototype;
}

function isModule(object: object): boolean {
  return Object.prototype.toString.call(object) === "[object Module]";
}

/** Objects that group methods: plain ones, modules, and instances of a user's own class. */
function isNamespace(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Module]";
}

/** Whether a function is a class, which cannot be called. */
export function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
