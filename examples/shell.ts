/** What the examples of the command line share: a shell that shows what is typed and what it prints. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(import.meta.resolve("zerocall").replace("node/index", "cli/main"));

/** A command that runs in the background. */
export interface Started {
  /** Where it is bound, in the order of its `--bind` options. */
  readonly endpoints: readonly string[];
  /** Resolves when it has ended, with what it printed. */
  readonly printed: Promise<string>;
}

/** Types `zerocall …` lines, in this process's folder. */
export class Shell implements AsyncDisposable {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #children: ChildProcess[] = [];
  /** What is different each time, and what is shown in its place. */
  readonly #shown = new Map<string, string>();

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.#environment = { ...process.env, NO_COLOR: "1", ...environment };
  }

  /** Shows `name` where `value` is typed. */
  show(value: string, name: string): void {
    this.#shown.set(value, name);
  }

  /** Starts a command in the background and waits until all that it binds is bound. */
  async start(...words: readonly string[]): Promise<Started> {
    console.log(`${this.#line(words)} &`);
    const { child, printed } = this.#spawn(words);
    const wanted = words.filter((word) => word === "--bind").length;
    const endpoints: string[] = [];
    // Nobody else reads it, so it is read to the end, lest the command wait for its reader.
    const bound = new Promise<void>((resolve) => {
      if (wanted === 0) resolve();
      createInterface(child.stderr).on("line", (line) => {
        const endpoint = /^binding to "(.*)"$/.exec(line)?.[1];
        if (endpoint !== undefined) endpoints.push(endpoint);
        if (endpoint !== undefined && endpoints.length === wanted) resolve();
      });
    });
    await Promise.race([bound, once(child, "exit")]);
    if (endpoints.length < wanted)
      throw new Error(`"${words.join(" ")}" ended before it was bound`);
    return { endpoints, printed };
  }

  /** Runs a command, and prints its results and what it complains of. */
  async run(...words: readonly string[]): Promise<void> {
    console.log(this.#line(words));
    const { child, printed } = this.#spawn(words);
    const complaints = await text(child.stderr);
    process.stdout.write(await printed);
    for (const line of complaints.split("\n")) if (line.startsWith("zerocall:")) console.log(line);
  }

  /** Ends what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
  }

  #spawn(words: readonly string[]) {
    const child = spawn(process.execPath, [COMMAND, ...words], {
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    return { child, printed: text(child.stdout) };
  }

  #line(words: readonly string[]): string {
    const shown = words.map((word) => this.#shown.get(word) ?? word);
    return `$ zerocall ${shown.map((word) => (/[\s"]/.test(word) ? `'${word}'` : word)).join(" ")}`;
  }
}
