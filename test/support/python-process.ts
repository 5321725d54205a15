/**
 * Original implementations in Python: where they are, and processes of them that tell what happens
 * in lines on stdout and are asked in lines of JSON on stdin.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPTS = join(import.meta.dirname, "../interop/python");

/** How an original is found. */
export interface OriginalPlace {
  /** The environment variable that says in which folder it is. */
  readonly folder: string;
  /** The one that may name the interpreter which has its libraries. */
  readonly interpreter: string;
  /** The modules that it needs, as `import` takes them. */
  readonly imports: string;
  /** The script that drives it, in `test/interop/python`. */
  readonly script: string;
}

/** One original. */
export class Original {
  /** The interpreter that can run it, or why there is none. */
  readonly python: { readonly path: string } | { readonly missing: string };
  readonly #script: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(place: OriginalPlace) {
    const folder = process.env[place.folder];
    this.#script = join(SCRIPTS, place.script);
    this.#environment = { ...process.env, PYTHONPATH: folder ?? "", PYTHONUNBUFFERED: "1" };
    this.python =
      folder === undefined
        ? { missing: `${place.folder} does not say where the original is` }
        : this.#find(place);
  }

  #find({ interpreter, imports }: OriginalPlace): Original["python"] {
    const given = process.env[interpreter];
    const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
    for (const path of candidates) {
      try {
        execFileSync(path, ["-c", `import ${imports}`], {
          env: this.#environment,
          stdio: "ignore",
        });
        return { path };
      } catch {
        // The next one may have them.
      }
    }
    return { missing: `${candidates.join(" and ")} cannot import ${imports}` };
  }

  /** Starts its script with these words. */
  start(...words: readonly string[]): PythonProcess {
    if ("missing" in this.python) throw new Error(this.python.missing);
    const child = spawn(this.python.path, [this.#script, ...words], { env: this.#environment });
    return new PythonProcess(child);
  }
}

/** What a script tells: a line of JSON with an `event`, or any other line as the event `text`. */
export interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A running script. */
export class PythonProcess implements AsyncDisposable {
  /** What it wrote to stdout so far. */
  readonly lines: string[] = [];
  readonly #told: Told[] = [];
  readonly #child: ChildProcess;
  readonly #waiters = new Set<() => void>();
  readonly #exited: Promise<number | null>;
  #over = false;
  #stderr = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error("the peer has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#told.push(toldBy(line));
      this.#look();
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#exited = new Promise((resolve) => {
      child.once("close", (code: number | null) => {
        this.#over = true;
        this.#look();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Asks in a line of JSON. */
  write(value: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(value)}\n`);
  }

  /**
   * Resolves with what `find` finds, which is asked after each line.
   *
   * @param what - names it in the error when it does not come, or the process ends before
   */
  when<Found>(find: () => Found | undefined, what: string, ms = 20_000): Promise<Found> {
    const waiting = new Promise<Found>((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found === undefined && !this.#over) return;
        this.#waiters.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the python peer is gone without ${what}: ${this.#stderr}`));
      };
      this.#waiters.add(look);
      look();
    });
    return within(waiting, `${what} of a python peer`, ms);
  }

  /** Everything that was told so far under a name. */
  told(event: string): readonly Told[] {
    return this.#told.filter((one) => one.event === event);
  }

  /** Resolves with what was told under a name once there is so much of it. */
  heard(event: string, least = 1): Promise<readonly Told[]> {
    return this.when(() => {
      const found = this.told(event);
      return found.length < least ? undefined : found;
    }, `"${event}"`);
  }

  /** Resolves with the first thing told under a name that fits. */
  heardOne(event: string, fits: (told: Told) => boolean = () => true, ms?: number): Promise<Told> {
    return this.when(() => this.told(event).find((one) => fits(one)), `"${event}"`, ms);
  }

  /** Resolves with the line at this place. */
  line(index: number): Promise<string> {
    return this.when(() => this.lines[index], `line ${index + 1}`);
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.#child.kill(signal);
  }

  /** Waits for the end of the process by itself. */
  exit(ms = 20_000): Promise<number | null> {
    return within(this.#exited, "end of a python peer", ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#exited;
  }

  #look(): void {
    for (const look of this.#waiters) look();
  }
}

function toldBy(line: string): Told {
  try {
    return line.startsWith('{"event"') ? (JSON.parse(line) as Told) : { event: "text", line };
  } catch {
    return { event: "text", line };
  }
}
