/**
 * Specifiers of services: which module, and which export of it.
 *
 *     node:path                 a module of Node's own
 *     path                      the same, unless a file ./path.ts or ./path.js is there
 *     left-pad, @scope/name/sub an installed package, seen from the working folder
 *     ./cooler.ts, lib/cooler   a file; its extension may be left out
 *     ./cooler.ts#Cooler        one export; dots lead further into it
 *
 * @module
 */

import { statSync } from "node:fs";
import { builtinModules, isBuiltin } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { nearestNames } from "../../base/nearest.ts";
import { SourceError } from "./errors.ts";

/** Where a specifier leads. */
export type Location =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "package"; readonly specifier: string; readonly path: string }
  | { readonly kind: "file"; readonly path: string };

/** A specifier taken apart. */
export interface Specifier {
  readonly location: Location;
  /** The parts of what follows `#`; empty when there is none. */
  readonly exportPath: readonly string[];
}

const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/**
 * Finds what `text` names, seen from the folder `cwd`.
 *
 * @throws {SourceError} `SOURCE_NOT_FOUND`, `SOURCE_NO_EXPORT` when nothing follows the `#`
 */
export async function locate(text: string, cwd: string): Promise<Specifier> {
  const { module, exportPath } = split(text, cwd);
  if (module.startsWith("node:")) {
    if (!isBuiltin(module)) throw unknownBuiltin(module);
    return { location: { kind: "builtin", name: module }, exportPath };
  }
  const tried: string[] = [];
  const file = locateFile(module, cwd, tried);
  if (file !== undefined) return { location: { kind: "file", path: file }, exportPath };
  if (isBuiltin(module)) return { location: { kind: "builtin", name: module }, exportPath };
  const path = isPath(module) ? undefined : await locatePackage(module, cwd, tried);
  if (path !== undefined) {
    return { location: { kind: "package", specifier: module, path }, exportPath };
  }
  const list = tried.map((each) => `\n  ${each}`).join("");
  throw new SourceError("SOURCE_NOT_FOUND", `cannot find "${module}", tried${list}`);
}

/** A `#` may be part of a file's name, so what exists as it stands is not split. */
function split(text: string, cwd: string): { module: string; exportPath: string[] } {
  const hash = text.lastIndexOf("#");
  if (hash <= 0 || isFile(resolve(cwd, text))) return { module: text, exportPath: [] };
  const exportPath = text.slice(hash + 1).split(".");
  if (exportPath.includes("")) {
    throw new SourceError(
      "SOURCE_NO_EXPORT",
      `expected the name of an export behind "#", got "${text}"`,
    );
  }
  return { module: text.slice(0, hash), exportPath };
}

function unknownBuiltin(module: string): SourceError {
  const near = nearestNames(module.slice("node:".length), builtinModules);
  const hint =
    near.length === 0 ? "" : `, did you mean ${near.map((n) => `node:${n}`).join(", ")}?`;
  return new SourceError("SOURCE_NOT_FOUND", `Node has no module "${module}"${hint}`);
}

/** A path as it is written, which can be no package. */
function isPath(module: string): boolean {
  return /^\.{1,2}(?:[/\\]|$)/.test(module) || isAbsolute(module) || module.startsWith("file:");
}

function locateFile(module: string, cwd: string, tried: string[]): string | undefined {
  const path = module.startsWith("file:") ? fileURLToPath(module) : resolve(cwd, module);
  const named = EXTENSIONS.some((extension) => path.endsWith(extension));
  // A bare word is a file only when its extension is left out on purpose or not at all.
  const candidates = named ? [path] : EXTENSIONS.map((extension) => path + extension);
  if (!named && isPath(module) && isFile(path)) {
    throw new SourceError(
      "SOURCE_NOT_FOUND",
      `expected a file that ends in ${EXTENSIONS.join(", ")}, got "${module}"`,
    );
  }
  const found = candidates.find(isFile);
  if (found === undefined) tried.push(...candidates);
  return found;
}

async function locatePackage(
  module: string,
  cwd: string,
  tried: string[],
): Promise<string | undefined> {
  const { moduleResolve } = await import("import-meta-resolve");
  try {
    // The resolver wants a file to look from; it need not exist.
    return fileURLToPath(moduleResolve(module, pathToFileURL(join(cwd, "from.js"))));
  } catch (error) {
    const text = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const installed = packageFolders(module, cwd).find(isFolder);
    if (installed === undefined) tried.push(...packageFolders(module, cwd));
    else tried.push(`${installed}: ${text}`);
    return undefined;
  }
}

/** Every `node_modules` folder that the package may be in, nearest first. */
function packageFolders(module: string, cwd: string): string[] {
  const name = module.split("/", module.startsWith("@") ? 2 : 1).join("/");
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(join(folder, "node_modules", name));
    if (folder === dirname(folder)) return folders;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
