/**
 * Peers in Python: the original zerorpc, driven by `test/interop/python/peer.py`.
 *
 * `ZERORPC_PYTHONPATH` says where the original is, `ZERORPC_PYTHON` which interpreter has its
 * libraries (zmq, msgpack, gevent, future).
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPT = join(import.meta.dirname, "../interop/python/peer.py");
const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: process.env["ZERORPC_PYTHONPATH"] ?? "",
  PYTHONUNBUFFERED: "1",
};

/** What a peer tells, one JSON object a line. */
export interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** How a call of the original client ended. */
export interface Answer extends Told {
  readonly value?: unknown;
  readonly items?: readonly unknown[];
  /** Class name, message and traceback of its RemoteError. */
  readonly remote?: readonly [string, string, string | null];
  /** Class name and message of any other exception. */
  readonly error?: readonly [string, string];
  readonly seconds: number;
}

/** The interpreter that can run the original, or why there is none. */
export const python: { readonly path: string } | { readonly missing: string } = findPython();

function findPython(): { readonly path: string } | { readonly missing: string } {
  if (process.env["ZERORPC_PYTHONPATH"] === undefined) {
    return { missing: "ZERORPC_PYTHONPATH does not say where the original zerorpc is" };
  }
  const given = process.env["ZERORPC_PYTHON"];
  const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
  for (const path of candidates) {
    try {
      const args = ["-c", "import zmq, msgpack, gevent, zerorpc"];
      execFileSync(path, args, { env: ENVIRONMENT, stdio: "ignore" });
      return { path };
    } catch {
      // The next one may have them.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import zmq, msgpack, gevent and zerorpc` };
}

/** One process of the original. */
export class PythonPeer {
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #exited: Promise<number | null>;
  #calls = 0;
  #stderr = "";

  constructor(role: string, ...args: readonly string[]) {
    if ("missing" in python) throw new Error(python.missing);
    this.#child = spawn(python.path, [SCRIPT, role, ...args], { env: ENVIRONMENT });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("the peer has no output");
    createInterface({ input: stdout }).on("line", (line) => this.#hear(line));
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#exited = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Starts the original server and resolves with where it is bound. */
  static async serve(
    heartbeat: number | "none" = 5,
    poolSize: number | "none" = "none",
    ...endpoints: readonly string[]
  ): Promise<{ readonly peer: PythonPeer; readonly endpoint: string }> {
    const where = endpoints.length === 0 ? ["@tcp://127.0.0.1:0"] : endpoints;
    const peer = new PythonPeer("serve", String(heartbeat), String(poolSize), ...where);
    if (endpoints.length === 0) {
      const { endpoint } = await peer.heard("bound");
      await peer.heard("ready");
      return { peer, endpoint: String(endpoint) };
    }
    await peer.heard("ready");
    return { peer, endpoint: "" };
  }

  /** Starts the original client. */
  static async client(
    options: Readonly<Record<string, unknown>>,
    ...endpoints: readonly string[]
  ): Promise<PythonPeer> {
    const peer = new PythonPeer("call", JSON.stringify(options), ...endpoints);
    await peer.heard("ready");
    return peer;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Everything that was told so far under a name. */
  told(event: string): readonly Told[] {
    return this.#told.filter((one) => one.event === event);
  }

  /** What the original logged, but for what its binding says of itself under load. */
  get warnings(): readonly string[] {
    return this.told("log")
      .map((line) => String(line["text"]))
      .filter((text) => !text.includes("gevent_zeromq BUG"));
  }

  /** Resolves with the first thing told under a name that fits. */
  heard(event: string, fits: (told: Told) => boolean = () => true, ms = 20_000): Promise<Told> {
    const waiting = new Promise<Told>((resolve) => {
      const look = (): void => {
        const found = this.#told.find((one) => one.event === event && fits(one));
        if (found === undefined) return;
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
    return within(waiting, `"${event}" of a python peer, which said: ${this.#stderr}`, ms);
  }

  /** Writes a line of JSON to the peer. */
  write(value: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(value)}\n`);
  }

  /** Lets the original client make a call and resolves with how it ended. */
  async call(
    method: string,
    args: readonly unknown[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> {
    const id = this.#calls++;
    this.write({ id, method, args, ...more });
    return (await this.heard("answer", (told) => told["id"] === id, 60_000)) as Answer;
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.#child.kill(signal);
  }

  /** Waits for the end of the process by itself. */
  exit(ms = 20_000): Promise<number | null> {
    return within(this.#exited, "end of a python peer", ms);
  }

  /** All of its output, for peers that tell no JSON. */
  text(): string {
    return this.told("text")
      .map((line) => `${String(line["line"])}\n`)
      .join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#exited;
  }

  #hear(line: string): void {
    let told: Told;
    try {
      told = line.startsWith('{"event"') ? (JSON.parse(line) as Told) : { event: "text", line };
    } catch {
      told = { event: "text", line };
    }
    this.#told.push(told);
    for (const look of this.#waiters) look();
  }
}
