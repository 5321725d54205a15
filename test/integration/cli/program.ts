/** Runs the built command as real processes, each with a bound on its life. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = new URL("../../../lib/cli/main.js", import.meta.url).pathname;

/** Longer than any one command takes on a busy machine; what is still there then is killed. */
const MAX_LIFE_MS = 30_000;

/** Longer than a file of tests, whose tests share a server, takes on a busy machine. */
const MAX_SERVER_LIFE_MS = 600_000;

/** How a process ended. */
export interface Ended {
  /** The exit code, or `null` after a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Under which a process runs. */
interface Circumstances {
  /** Beside that of the tests. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** After which it is killed, in ms. @default MAX_LIFE_MS */
  readonly maxLifeMs?: number;
}

/** A process of the command. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly #wakeUps = new Set<() => void>();
  #stdout = "";
  #stderr = "";
  #over = false;

  /** Starts a program in the folder `cwd`. */
  constructor(
    [program = "", ...words]: readonly string[],
    cwd: string,
    { environment = {}, maxLifeMs = MAX_LIFE_MS }: Circumstances = {},
  ) {
    this.#child = spawn(program, words, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = setTimeout(() => this.#child.kill("SIGKILL"), maxLifeMs);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        clearTimeout(end);
        this.#over = true;
        this.#wake();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** How the process ended. */
  get ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Waits until the process has written something that matches; fails when it ends before. */
  async wrote(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(stream === "stdout" ? this.#stdout : this.#stderr);
      if (found !== null) return found;
      if (this.#over) throw new Error(`ended without ${String(pattern)}: ${this.#stderr}`);
      await new Promise<void>((resolve) => this.#wakeUps.add(resolve));
    }
  }

  /** Closes our end of what the process writes to stdout. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #wake(): void {
    for (const wake of this.#wakeUps) wake();
    this.#wakeUps.clear();
  }
}

/** A folder with files, servers in it, and everything cleaned up at the end. */
export class Workplace {
  readonly folder: string;
  readonly #programs: Program[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a folder with these files. */
  static async make(files: Readonly<Record<string, string>> = {}): Promise<Workplace> {
    const folder = await mkdtemp(join(tmpdir(), "zerocall-cli-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return new Workplace(folder);
  }

  /** Starts the command here. */
  start(words: readonly string[], environment?: NodeJS.ProcessEnv): Program {
    return this.#startCommand(words, { environment });
  }

  /** Runs the command here to its end. */
  run(...words: readonly string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** Runs a line of shell here, in which `$ZEROCALL` is the command. */
  async shell(line: string): Promise<Ended> {
    const command = join(this.folder, "zerocall.sh");
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, {
      mode: 0o755,
    });
    return this.#start(["sh", "-c", line], { environment: { ZEROCALL: command } }).ended;
  }

  /** Serves a module at a free port. */
  async serve(
    module: string,
    ...options: readonly string[]
  ): Promise<{ readonly program: Program; readonly endpoint: string }> {
    const program = this.#startCommand(
      ["--server", "--bind", "tcp://127.0.0.1:0", ...options, module],
      { maxLifeMs: MAX_SERVER_LIFE_MS },
    );
    await program.wrote("stderr", /^serving /m);
    const [, endpoint = ""] = await program.wrote("stderr", /^binding to "(.*)"$/m);
    return { program, endpoint };
  }

  #startCommand(words: readonly string[], circumstances: Circumstances): Program {
    if (!existsSync(MAIN)) throw new Error("lib/cli/main.js is missing; run the build first");
    return this.#start([process.execPath, MAIN, ...words], circumstances);
  }

  #start(words: readonly string[], circumstances: Circumstances): Program {
    const program = new Program(words, this.folder, circumstances);
    this.#programs.push(program);
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) program.kill("SIGKILL");
    await Promise.all(this.#programs.map((program) => program.ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}
