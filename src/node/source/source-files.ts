/**
 * From a specifier to the parsed file that tells most about it: TypeScript and declaration files
 * before JavaScript.
 *
 *     ./b.js        →  b.ts, b.tsx, b.d.ts, b.js
 *     ./b           →  b.ts, b.tsx, b.d.ts, b.js, b/index.ts, …
 *     package/sub   →  the `types` condition of its exports, `types` or `typings`,
 *                      @types/package, then the JavaScript that would run
 *     node:path     →  @types/node/path.d.ts
 *
 * Knows nothing of what is in the files, and runs none of it.
 *
 * @module
 */

import { readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { moduleResolve } from "import-meta-resolve";

import { SOURCE_LIMITS } from "./limits.ts";
import { readSyntax } from "./syntax.ts";
import type { Block, SourceFile } from "./syntax.ts";

const TYPE_CONDITIONS = new Set(["types", "import", "node", "default"]);
const RUN_CONDITIONS = new Set(["import", "node", "default"]);
const EXTENSIONS = [
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".d.ts",
  ".d.mts",
  ".d.cts",
  ".js",
  ".mjs",
  ".cjs",
];

/** Which source files a JavaScript file may have been made from, nearest first. */
const ORIGINS: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".d.ts", ".js"],
  ".mjs": [".mts", ".d.mts", ".mjs"],
  ".cjs": [".cts", ".d.cts", ".cjs"],
  ".jsx": [".tsx", ".jsx"],
  ".ts": [".ts", ".d.ts"],
  ".mts": [".mts", ".d.mts"],
  ".cts": [".cts", ".d.cts"],
};

/** Reads source files, each of them once. */
export class SourceFiles {
  readonly #files = new Map<string, SourceFile | undefined>();

  /** Returns the file at a path, or `undefined` when it cannot be read or parsed. */
  open(path: string): SourceFile | undefined {
    if (this.#files.has(path)) return this.#files.get(path);
    const text = this.#files.size < SOURCE_LIMITS.maxFiles ? readText(path) : undefined;
    const file = text === undefined ? undefined : readSyntax(path, text);
    this.#files.set(path, file);
    return file;
  }

  /** Returns the blocks that a specifier means in the file at `from`; none when unknown. */
  find(specifier: string, from: string): readonly Block[] {
    const builtin = builtinName(specifier);
    if (builtin !== undefined) return this.#builtin(builtin, from);
    const inside = this.open(from)?.ambient.get(specifier);
    if (inside !== undefined && !specifier.startsWith(".")) return inside;
    const path = specifier.startsWith(".")
      ? siblingPath(resolve(dirname(from), specifier))
      : packagePath(specifier, from);
    const file = path === undefined ? undefined : this.open(path);
    return file === undefined ? [] : [file.block];
  }

  #builtin(name: string, from: string): readonly Block[] {
    const folder = packageFolder("@types/node", dirname(from));
    if (folder === undefined) return [];
    // `util/types` has a file of its own in some versions and is in util.d.ts in others.
    const stems = new Set([name, name.replace(/\/.*/, "")]);
    // One of the two names refers to the other; which one is full differs by version.
    return [...stems]
      .map((stem) => this.open(join(folder, `${stem}.d.ts`))?.ambient)
      .flatMap((ambient) => [ambient?.get(name) ?? [], ambient?.get(`node:${name}`) ?? []])
      .reduce((best, blocks) => (namesIn(blocks) > namesIn(best) ? blocks : best), []);
  }
}

function namesIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.names.size, 0);
}

function readText(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    return size > SOURCE_LIMITS.maxFileBytes ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** `path` of `node:path` and of `path`; `undefined` for what is not built in. */
export function builtinName(specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return specifier.slice("node:".length);
  return builtinModules.includes(specifier) ? specifier : undefined;
}

/** The source behind a path that an import names, which may lack or pretend its extension. */
function siblingPath(path: string): string | undefined {
  const [, stem = path, extension = ""] = /^(.*?)(\.[cm]?[jt]sx?)?$/s.exec(path) ?? [];
  const candidates = [
    ...(ORIGINS[extension] ?? []).map((origin) => stem + origin),
    path,
    ...EXTENSIONS.map((origin) => path + origin),
    ...EXTENSIONS.map((origin) => join(path, `index${origin}`)),
  ];
  return candidates.find(isFile);
}

/** The declarations of a package's module, else the code that would run. */
function packagePath(specifier: string, from: string): string | undefined {
  return (
    declarationPath(specifier, from) ??
    separateDeclarationPath(specifier, from) ??
    resolvedPath(specifier, from, RUN_CONDITIONS)
  );
}

function declarationPath(specifier: string, from: string): string | undefined {
  const found = resolvedPath(specifier, from, TYPE_CONDITIONS);
  if (found !== undefined && /\.[cm]?ts$/.test(found)) return found;
  const { name, subpath } = splitSpecifier(specifier);
  const folder = packageFolder(name, dirname(from));
  if (folder !== undefined && subpath === "") {
    const types = manifestTypes(folder);
    const declared = types === undefined ? undefined : siblingPath(join(folder, types));
    if (declared !== undefined) return declared;
  }
  // Declarations may lie beside the code without being announced.
  const beside = found === undefined ? undefined : siblingPath(found);
  return beside !== undefined && /\.d\.[cm]?ts$/.test(beside) ? beside : undefined;
}

/** The declarations of a package that has them in `@types`. */
function separateDeclarationPath(specifier: string, from: string): string | undefined {
  const { name, subpath } = splitSpecifier(specifier);
  const folder = packageFolder(
    `@types/${name.replace(/^@/, "").replace("/", "__")}`,
    dirname(from),
  );
  if (folder === undefined) return undefined;
  return siblingPath(join(folder, subpath || manifestTypes(folder) || "index.d.ts"));
}

function resolvedPath(
  specifier: string,
  from: string,
  conditions: Set<string>,
): string | undefined {
  try {
    return fileURLToPath(moduleResolve(specifier, pathToFileURL(from), conditions));
  } catch {
    return undefined;
  }
}

function splitSpecifier(specifier: string): { name: string; subpath: string } {
  const parts = specifier.split("/");
  const name = parts.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  return { name, subpath: parts.join("/") };
}

function packageFolder(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (isFile(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function manifestTypes(folder: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (typeof manifest !== "object" || manifest === null) return undefined;
    if ("types" in manifest && typeof manifest.types === "string") return manifest.types;
    if ("typings" in manifest && typeof manifest.typings === "string") return manifest.typings;
    return undefined;
  } catch {
    return undefined;
  }
}
