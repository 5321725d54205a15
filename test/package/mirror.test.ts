import { expect, test } from "vitest";
import { filesUnder } from "./tree.ts";

test("every unit test mirrors a source file", () => {
  const sources = new Set(filesUnder("src"));
  const orphans = filesUnder("test/unit")
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) => !sources.has(path.replace("test/unit", "src").replace(".test.ts", ".ts")));
  expect(orphans).toEqual([]);
});
