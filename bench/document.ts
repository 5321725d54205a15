/**
 * Puts what was measured into the documentation, between two comments that name it:
 *
 *     <!-- begin figures -->
 *     <!-- end figures -->
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./machine.ts";

/**
 * Replaces a section of a document.
 *
 * @param document - its path in the repository
 * @throws {RangeError} when the document has no such section
 */
export function replaceSection(document: string, name: string, text: string): void {
  const path = join(ROOT, document);
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const before = readFileSync(path, "utf8");
  const start = before.indexOf(begin);
  const stop = before.indexOf(end);
  if (start < 0 || stop < start) {
    throw new RangeError(`expected ${document} to have a section between ${begin} and ${end}`);
  }
  const kept = before.slice(0, start + begin.length);
  writeFileSync(path, `${kept}\n\n${text}\n\n${before.slice(stop)}`);
}
