/**
 * `--policy-file`: who may call what, in JSON, with the words of the option `policy` of servers.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import type { Policy } from "../node/index.ts";
import { Mistake } from "./mistakes.ts";

/**
 * Reads a policy. What its rules say is checked by the server.
 *
 * @throws {Mistake} when the file cannot be read or is no JSON
 */
export async function loadPolicy(path: string | undefined): Promise<Policy | undefined> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, "utf8")) as Policy;
  } catch (error) {
    throw new Mistake(`cannot read ${path}: ${error instanceof Error ? error.message : "?"}`);
  }
}
