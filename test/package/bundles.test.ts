/** What becomes of programs that a bundler makes of ours and of a user's. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJson, ROOT } from "./tree.ts";

const run = promisify(execFile);

const { exports } = readJson("package.json") as { exports: Record<string, { default: string }> };

const SERVICE = "export const add = (a, b) => a + b;\n";

const CALLS = `
  import { Client, Server } from "zerocall";
  const server = new Server({ add: (a, b) => a + b });
  const client = new Client(await server.bind("tcp://127.0.0.1:0"));
  console.log(await client.add(1, 2));
  await client.close();
  await server.close();
`;

/** Reports what its function throws. */
const telling = (what: string, from: string, body: string): string => `
  import { ${what} } from "${from}";
  (async () => { ${body} })().catch((error) => console.log(error.code, error.message));
`;

const POOL = telling("WorkerPool", "zerocall", "await WorkerPool.start(SERVICE, { workers: 1 });");
const SYNC = telling("callSync", "zerocall/sync", 'callSync("tcp://127.0.0.1:1", "add");');
const CURVE = telling("curveKeyPair", "zerocall", "curveKeyPair();");

/** The advice that all of them give. */
const ADVICE = /in a bundle, leave zerocall out of it, as an external package$/m;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerocall-bundles-"));
  await writeFile(join(folder, "service.mjs"), SERVICE);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Bundles a program, lays it where no package is, runs it and gives what it wrote. */
async function bundled(
  program: string,
  format: "esm" | "cjs",
  { minify = false }: { readonly minify?: boolean } = {},
): Promise<string> {
  const input = join(folder, "program.mjs");
  await writeFile(input, program);
  const aliases = Object.entries(exports).map(([name, entry]) => [
    `zerocall${name.slice(1)}`,
    join(ROOT, entry.default ?? "package.json"),
  ]);
  // The longer names first: an alias is also a beginning of names.
  const alias = Object.fromEntries(aliases.toReversed()) as Record<string, string>;
  const service = JSON.stringify(pathToFileURL(join(folder, "service.mjs")).href);
  const bundle = await rolldown({
    input,
    platform: "node",
    resolve: { alias },
    // What needs a parser of sources stays outside; nothing of it is used here.
    external: ["@babel/parser", "jiti", "comment-parser", "import-meta-resolve"],
    transform: {
      define: {
        SERVICE: service,
        // As esbuild has it in CommonJS.
        ...(format === "cjs" && { "import.meta.url": "undefined" }),
      },
    },
  });
  const file = join(folder, `bundle.${format === "esm" ? "mjs" : "cjs"}`);
  await bundle.write({ file, format, minify, codeSplitting: false });
  await bundle.close();
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  return stdout.trim();
}

const ERRORS = `
  import { Client, RpcError, Server } from "zerocall";
  const service = { find() { throw new RpcError("not_found", "no row"); } };
  const server = new Server(service);
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  const client = new Client(endpoint);
  const fails = [
    () => client.find(),
    () => client.echo(() => 1),
    () => new Client("localhost"),
    () => server.bind(endpoint),
  ];
  for (const fail of fails) await (async () => fail())().catch((error) => console.log(error.name));
  await client.close();
  await server.close();
`;

describe("a bundle", () => {
  test("that is minified keeps the names of errors, which travel to peers", async () => {
    const names = ["RpcError", "CodecError", "UsageError", "TransportError"];
    expect((await bundled(ERRORS, "esm", { minify: true })).split("\n")).toEqual(names);
  });

  test("serves and calls without anything beside it", async () => {
    expect(await bundled(CALLS, "esm")).toBe("3");
  });

  test.each([
    ["a pool of threads", "esm", POOL, "SOURCE_FAILED"],
    ["a pool of threads", "cjs", POOL, "USAGE_STATE"],
    ["a blocking call", "esm", SYNC, "USAGE_STATE"],
    ["a blocking call", "cjs", SYNC, "USAGE_STATE"],
    ["a key of CURVE", "esm", CURVE, "USAGE_STATE"],
    ["a key of CURVE", "cjs", CURVE, "USAGE_STATE"],
  ] as const)("says at %s what to leave out, as %s", async (_, format, program, code) => {
    const told = await bundled(program, format);
    expect(told).toMatch(ADVICE);
    expect(told.startsWith(`${code} `)).toBe(true);
  });
});
