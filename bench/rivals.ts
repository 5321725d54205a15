/**
 * Installs and compiles what other toolkits need, in `bench/` alone.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./machine.ts";

const BENCH = join(ROOT, "bench");

function run(command: string, parameters: readonly string[], cwd: string): string | undefined {
  // Their words belong to the progress of the benchmark, not to its report.
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: ["ignore", 2, 2] });
  if (error === undefined && status === 0) return undefined;
  return `\`${command} ${parameters.join(" ")}\` failed${error === undefined ? "" : `: ${error.message}`}`;
}

function isInstalled(): boolean {
  const installed = join(BENCH, "node_modules", ".package-lock.json");
  const wanted = join(BENCH, "package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

/**
 * Makes the peers of `bench/rivals` ready to be loaded.
 *
 * @returns why it did not work out, or `undefined`
 */
export function prepareRivals(): string | undefined {
  if (!isInstalled()) {
    console.error("installing what the benchmark compares with, in bench/");
    const failed = run("npm", ["ci", "--no-audit", "--no-fund"], BENCH);
    if (failed !== undefined) return failed;
  }
  return run("npx", ["tsc", "-p", join("bench", "rivals")], ROOT);
}
