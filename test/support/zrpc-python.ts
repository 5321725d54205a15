/**
 * Peers in Python: the original zrpc, driven by `test/interop/python/zrpc_peer.py`.
 *
 * `ZRPC_PYTHONPATH` says where the original is, `ZRPC_PYTHON` which interpreter has its libraries
 * (zmq, msgpack).
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPT = join(import.meta.dirname, "../interop/python/zrpc_peer.py");
const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: process.env["ZRPC_PYTHONPATH"] ?? "",
  PYTHONUNBUFFERED: "1",
};

/** The interpreter that can run the original, or why there is none. */
export const python: { readonly path: string } | { readonly missing: string } = findPython();

function findPython(): { readonly path: string } | { readonly missing: string } {
  if (process.env["ZRPC_PYTHONPATH"] === undefined) {
    return { missing: "ZRPC_PYTHONPATH does not say where the original zrpc is" };
  }
  const given = process.env["ZRPC_PYTHON"];
  const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
  for (const path of candidates) {
    try {
      execFileSync(path, ["-c", "import zrpc.client"], { env: ENVIRONMENT, stdio: "ignore" });
      return { path };
    } catch {
      // The next one may have them.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import zrpc` };
}

type Told = Readonly<Record<string, unknown>>;

/** How the original's call ended. */
export interface PythonOutcome {
  readonly value?: unknown;
  /** Class and text. */
  readonly error?: readonly [string, string];
}

/** One process of the original. */
export class ZrpcPython {
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #closed: Promise<unknown>;
  #calls = 0;
  #stderr = "";

  constructor(...words: readonly string[]) {
    if ("missing" in python) throw new Error(python.missing);
    this.#child = spawn(python.path, [SCRIPT, ...words], { env: ENVIRONMENT });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("the peer has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      this.#told.push(JSON.parse(line) as Told);
      for (const look of this.#waiters) look();
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#closed = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Everything that was told so far under a name. */
  told(event: string): readonly Told[] {
    return this.#told.filter((one) => one["event"] === event);
  }

  /** Resolves once so much was told under a name. */
  async heard(event: string, least = 1): Promise<readonly Told[]> {
    return this.#when(
      () => (this.told(event).length >= least ? this.told(event) : undefined),
      event,
    );
  }

  /** Lets the original client make a call, and resolves with how it ended. */
  async call(
    server: string,
    method: string,
    args: readonly unknown[] = [],
    more: Told = {},
  ): Promise<PythonOutcome> {
    await this.heard("ready");
    const id = this.#calls++;
    this.#child.stdin?.write(`${JSON.stringify({ id, server, method, args, ...more })}\n`);
    const answer = await this.#when(
      () => this.told("answer").find((one) => one["id"] === id),
      `answer ${id}`,
    );
    const { event: _event, id: _id, ...outcome } = answer;
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  #when<Found>(find: () => Found | undefined, what: string): Promise<Found> {
    const waiting = new Promise<Found>((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
    return within(waiting, `"${what}" of a python peer, which said: ${this.#stderr}`, 20_000);
  }
}
