/**
 * An earlier commit, built beside this one, so that both are measured on the same machine.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./machine.ts";

/** Runs a program; its output is the progress. Says whether it ended well. */
export function run(command: string, parameters: readonly string[], cwd: string = ROOT): boolean {
  console.error(`\n== ${command} ${parameters.join(" ")}`);
  const { status, error } = spawnSync(command, parameters, {
    cwd,
    // What is printed on standard output may be the result of who runs it.
    stdio: ["ignore", 2, 2],
  });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

/**
 * Builds what is measured of a commit, with the packages that are installed here.
 *
 * @param folder - an empty one, for its sources
 * @returns its root, or `undefined` when it could not be built; what failed was printed
 */
export function buildEarlier(commit: string, folder: string): string | undefined {
  const root = join(folder, "source");
  const archive = join(folder, "source.tar");
  mkdirSync(root);
  const unpacked =
    run("git", ["archive", "--output", archive, commit]) &&
    run("tar", ["-xf", archive, "-C", root]);
  if (!unpacked) return undefined;
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  symlinkSync(join(ROOT, "bench", "node_modules"), join(root, "bench", "node_modules"));
  if (!existsSync(join(root, "bundle.js"))) {
    return run("npx", ["tsc", "-b", "src/node", "bench"], root) ? root : undefined;
  }
  const built = run("npx", ["tsc", "-b"], root) && run(process.execPath, ["bundle.js"], root);
  return built ? root : undefined;
}
