import { describe, expect, it } from "vitest";

import { pointAt, suggestion } from "../../../src/cli/mistakes.ts";

describe("pointAt", () => {
  it("puts a caret under the place", () => {
    expect(pointAt("abc", 1)).toBe("  abc\n   ^");
    expect(pointAt("abc", 3)).toBe("  abc\n     ^");
  });

  it("cuts long texts around the place", () => {
    const [line, caret] = pointAt(`${"a".repeat(500)}X${"b".repeat(500)}`, 500).split("\n");
    expect(line?.length).toBeLessThan(130);
    expect(line?.[caret?.indexOf("^") ?? -1]).toBe("X");
  });

  it("keeps the caret in place behind control characters and wide code points", () => {
    expect(pointAt("a\tb\nc!", 5)).toBe("  a b c!\n       ^");
    expect(pointAt("\u{1F600}!", 2)).toBe("  \u{1F600}!\n   ^");
  });
});

describe("suggestion", () => {
  it("joins the nearest names", () => {
    expect(suggestion("jon", ["join", "resolve"])).toBe('did you mean "join"?');
    expect(suggestion("ad", ["add", "adx", "ada"])).toBe('did you mean "ada", "add" or "adx"?');
    expect(suggestion("zzz", ["join"])).toBeUndefined();
  });
});
