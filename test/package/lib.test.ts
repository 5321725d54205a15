import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { filesUnder, readJson, ROOT } from "./tree.ts";

const run = promisify(execFile);

type Entry = string | { readonly default: string };

const { exports, bin } = readJson("package.json") as {
  exports: Record<string, Entry>;
  bin: Record<string, string>;
};

/** Public entries by the name they are imported by, with their files. */
const entries = Object.entries(exports).flatMap(([subpath, entry]) =>
  typeof entry === "string" ? [] : [[posix.join("zerocall", subpath), entry.default] as const],
);
const pure = entries.filter(([, file]) => !file.startsWith("./lib/node/"));
const files = filesUnder("lib").filter((path) => path.endsWith(".js"));

/** What a file of `lib` imports: before it runs, and later. */
function importsOf(path: string): { readonly first: string[]; readonly later: string[] } {
  const text = readFileSync(join(ROOT, path), "utf8");
  const resolved = (matches: Iterable<RegExpMatchArray>): string[] =>
    [...matches].map(([, name = ""]) =>
      name.startsWith(".") ? posix.join(posix.dirname(path), name) : name,
    );
  return {
    first: resolved(text.matchAll(/^(?:import|export)\b[^"';]*?(?:\bfrom )?"([^"]+)";/gm)),
    later: resolved(text.matchAll(/\bimport\("([^"]+)"\)/g)),
  };
}

/** Everything that comes with an entry before it runs, or with `later` at all. */
function reachedFrom(path: string, { later }: { readonly later: boolean }): Set<string> {
  const reached = new Set<string>();
  const rest = [posix.join(path)];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    if (!existsSync(join(ROOT, next))) continue;
    const imports = importsOf(next);
    rest.push(...imports.first, ...(later ? imports.later : []));
  }
  return reached;
}

async function load(path: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(join(ROOT, path)).href)) as Record<string, unknown>;
}

/** What is exported, each with the name that a class or function has of itself. */
function namesOf(module: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(module).map(([name, value]) => [
      name,
      typeof value === "function" ? `function ${value.name}` : typeof value,
    ]),
  );
}

describe("lib", () => {
  test.each(pure)("%s brings nothing of the platform", async (name, path) => {
    const edge = /^(?:node:|lib\/(?:node|cli)[/.])/;
    expect([...reachedFrom(path, { later: true })].filter((each) => edge.test(each))).toEqual([]);
    const program = `const before = new Set(process.moduleLoadList);
      await import(${JSON.stringify(name)});
      console.log(JSON.stringify(process.moduleLoadList.filter((each) => !before.has(each))));`;
    const words = ["--input-type=module", "--eval", program];
    const { stdout } = await run(process.execPath, words, { cwd: ROOT });
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).not.toEqual([]);
    const opens = /^NativeModule (?:crypto|dns|fs|net|os|stream|tty|worker_threads)\b/;
    expect(loaded.filter((each) => opens.test(each))).toEqual([]);
  });

  test("has few files for the main entry, and none of what few programs need", () => {
    const reached = [...reachedFrom("lib/node/index.js", { later: false })];
    expect(reached.filter((path) => path.startsWith("lib/")).toSorted()).toEqual([
      "lib/base.js",
      "lib/codec.js",
      "lib/dialects/zerorpc.js",
      "lib/node.js",
      "lib/node/index.js",
      "lib/node/platform.js",
      "lib/rolldown-runtime.js",
      "lib/rpc.js",
      "lib/sockets.js",
      "lib/transports.js",
      "lib/zmtp.js",
    ]);
    const rare = ["node:worker_threads", "node:crypto", "node:module", "node:dns/promises"];
    expect(rare.filter((name) => reached.includes(name))).toEqual([]);
  });

  test("brings no RPC with the socket types", () => {
    const reached = [...reachedFrom("lib/node/zeromq.js", { later: true })];
    expect(reached).toContain("lib/sockets.js");
    expect(
      reached.filter((path) =>
        /^lib\/(?:codec|dialects|node|rpc)(?:\.js|\/(?!platform|zeromq))/.test(path),
      ),
    ).toEqual([]);
  });

  test("has no file that imports itself in a circle", () => {
    const circles = files.filter((path) =>
      importsOf(path).first.some((next) => reachedFrom(next, { later: false }).has(path)),
    );
    expect(circles).toEqual([]);
  });

  test("has everything that its files import", () => {
    const wanted = files.flatMap((path) => {
      const { first, later } = importsOf(path);
      return [...first, ...later].filter((each) => each.startsWith("lib/"));
    });
    expect(wanted.length).toBeGreaterThan(files.length);
    expect(wanted.filter((path) => !files.includes(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(Object.values(bin)));
  });

  test("has one value for one name in all entries", async () => {
    const values = new Map<string, unknown>();
    const twice = new Set<string>();
    for (const [, path] of entries) {
      for (const [name, value] of Object.entries(await load(path))) {
        if (values.has(name) && values.get(name) !== value) twice.add(name);
        values.set(name, value);
      }
    }
    // Those of zerorpc are not the socket types, and a pair of machines is not a PAIR socket.
    expect([...twice].toSorted()).toEqual(["Pair", "Publisher", "Subscriber"]);
  });

  test.each(entries)("%s exports what its source does, by the same names", async (_, path) => {
    const [built, compiled] = [await load(path), await load(path.replace("./lib/", "dist/"))];
    expect(namesOf(built)).toEqual(namesOf(compiled));
  });

  test("has maps that lead to the sources, which are published", () => {
    const { files: published } = readJson("package.json") as { files: string[] };
    expect(published).toContain("src");
    const lost = files
      .map((path) => `${path}.map`)
      .filter((path) => existsSync(join(ROOT, path)))
      .flatMap((path) =>
        (readJson(path) as { sources: string[] }).sources.map((source) =>
          posix.join(dirname(path), source),
        ),
      )
      .filter((path) => !path.startsWith("src/") || !existsSync(join(ROOT, path)));
    expect(lost).toEqual([]);
  });

  test("tells in stacks which layer and which function it was, and with maps which source", async () => {
    const program = `import { Client } from "zerocall";
      try { new Client("nonsense"); } catch (error) { console.log(error.stack); }`;
    const words = ["--input-type=module", "--eval", program];
    const plain = await run(process.execPath, words, { cwd: ROOT });
    expect(plain.stdout).toMatch(/^ +at parseEndpoint \(.*\/lib\/sockets\.js:\d+:\d+\)$/m);
    const mapped = await run(process.execPath, ["--enable-source-maps", ...words], { cwd: ROOT });
    expect(mapped.stdout).toMatch(/^ +at parseEndpoint \(.*\/src\/sockets\/endpoint\.ts:\d+/m);
  });
});
