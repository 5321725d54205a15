import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readJson, ROOT } from "./tree.ts";

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly gypfile?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
}

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

/** npm calls `prepare` an install script too, when a package comes from a file or from git. */
const OWN_INSTALL_SCRIPTS = [...INSTALL_SCRIPTS, "prepare"];

const locked = (readJson("package-lock.json") as { packages: Record<string, Locked> }).packages;
/** What `npm install zerocall` brings: everything that is not there for development alone. */
const production = Object.keys(locked).filter((path) => path !== "" && locked[path]?.dev !== true);

describe("the production dependency tree", () => {
  test("is not empty, so that the other tests mean something", () => {
    expect(production.length).toBeGreaterThan(0);
  });

  test("has no install script", () => {
    const wrong = production.filter((path) => {
      const { scripts = {} } = readJson(`${path}/package.json`) as Manifest;
      return (
        locked[path]?.hasInstallScript === true || INSTALL_SCRIPTS.some((name) => name in scripts)
      );
    });
    expect(wrong).toEqual([]);
  });

  test("has no native add-on", () => {
    const wrong = production.filter((path) => {
      const folder = join(ROOT, path);
      const native = readdirSync(folder, { recursive: true }).some((file) =>
        String(file).endsWith(".node"),
      );
      const { gypfile } = readJson(`${path}/package.json`) as Manifest;
      return native || gypfile === true || existsSync(join(folder, "binding.gyp"));
    });
    expect(wrong).toEqual([]);
  });

  test("the package itself has neither", () => {
    const { gypfile, scripts = {} } = readJson("package.json") as Manifest;
    expect(gypfile).toBeUndefined();
    expect(OWN_INSTALL_SCRIPTS.filter((name) => name in scripts)).toEqual([]);
    expect(existsSync(join(ROOT, "binding.gyp"))).toBe(false);
  });
});

test("package-lock.json has the optional packages of all platforms, as npm ci wants them", () => {
  const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in locked) && !(`${path}/node_modules/${name}` in locked),
    ),
  );
  expect(missing).toEqual([]);
});
