/**
 * Makes a service of a module, a class, an object or a function without changing it.
 *
 *     node:path, CommonJS            what it exports: its value
 *     module with named exports      all of them
 *     module with one class          an instance of it, when there are no functions beside it
 *     module with a default only     its default
 *     …#name                         that export; a class is constructed, without arguments
 *
 * @module
 */

import { basename, extname, join } from "node:path";

import { nearestNames } from "../../base/nearest.ts";
import type { MethodDescription } from "../../rpc/method.ts";
import { SourceError } from "./errors.ts";
import { loadModule, reasonOf } from "./load-module.ts";
import type { LoadedModule } from "./load-module.ts";
import type { SourceOrigin, SourcePart } from "./source-reader.ts";
import { locate } from "./specifier.ts";
import type { Location, Specifier } from "./specifier.ts";

/** A service ready to be given to a server. */
export interface LoadedService {
  /** The object as its module made it; a function stands in an object, under its name. */
  readonly service: object;
  /** What to call it: the name of its class, function, export, module or file. */
  readonly name: string;
  /** What its source tells of a method, by its dotted name; `undefined` when nothing. */
  readonly describe: (method: string) => MethodDescription | undefined;
}

/** The chosen part of a module. */
interface Choice {
  readonly value: unknown;
  /** The names that lead to it; none for the whole module. */
  readonly path: readonly string[];
}

/**
 * Loads the service that `specifier` names, as seen from the folder `cwd`, and finds what its
 * source or its declarations tell about its methods.
 *
 * @param cwd - the working folder, if it is left out
 * @param describes - without it the source is not read, and nothing is told of any method
 * @throws {SourceError} `SOURCE_NOT_FOUND`, `SOURCE_NO_EXPORT`, `SOURCE_FAILED`,
 * `SOURCE_NOTHING_TO_SERVE`
 */
export async function loadService(
  specifier: string,
  cwd: string = process.cwd(),
  describes: boolean = true,
): Promise<LoadedService> {
  const located = await locate(specifier, cwd);
  const module = await loadModule(located.location);
  const choice =
    located.exportPath.length > 0 ? chooseNamed(module, located) : chooseDefault(module, specifier);

  const constructed = isClass(choice.value);
  const service = constructed ? construct(choice.value) : choice.value;
  if ((typeof service !== "object" && typeof service !== "function") || service === null) {
    throw new SourceError(
      "SOURCE_NOTHING_TO_SERVE",
      `expected an object, a class or a function at "${specifier}", got ${typeof service}`,
    );
  }
  const part = { path: choice.path, constructed };
  const read = describes ? await reading(originOf(located.location, cwd), part) : undescribed;
  const name = nameOf(choice, located.location);
  if (typeof service !== "function") return { service, name, describe: read };
  return {
    service: hasFunctions(service) ? asNamespace(service, name) : { [name]: service },
    name,
    describe: (method) => (method === name ? read("") : read(method)),
  };
}

/** The parser is loaded only for who wants to know. */
async function reading(origin: SourceOrigin, part: SourcePart): Promise<LoadedService["describe"]> {
  const { readSource } = await import("./source-reader.ts");
  return readSource(origin, part);
}

const undescribed: LoadedService["describe"] = () => undefined;

function originOf(location: Location, cwd: string): SourceOrigin {
  const from = join(cwd, "from.js");
  switch (location.kind) {
    case "builtin":
      return { kind: "module", specifier: location.name, from };
    case "package":
      return { kind: "module", specifier: location.specifier, from };
    case "file":
      return { kind: "file", path: location.path };
  }
}

function chooseNamed(module: LoadedModule, { exportPath, location }: Specifier): Choice {
  let value: unknown = module.exports;
  for (const [index, name] of exportPath.entries()) {
    const inside = property(value, name);
    // Not every property of a CommonJS value is also a named export.
    value = inside ?? (index === 0 ? property(module.exports["default"], name) : undefined);
    if (value === undefined) {
      const known = namesOf(index === 0 ? module.exports : value);
      throw missingExport(exportPath.slice(0, index + 1).join("."), location, known);
    }
  }
  return { value, path: exportPath };
}

function missingExport(name: string, location: Location, known: readonly string[]): SourceError {
  const from = location.kind === "builtin" ? location.name : location.path;
  const near = nearestNames(name, known);
  const hint =
    near.length > 0 ? `did you mean ${near.join(", ")}?` : `it has ${known.join(", ") || "none"}`;
  return new SourceError("SOURCE_NO_EXPORT", `"${from}" has no export "${name}", ${hint}`);
}

function chooseDefault(module: LoadedModule, specifier: string): Choice {
  const { exports } = module;
  if (module.commonjs) return { value: exports["default"], path: [] };
  const names = namesOf(exports).filter((name) => name !== "default");
  if (names.length === 0 && "default" in exports) {
    return { value: exports["default"], path: ["default"] };
  }
  const classes = names.filter((name) => isClass(exports[name]));
  if (names.some((name) => isCallable(exports[name]))) {
    return { value: withoutDefault(exports, names), path: [] };
  }
  const [only, ...others] = classes;
  if (only !== undefined && others.length === 0) return { value: exports[only], path: [only] };
  if (exports["default"] !== undefined) return { value: exports["default"], path: ["default"] };
  const choices = names.map((name) => `${specifier}#${name}`).join(", ");
  throw new SourceError(
    "SOURCE_NOTHING_TO_SERVE",
    classes.length > 0
      ? `expected one class in "${specifier}", say which: ${choices}`
      : `expected functions, objects or a class in "${specifier}", it exports ${names.join(", ") || "nothing"}`,
  );
}

/** The named exports alone: `default` mostly repeats them. */
function withoutDefault(exports: LoadedModule["exports"], names: readonly string[]): object {
  if (!("default" in exports)) return exports;
  return Object.fromEntries(names.map((name) => [name, exports[name]]));
}

function namesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).filter((name) => name !== "__esModule" && name !== "module.exports");
}

/** A property without those of `Object.prototype`. */
function property(value: unknown, name: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return undefined;
  }
  if (name in Object.prototype && !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Something that a service made of all exports can offer: a function, or an object of them. */
function isCallable(value: unknown): boolean {
  if (typeof value === "function") return !isClass(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  for (let from: unknown = value; isObject(from) && from !== Object.prototype;) {
    if (Object.values(Object.getOwnPropertyDescriptors(from)).some(isMethod)) return true;
    from = Object.getPrototypeOf(from) as unknown;
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isMethod(descriptor: PropertyDescriptor): boolean {
  return typeof descriptor.value === "function" && !isClass(descriptor.value);
}

type Constructor = new () => unknown;

/**
 * A class, unless it is one of the old kind that has functions of its own as well: that is a module
 * that can be called, such as `assert`.
 */
function isClass(value: unknown): value is Constructor {
  return isClassSyntax(value) || (isOldClass(value) && !hasFunctions(value));
}

function isClassSyntax(value: unknown): value is Constructor {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** A function with methods on its prototype, as classes were written before. */
function isOldClass(value: unknown): value is Constructor {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  // The prototype of a generator function is empty and has no constructor.
  if (!isObject(prototype) || !Object.hasOwn(prototype, "constructor")) return false;
  return Object.getOwnPropertyNames(prototype).length > 1;
}

function hasFunctions(value: object): boolean {
  return Object.values(value).some(
    (each) => typeof each === "function" && !isClassSyntax(each) && !isOldClass(each),
  );
}

/** A function that is also a namespace, as an object that offers both. */
function asNamespace(value: object, name: string): object {
  return { ...value, [name]: value };
}

function construct(value: unknown): unknown {
  const constructor = value as Constructor;
  try {
    return new constructor();
  } catch (error) {
    throw new SourceError(
      "SOURCE_FAILED",
      `cannot construct ${constructor.name} without arguments: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

function nameOf(choice: Choice, location: Location): string {
  const { value, path } = choice;
  if (isClass(value) && value.name !== "") return value.name;
  const last = path.at(-1);
  if (last !== undefined && last !== "default") return last;
  if (typeof value === "function" && value.name !== "" && value.name !== "default") {
    return value.name;
  }
  if (location.kind === "builtin") return location.name.replace(/^node:/, "");
  if (location.kind === "package") return location.specifier;
  return basename(location.path, extname(location.path));
}
