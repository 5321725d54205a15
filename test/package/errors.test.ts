import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder, ROOT } from "./tree.ts";

const CODE = /"((?:USAGE|ZMTP|WS|SOCKET|TRANSPORT|CODEC|DIALECT|SOURCE)_[A-Z0-9_]+)"/g;

/** Every code that a source file writes down, and every status a call can end with. */
function codesInUse(): Set<string> {
  const codes = new Set<string>();
  for (const path of filesUnder("src").filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(join(ROOT, path), "utf8");
    for (const match of text.matchAll(CODE)) codes.add(match[1] ?? "");
  }
  const status = readFileSync(join(ROOT, "src/rpc/status.ts"), "utf8");
  const list = /export const STATUSES = \[([^\]]*)\]/.exec(status)?.[1] ?? "";
  for (const match of list.matchAll(/"(\w+)"/g)) codes.add(match[1] ?? "");
  return codes;
}

describe("docs/reference/errors.md", () => {
  const page = readFileSync(join(ROOT, "docs/reference/errors.md"), "utf8");
  const sections = page.split(/^### /m).slice(1);
  const headings = sections.map((section) => /^`(\w+)`/.exec(section)?.[1] ?? section.slice(0, 40));

  test("has one heading for each code and none for anything else", () => {
    expect(headings.toSorted()).toEqual([...codesInUse()].toSorted());
  });

  test("says for each code what causes it and what to do", () => {
    const incomplete = sections.filter(
      (section) => !/^Cause: .+/m.test(section) || !/^Remedy: .+/m.test(section),
    );
    expect(incomplete.map((section) => section.split("\n")[0])).toEqual([]);
  });
});
