import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder, readJson } from "./tree.ts";

/** Which layers a layer may import, by the table of `src/README.md`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  zmtp: ["base"],
  sockets: ["base", "zmtp"],
  codec: ["base"],
  rpc: ["base"],
  dialects: ["base", "codec", "rpc"],
  transports: ["base", "rpc", "sockets"],
  testing: ["base", "sockets", "zmtp"],
  node: ["base", "codec", "dialects", "rpc", "sockets", "transports", "zmtp"],
  cli: ["base", "dialects", "node"],
};

/** Layers that touch a platform; the others see the language only. */
const EDGES: ReadonlySet<string> = new Set(["node", "cli"]);

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /(^|\/)(utils?|helpers?|common|types|constants|interfaces|lib)(\/|\.ts$)/;

const sources = filesUnder("src").filter((path) => path.endsWith(".ts"));
const layers = [...new Set(sources.map(layerOf))].filter((layer) => layer !== "").toSorted();

function layerOf(path: string): string {
  const [, layer = "", rest] = path.split("/");
  return rest === undefined ? "" : layer;
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const specifiers = /^\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return [...text.matchAll(specifiers)].map((match) => match[1] ?? match[2] ?? "");
}

/** All imports of files of this package as pairs of paths from the root. */
const edges = sources.flatMap((from) =>
  importsOf(from)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({ from, to: posix.join(posix.dirname(from), specifier) })),
);

/** Imports of packages and of the platform. */
const foreign = sources.flatMap((from) =>
  importsOf(from)
    .filter((specifier) => !specifier.startsWith("."))
    .map((specifier) => ({ from, specifier })),
);

describe("layers", () => {
  test("are those of the table", () => {
    expect(Object.keys(MAY_IMPORT)).toEqual(expect.arrayContaining(layers));
  });

  test("import only what the table allows", () => {
    const wrong = edges.filter(({ from, to }) => {
      const [layer, wanted] = [layerOf(from), layerOf(to)];
      return layer !== wanted && !MAY_IMPORT[layer]?.includes(wanted);
    });
    expect(wrong).toEqual([]);
  });

  test.each(layers)("%s lists the layers of the table as project references", (layer) => {
    const config = readJson(`src/${layer}/tsconfig.json`) as { references: { path: string }[] };
    const listed = config.references.map(({ path }) => path.replace("../", ""));
    expect(listed.toSorted()).toEqual(MAY_IMPORT[layer]);
  });

  test("below the edge never import the platform", () => {
    const wrong = foreign.filter(
      ({ from, specifier }) => !EDGES.has(layerOf(from)) && specifier.startsWith("node:"),
    );
    expect(wrong).toEqual([]);
  });

  test("import only packages that are production dependencies", () => {
    const { dependencies = {} } = readJson("package.json") as {
      dependencies?: Record<string, string>;
    };
    const wrong = foreign.filter(({ specifier }) => {
      const name = specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
      return !specifier.startsWith("node:") && !(name in dependencies);
    });
    expect(wrong).toEqual([]);
  });
});

describe("files", () => {
  test("are imported by their full name", () => {
    expect(edges.filter(({ to }) => !to.endsWith(".ts"))).toEqual([]);
  });

  test("import no index of this package, except programs, which use the public entries", () => {
    const wrong = edges.filter(
      ({ from, to }) => to.endsWith("/index.ts") && layerOf(from) !== "cli",
    );
    expect(wrong).toEqual([]);
  });

  test("of one dialect import nothing of another", () => {
    const dialectOf = (path: string): string | undefined =>
      /^src\/dialects\/(.+?)\//.exec(path)?.[1];
    const wrong = edges.filter(({ from, to }) => {
      const [own, other] = [dialectOf(from), dialectOf(to)];
      return own !== undefined && other !== undefined && own !== other;
    });
    expect(wrong).toEqual([]);
  });

  test("called index.ts are public entries and nothing else", () => {
    const { exports } = readJson("package.json") as {
      exports: Record<string, string | { types: string }>;
    };
    const entries = Object.values(exports)
      .filter((entry) => typeof entry === "object")
      .map((entry) => entry.types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts"));
    const indexes = sources.filter((path) => path.endsWith("/index.ts"));
    expect(entries).toEqual(expect.arrayContaining(indexes));
  });

  test("start with a header that says what they are", () => {
    const wrong = sources.filter((path) => {
      const text = readFileSync(path, "utf8").replace(/^#!.*\n/, "");
      return path !== "src/ambient.d.ts" && !/^\/\*\*[\s\S]*?@module\s+\*\//.test(text);
    });
    expect(wrong).toEqual([]);
  });

  test("have names that say what is inside", () => {
    expect(sources.filter((path) => EMPTY_NAMES.test(path))).toEqual([]);
  });
});
