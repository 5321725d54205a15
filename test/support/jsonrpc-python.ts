/**
 * Peers in Python: the original jsonrpc2-zeromq, driven by `test/interop/python/jsonrpc_peer.py`.
 *
 * `JSONRPC_PYTHONPATH` says where the original is, `JSONRPC_PYTHON` which interpreter has its
 * libraries (zmq, future).
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPT = join(import.meta.dirname, "../interop/python/jsonrpc_peer.py");
const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: process.env["JSONRPC_PYTHONPATH"] ?? "",
  PYTHONUNBUFFERED: "1",
};

/** The interpreter that can run the original, or why there is none. */
export const python: { readonly path: string } | { readonly missing: string } = findPython();

function findPython(): { readonly path: string } | { readonly missing: string } {
  if (process.env["JSONRPC_PYTHONPATH"] === undefined) {
    return { missing: "JSONRPC_PYTHONPATH does not say where the original jsonrpc2-zeromq is" };
  }
  const given = process.env["JSONRPC_PYTHON"];
  const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
  for (const path of candidates) {
    try {
      execFileSync(path, ["-c", "import jsonrpc2_zeromq"], { env: ENVIRONMENT, stdio: "ignore" });
      return { path };
    } catch {
      // The next one may have them.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import jsonrpc2_zeromq` };
}

type Told = Readonly<Record<string, unknown>>;

/** One process of the original. */
export class JsonrpcPython {
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #closed: Promise<unknown>;
  #calls = 0;
  #stderr = "";

  constructor(role: "serve" | "call", kind: string, endpoint: string) {
    if ("missing" in python) throw new Error(python.missing);
    this.#child = spawn(python.path, [SCRIPT, role, kind, endpoint], { env: ENVIRONMENT });
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

  /** Resolves with what was told under a name once there is so much of it. */
  heard(event: string, least = 1): Promise<readonly Told[]> {
    const waiting = new Promise<readonly Told[]>((resolve) => {
      const look = (): void => {
        const found = this.told(event);
        if (found.length < least) return;
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
    return within(waiting, `"${event}" of a python peer, which said: ${this.#stderr}`, 20_000);
  }

  /** Resolves with the endpoint of a server. */
  async endpoint(): Promise<string> {
    const [bound] = await this.heard("bound");
    return String(bound?.["endpoint"]);
  }

  /** Lets the original client make a call, and resolves with how it ended. */
  async call(method: string, args: readonly unknown[] = [], more: Told = {}): Promise<Told> {
    await this.heard("ready");
    const id = this.#calls++;
    this.#child.stdin?.write(`${JSON.stringify({ id, method, args, ...more })}\n`);
    const answer = (await this.heard("answer", id + 1))[id] ?? {};
    const { event: _event, id: _id, ...outcome } = answer;
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
