/**
 * Makes `lib`, which is what the package loads, of `dist`: one file per layer instead of one per
 * source, since each file that is loaded costs half a millisecond at the start.
 *
 * `tsc` has written `dist`, so that everything has come through one compiler: what is loaded from
 * `lib` is what fuzzing looks at in `dist`, and its maps lead to `src`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const DIST = fileURLToPath(new URL("dist/", import.meta.url));
const { exports } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** What is loaded by its path: the public entries, the command, and the programs of threads. */
const ENTRIES = [
  ...Object.values(exports)
    .filter((entry) => typeof entry === "object")
    .map((entry) => entry.default.replace("./lib/", "").replace(/\.js$/, "")),
  "cli/main",
  "node/sync/worker",
  "node/workers/thread",
];

/** Files of `lib` and the modules that each of them is made of; the first rule that fits counts. */
const RULES = [
  // What few need of a layer.
  { name: "codec/pickle", modules: /^codec\/pickle/ },
  { name: "node/zrpc-services", modules: /^node\/(?:zrpc|event-gate$|readable-watch$)/ },
  { name: "node/sync/shared", modules: /^node\/sync\/(?:carried-error|commands)$/ },
  {
    name: "node/source/loading",
    modules: /^node\/source\/(?:index|errors|limits|load-module|load-service|specifier)$/,
  },
  // What the command line always needs and its commands, too.
  { name: "cli/shared", modules: /^cli\/(?:frames|json-text|mistakes|output|protocols|security)$/ },
  // What serving shares with calls is here, too.
  { name: "cli/calls", modules: /^cli\/commands\/(?!keygen$|serve$)/ },
  { name: "cli/calls", modules: /^cli\/(?:debug-logger|unknown-method|values)$/ },
  // What sockets need of Node, which those without RPC need alone.
  {
    name: "node/platform",
    modules:
      /^node\/(?:clock|curve-\w+|errors|ipc|own-listeners|platform|read-buffer|stream-wire|tcp)$/,
  },
  // The class that starts a pool; the rest of pools comes with the first one.
  { name: "node", modules: /^node\/workers\/worker-pool$/ },
  { name: "node", modules: /^node\/(?!zeromq$|dialect-by-name$)[^/]+$/ },
  ...["base", "zmtp", "sockets", "codec", "rpc", "transports", "testing"].map((layer) => ({
    name: layer,
    modules: new RegExp(`^${layer}/`),
  })),
  ...["jsonrpc", "multicall", "netcall", "threads", "zerorpc", "zrpc"].map((dialect) => ({
    name: `dialects/${dialect}`,
    modules: new RegExp(`^dialects/${dialect}/`),
  })),
];

/** A module by its path below `dist`, without its extension. */
function moduleOf(id) {
  return relative(DIST, id).replaceAll(sep, "/").replace(/\.js$/, "");
}

/** The file that a module goes into by the rules. */
function fileOf(id) {
  return RULES.find(({ modules }) => modules.test(moduleOf(id)))?.name;
}

/** Where no rule says it, a file lies where its last module does, and is called like it. */
function chunkFileName({ name, moduleIds, facadeModuleId }) {
  const id = facadeModuleId ?? moduleIds.at(-1);
  const free = id?.startsWith(DIST) && !RULES.some((rule) => rule.name === name);
  return free ? `${moduleOf(id)}.js` : "[name].js";
}

/** The maps that `tsc` has written beside the modules. */
const sourceMaps = {
  name: "source-maps",
  load(id) {
    if (!id.startsWith(DIST)) return null;
    const code = readFileSync(id, "utf8");
    return { code, map: JSON.parse(readFileSync(`${id}.map`, "utf8")) };
  },
};

await build({
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, `${DIST}${entry}.js`])),
  external: (id) => !id.startsWith(".") && !isAbsolute(id),
  platform: "node",
  plugins: [sourceMaps],
  preserveEntrySignatures: "allow-extension",
  onLog(level, log) {
    throw new Error(`${level}: ${log.message}`);
  },
  output: {
    dir: "lib",
    cleanDir: true,
    sourcemap: true,
    // Classes and functions keep the names of the sources, in errors and stacks, too.
    keepNames: true,
    minify: false,
    // They are in the sources; without them there is a fifth less to read at the start.
    comments: { jsdoc: false, annotation: true, legal: true },
    codeSplitting: {
      groups: [{ name: fileOf, debugName: "layers" }],
      // A layer is its own modules, and not those that it imports.
      includeDependenciesRecursively: false,
    },
    entryFileNames: "[name].js",
    chunkFileNames: chunkFileName,
  },
});
