/**
 * Where the command line writes: results to stdout, everything else to stderr.
 *
 * A reader that goes away, as `head` does, is no error: {@link Output.closed} tells it, and what is
 * written afterwards goes nowhere.
 *
 * @module
 */

import type { Writable } from "node:stream";
import { escapeControls } from "../base/text.ts";

/** The parts of a terminal or a file that are written to. */
export type Sink = Writable & { readonly isTTY?: boolean };

/** What {@link Output} writes to. */
export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** `false` forbids colours; otherwise terminals get them. */
  readonly color: boolean;
}

const RED = 31;
const DIM = 2;

/** Writes results and messages. */
export class Output {
  /** Results may have colours. */
  readonly color: boolean;
  readonly #options: OutputOptions;
  readonly #closed = new AbortController();
  #failed = false;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.color = options.color && options.stdout.isTTY === true;
    options.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        this.#failed = true;
        this.problem(`cannot write the result: ${error.message}`);
      }
      this.#closed.abort();
    });
    // Nothing can be told any more when stderr is gone.
    options.stderr.on("error", () => undefined);
  }

  /** Aborted when nobody reads the results any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Writes a part of a result and waits while the reader is slow. */
  async result(text: string): Promise<void> {
    const { stdout } = this.#options;
    if (this.closed.aborted || stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stdout.off("drain", done);
        this.closed.removeEventListener("abort", done);
        resolve();
      };
      stdout.once("drain", done);
      this.closed.addEventListener("abort", done);
    });
  }

  /** Waits until all results are written. Tells whether they could be, or nobody wanted them. */
  async finish(): Promise<boolean> {
    const { stdout } = this.#options;
    if (!this.closed.aborted)
      await new Promise<void>((resolve) => stdout.write("", () => resolve()));
    return !this.#failed;
  }

  /** Writes a line about what is going on. */
  note(text: string): void {
    this.#line(printable(text));
  }

  /** Writes a line of lesser interest. */
  detail(text: string): void {
    this.#line(this.#styled(DIM, printable(text)));
  }

  /** Writes what went wrong. */
  problem(text: string): void {
    this.#line(`${this.#styled(RED, "zerocall:")} ${printable(text)}`);
  }

  #line(text: string): void {
    this.#options.stderr.write(`${text}\n`);
  }

  #styled(style: number, text: string): string {
    const { color, stderr } = this.#options;
    return color && stderr.isTTY === true ? `\u001B[${style}m${text}\u001B[0m` : text;
  }
}

/** Tells whether the environment leaves colours to us. */
export function colorAllowed(environment: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR: none, TERM: terminal } = environment;
  return (none === undefined || none === "") && terminal !== "dumb";
}

/**
 * Shows control characters instead of sending them to the terminal: names, documentation and
 * errors come from the peer. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return escapeControls(text, "\n\t");
}
