import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { filesUnder, ROOT } from "./tree.ts";

const run = promisify(execFile);

/** An example that has not ended by then never will. */
const EXAMPLE_TIMEOUT_MS = 60_000;

/** What is to be run: every folder with a `main.ts`. */
const examples = filesUnder("examples")
  .filter((path) => path.endsWith("/main.ts"))
  .map((path) => dirname(path).slice("examples/".length))
  .toSorted();

describe("examples", () => {
  test("are there and numbered, so that they can be read in order", () => {
    expect(examples.length).toBeGreaterThan(0);
    const misplaced = examples.filter((name) => !/^(ancestors\/[a-z]+\/)?\d\d-[a-z-]+$/.test(name));
    expect(misplaced).toEqual([]);
  });

  const patience = { timeout: EXAMPLE_TIMEOUT_MS };
  test.each(examples)("%s prints what its expected.txt says", patience, async (name) => {
    const main = join(ROOT, "build/examples", name, "main.js");
    const { stdout, stderr } = await run(process.execPath, [main], {
      cwd: join(ROOT, "examples", name),
      timeout: EXAMPLE_TIMEOUT_MS,
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(readFileSync(join(ROOT, "examples", name, "expected.txt"), "utf8"));
  });
});
