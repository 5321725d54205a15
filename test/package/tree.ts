/**
 * The repository as the package tests see it: paths from its root, with forward slashes.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder that holds `package.json`. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** All files below `folder`, sorted; empty when there is no such folder. */
export function filesUnder(folder: string): string[] {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/"))
    .map((path) => path.slice(ROOT.length))
    .toSorted();
}

/** Reads a JSON file of the repository. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));
}
