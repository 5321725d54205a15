import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Command, commandsOf, filesOf, type SourceFile } from "./readme.ts";
import { readJson, ROOT } from "./tree.ts";

const run = promisify(execFile);

const COMMAND_TIMEOUT_MS = 20_000;

/** Inside the repository, so that the files import `zerocall` as its users do. */
const FOLDER = join(ROOT, "build/readme");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

const page = readFileSync(join(ROOT, "README.md"), "utf8");

/** Ports that are free on this machine for those that the page shows. */
const ports = new Map<string, string>();
for (const [, port = ""] of page.matchAll(/tcp:\/\/[\d.]+:(\d{2,5})\b/g)) {
  if (!ports.has(port)) ports.set(port, String(await freePort()));
}

function withFreePorts(text: string): string {
  return text.replaceAll(/(?<=tcp:\/\/[\d.]+:)\d+/g, (port) => ports.get(port) ?? port);
}

const commands = commandsOf(page).filter(({ words }) => words[0] === "npx" || words[0] === "node");
const files = filesOf(page);
const { bin } = readJson("package.json") as { bin: { zerocall: string } };

/** Rejects with what the compiler says, which it says on stdout. */
async function compile(folder: string): Promise<void> {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", folder]).catch(({ stdout }: { stdout: string }) => {
    throw new Error(`the files do not compile:\n${stdout}`);
  });
}

/** What a reader's command is here: the built command, or the compiled file. */
function programOf({ words }: Command): string[] {
  if (words[0] === "npx") {
    expect(words[1], "the page runs no other package").toBe("zerocall");
    return [join(ROOT, bin.zerocall), ...words.slice(2).map(withFreePorts)];
  }
  return words.slice(1).map((word) => word.replace(/\.ts$/, ".js"));
}

const serves = ({ words }: Command): boolean => words.includes("--server");
const isServer = ({ text }: SourceFile): boolean => text.includes(".bind(");
const isProgram = ({ text }: SourceFile): boolean => text.includes('from "zerocall');

describe("README.md", () => {
  const background: ChildProcess[] = [];

  function start(parameters: readonly string[]): void {
    background.push(spawn(process.execPath, parameters, { cwd: FOLDER, stdio: "ignore" }));
  }

  async function printed(parameters: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, parameters, {
      cwd: FOLDER,
      timeout: COMMAND_TIMEOUT_MS,
    });
    return stdout.trim();
  }

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(FOLDER, name), withFreePorts(text));
    const config = {
      extends: "../../tsconfig.base.json",
      include: ["."],
      // What is compiled lies beside its source, which excludes the folder unless told otherwise.
      exclude: [],
      compilerOptions: {
        composite: false,
        declarationMap: false,
        isolatedDeclarations: false,
        rootDir: ".",
        outDir: ".",
        types: ["node"],
      },
    };
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(config));
    await compile(FOLDER);
  });

  afterAll(async () => {
    for (const child of background) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(FOLDER, { recursive: true, force: true });
  });

  test("shows commands and files to try", () => {
    expect(commands.length).toBeGreaterThan(1);
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(commands.map((command) => ({ line: command.words.join(" "), command })))(
    "$line",
    async ({ command }) => {
      if (serves(command)) return start(programOf(command));
      const output = await printed(programOf(command));
      expect(output).toBe(command.printed === "" ? output : command.printed);
    },
  );

  test.each(files.filter(isProgram))("$name", async (file) => {
    const program = file.name.replace(/\.ts$/, ".js");
    if (isServer(file) && !file.text.includes("new Client")) return start([program]);
    const output = await printed([program]);
    expect(output).toBe(file.printed ?? output);
  });
});
