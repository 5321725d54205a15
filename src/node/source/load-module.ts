/**
 * Runs a module and returns what it exports, whatever it is written in.
 *
 * TypeScript goes to the runtime where that can strip types (Node 22.18 and later, Bun, Deno) and
 * to `jiti` where it cannot, which also takes what stripping refuses: enums, parameter properties,
 * namespaces, and imports without an extension.
 *
 * @module
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { SourceError } from "./errors.ts";
import type { Location } from "./specifier.ts";

/** What a module exports. */
export interface LoadedModule {
  /** Its exports by name; that of CommonJS has its value as `default`. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** CommonJS and Node's own: the exported value is `default`, named exports are its properties. */
  readonly commonjs: boolean;
}

/**
 * Imports the module at a location.
 *
 * @throws {SourceError} `SOURCE_FAILED` with what the module threw as `cause`
 */
export async function loadModule(location: Location): Promise<LoadedModule> {
  try {
    if (location.kind === "builtin") return builtin(await importNative(location.name));
    if (/\.[cm]?ts$/.test(location.path)) return await loadTypeScript(location.path);
    const exports = await importNative(pathToFileURL(location.path).href);
    return commonjsOf(location.path, exports) ?? { exports, commonjs: false };
  } catch (error) {
    const name = location.kind === "builtin" ? location.name : location.path;
    throw new SourceError("SOURCE_FAILED", `cannot load "${name}": ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** One line of what was thrown. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.replaceAll(/\s+/g, " ").trim();
  // A parser names its errors in their text.
  return /^\w*Error: /.test(message) ? message : `${error.name}: ${message}`;
}

async function importNative(url: string): Promise<Record<string, unknown>> {
  return (await import(url)) as Record<string, unknown>;
}

function builtin(exports: Record<string, unknown>): LoadedModule {
  return { exports, commonjs: "default" in exports };
}

/** The module's own value when the loader ran it as CommonJS. */
function commonjsOf(path: string, exports: Record<string, unknown>): LoadedModule | undefined {
  if ("module.exports" in exports) {
    return { exports: { ...exports, default: exports["module.exports"] }, commonjs: true };
  }
  const cached = createRequire(path).cache[path];
  if (cached === undefined || !("default" in exports)) return undefined;
  const value: unknown = cached.exports;
  return exports["default"] === value ? { exports, commonjs: true } : undefined;
}

async function loadTypeScript(path: string): Promise<LoadedModule> {
  const native = await importStripped(path);
  if (native !== undefined) return commonjsOf(path, native) ?? { exports: native, commonjs: false };
  const { createJiti } = await import("jiti");
  const jiti = createJiti(path, { fsCache: false, interopDefault: false, sourceMaps: true });
  const exports: unknown = await jiti.import(path);
  // `export =` makes the module any value.
  return isExports(exports)
    ? { exports, commonjs: false }
    : { exports: { default: exports }, commonjs: true };
}

function isExports(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Failures to link a module that another loader may not have; none of its code has run yet. */
const LINK_FAILURES = new Set([
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
]);

async function importStripped(path: string): Promise<Record<string, unknown> | undefined> {
  if (!runtimeStripsTypes()) return undefined;
  try {
    return await importNative(pathToFileURL(path).href);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // A SyntaxError here is mostly an imported type that stripping has not taken away.
    if (LINK_FAILURES.has(code) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function runtimeStripsTypes(): boolean {
  const { features, versions } = process;
  const strips: unknown = "typescript" in features ? features.typescript : false;
  return Boolean(strips) || "bun" in versions || "deno" in versions;
}
