import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesUnder, ROOT } from "./tree.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

test("the rows of docs/guide/faults.md are the tests of test/faults", () => {
  const rows = [...read("docs/guide/faults.md").matchAll(/^\| (?!fault |-)([^|]+?) +\|/gm)];
  const tests = filesUnder("test/faults")
    .filter((path) => path.endsWith(".test.ts"))
    .flatMap((path) => [...read(path).matchAll(/\bfault\(\s*"([^"]+)"/g)]);
  const names = (matches: readonly RegExpMatchArray[]): string[] =>
    matches.map(([, name = ""]) => name).toSorted();
  expect(names(rows)).toEqual(names(tests));
  expect(rows.length).toBeGreaterThan(30);
});
