import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { readJson, ROOT } from "./tree.ts";

type Entry = string | { readonly types: string; readonly default: string };

const { exports } = readJson("package.json") as { exports: Record<string, Entry> };

/** Every name that a declaration file exports, types included. */
function declaredNames(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  expect(text, `${path} exports by name`).not.toMatch(/^export \*/m);
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((match) =>
    (match[1] ?? "").split(",").map((name) => name.trim().replace(/^type /, "")),
  );
  const own = [
    ...text.matchAll(
      /^export (?:declare )?(?:abstract )?(?:class|function|const|interface|type) (\w+)/gm,
    ),
  ].map((match) => match[1] ?? "");
  return [...lists, ...own]
    .map((name) => name.split(" as ").at(-1) ?? "")
    .filter((name) => name !== "");
}

test("the public names are those that were agreed on", async () => {
  const lines: string[] = [];
  for (const [subpath, entry] of Object.entries(exports)) {
    if (typeof entry === "string") continue;
    const module = (await import(pathToFileURL(join(ROOT, entry.default)).href)) as object;
    const values = Object.keys(module);
    const types = declaredNames(entry.types).filter((name) => !values.includes(name));
    lines.push(join("zerocall", subpath), "");
    lines.push(...values.toSorted().map((name) => `  ${name}`));
    lines.push(...[...new Set(types)].toSorted().map((name) => `  type ${name}`), "");
  }
  await expect(lines.join("\n")).toMatchFileSnapshot("exports.txt");
});
