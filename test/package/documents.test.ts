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

/** The anchors that a page's headings get, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** The links of a page to headings that are not there. */
function lostAnchorsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
    .filter(([, path = "", anchor = ""]) => {
      const target = path === "" ? page : join(dirname(page), path);
      return existsSync(join(ROOT, target)) && !anchorsOf(target).has(anchor);
    })
    .map(([link]) => link);
}

describe("documents", () => {
  test.each(pages)("%s refers only to what is there", (page) => {
    expect(referencesOf(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(lostAnchorsOf(page)).toEqual([]);
  });

  test("README.md says of every feature of the ancestors where it is", () => {
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    const [, features = ""] = /^## Five ancestors[^\n]*\n([\s\S]*?)^## /m.exec(text) ?? [];
    const rows = features.split("\n").filter((line) => /^\| (?!feature|---)/.test(line));
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((row) => !row.includes("]("))).toEqual([]);
    const examples = filesUnder("examples/ancestors").filter((path) => path.endsWith("/main.ts"));
    const folders = examples.map((path) => dirname(path));
    expect(folders.filter((folder) => !features.includes(`](${folder})`))).toEqual([]);
  });
});
