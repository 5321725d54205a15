/** Fresh paths for socket files. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test, removed at the end of it. */
export function freshFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "zc-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
