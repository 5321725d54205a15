import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder, ROOT } from "./tree.ts";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "src/README.md",
  ...filesUnder("docs").filter((path) => path.endsWith(".md")),
];

/** What a page refers to inside the repository: links, and paths of tests in backticks. */
function referencesOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) =>
    join(dirname(page), match[1] ?? ""),
  );
  const tests = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1] ?? "");
  return [...links, ...tests];
}

describe("documents", () => {
  test.each(pages)("%s refers only to what is there", (page) => {
    expect(referencesOf(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
