/**
 * `zerocall keygen <file>`: makes a pair of keys for CURVE.
 *
 * @module
 */

import { writeFile } from "node:fs/promises";
import { curveKeyPair } from "../../node/index.ts";
import { Mistake } from "../mistakes.ts";
import type { Output } from "../output.ts";

const OWNER_ALONE = 0o600;

/**
 * Writes the secret key into `file`, which only its owner can read, the public one beside it as
 * `file.pub`, and that one to stdout as well. Neither file may be there.
 *
 * @throws {Mistake} when a file cannot be written
 */
export async function keygen(file: string, output: Output): Promise<number> {
  const { publicKey, secretKey } = curveKeyPair();
  await write(file, secretKey, OWNER_ALONE);
  await write(`${file}.pub`, publicKey, 0o644);
  await output.result(`${publicKey}\n`);
  output.note(`the secret key is in ${file}, the public one in ${file}.pub`);
  return 0;
}

async function write(path: string, key: string, mode: number): Promise<void> {
  try {
    // Never over another key, nor through a link that somebody else has put there.
    await writeFile(path, `${key}\n`, { mode, flag: "wx" });
  } catch (error) {
    throw new Mistake(`cannot write ${path}: ${error instanceof Error ? error.message : "?"}`);
  }
}
