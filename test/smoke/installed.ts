/**
 * The package as a user gets it: packed, installed into a fresh folder, run by some runtime.
 *
 * @module
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));

/** The command, from the folder of the installed package. */
const COMMAND = join("node_modules", ".bin", "zerocall");

const INSTALL_TIMEOUT_MS = 150_000;
const PROGRAM_TIMEOUT_MS = 30_000;

/** The environment without what an outer `npm run` says about the outer package. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|config_local_prefix)/.test(name),
  ),
);

/** Runs npm in `folder` and returns what it printed. */
async function npm(folder: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await run("npm", parameters, {
    cwd: folder,
    env: environment,
    timeout: INSTALL_TIMEOUT_MS,
  });
  return stdout;
}

async function emptyPackage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
}

/** A fresh folder with the packed package installed in it. */
export class Installed {
  /** Where the package is installed. */
  readonly folder: string;
  readonly #temporary: string;
  readonly #servers: ChildProcess[] = [];

  private constructor(temporary: string) {
    this.#temporary = temporary;
    this.folder = join(temporary, "app");
  }

  /** Packs what is built and installs it, with install scripts as npm runs them for anyone. */
  static async create(): Promise<Installed> {
    const installed = new Installed(await mkdtemp(join(tmpdir(), "zerocall-smoke-")));
    await emptyPackage(installed.folder);
    const packed = await npm(
      ROOT,
      "pack",
      "--ignore-scripts",
      "--json",
      "--pack-destination",
      installed.#temporary,
    );
    const tarball = /"filename": "([^"]+)"/.exec(packed)?.[1];
    if (tarball === undefined) throw new Error(`npm pack did not name its file: ${packed}`);
    await npm(installed.folder, "install", "--no-save", join(installed.#temporary, tarball));
    await copyFile(PROGRAM, join(installed.folder, "program.mjs"));
    return installed;
  }

  /**
   * Installs a runtime from an ordinary package.
   *
   * @param specifier - name and version of the package
   * @param program - path of the executable inside the package
   * @returns the path of the executable, or the reason why there is none
   */
  async runtime(
    specifier: string,
    program: string,
  ): Promise<{ readonly path: string } | { readonly missing: string }> {
    const folder = join(this.#temporary, specifier.replaceAll(/\W/g, "-"));
    const name = specifier.slice(0, specifier.lastIndexOf("@"));
    await emptyPackage(folder);
    try {
      await npm(folder, "install", "--no-save", "--ignore-scripts", specifier);
      return { path: join(folder, "node_modules", name, program) };
    } catch (error) {
      const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
      return { missing: `${specifier} cannot be installed: ${reason}` };
    }
  }

  /** Runs a program in the folder and returns what it printed. */
  async run(program: string, ...parameters: string[]): Promise<string> {
    const { stdout } = await run(program, parameters, {
      cwd: this.folder,
      env: environment,
      timeout: PROGRAM_TIMEOUT_MS,
    });
    return stdout;
  }

  /** Starts the installed command as a server; resolves with the endpoint that it tells. */
  async serve(module: string): Promise<string> {
    const parameters = [COMMAND, "--server", "--bind", "tcp://127.0.0.1:0", module];
    const server = spawn(process.execPath, parameters, {
      cwd: this.folder,
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: PROGRAM_TIMEOUT_MS,
    });
    this.#servers.push(server);
    for await (const line of createInterface(server.stderr)) {
      const endpoint = /tcp:\/\/[\d.:]+/.exec(line)?.[0];
      if (endpoint !== undefined) return endpoint;
    }
    throw new Error("the command ended before it was bound");
  }

  /** Runs the installed command and returns what it printed. */
  command(...parameters: string[]): Promise<string> {
    return this.run(process.execPath, COMMAND, ...parameters);
  }

  async remove(): Promise<void> {
    for (const server of this.#servers) {
      if (server.exitCode !== null || server.signalCode !== null) continue;
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    }
    await rm(this.#temporary, { recursive: true, force: true });
  }
}
