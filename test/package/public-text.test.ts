import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./tree.ts";

/** Written in two parts, so that this file does not find itself. */
const REGISTRY_HOST = new RegExp(["registry", "npmjs"].join("\\."));

/** An absolute path of somebody's machine; `ipc:///run/x.sock` and URLs are not meant. */
const MACHINE_PATH = /(?<![\w:./@-])\/(?:work|root|home|Users)\/[\w.]/;

const tracked = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  {
    cwd: ROOT,
    encoding: "utf8",
  },
)
  .split("\0")
  .filter((path) => path !== "");

function filesWith(pattern: RegExp): string[] {
  return tracked.filter((path) => pattern.test(readFileSync(join(ROOT, path), "utf8")));
}

describe("what is published as text", () => {
  test("names no registry host", () => {
    expect(filesWith(REGISTRY_HOST)).toEqual([]);
  });

  test("names no path of a machine", () => {
    expect(filesWith(MACHINE_PATH)).toEqual([]);
  });

  test("does not say where locked packages were downloaded from", () => {
    const locks = tracked.filter((path) => path.endsWith("package-lock.json"));
    expect(locks).toContain("bench/package-lock.json");
    for (const path of locks) {
      expect(readFileSync(join(ROOT, path), "utf8")).not.toMatch(/"resolved": "https?:/);
    }
  });
});
