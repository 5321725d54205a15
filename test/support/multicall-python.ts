/**
 * Peers in Python: K. Manley's zerorpc, driven by `test/interop/python/multicall_peer.py`.
 *
 * `MULTICALL_PATH` says in which folder its client.py and server.py are, `MULTICALL_PYTHON` which
 * interpreter has its libraries (zmq, ujson) and lib2to3.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPT = join(import.meta.dirname, "../interop/python/multicall_peer.py");
const ENVIRONMENT = { ...process.env, PYTHONUNBUFFERED: "1" };

/** The interpreter that can run the original, or why there is none. */
export const multicallPython: { readonly path: string } | { readonly missing: string } = find();

function find(): { readonly path: string } | { readonly missing: string } {
  if (process.env["MULTICALL_PATH"] === undefined) {
    return { missing: "MULTICALL_PATH does not say where the original is" };
  }
  const given = process.env["MULTICALL_PYTHON"];
  const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
  for (const path of candidates) {
    try {
      execFileSync(path, ["-c", "import zmq, ujson, lib2to3"], { stdio: "ignore" });
      return { path };
    } catch {
      // The next one may have them.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import zmq, ujson and lib2to3` };
}

/** A call: name, args, kwargs. */
export type Asked = readonly [string, readonly unknown[], Readonly<Record<string, unknown>>];

/** How a call of the original client ended. */
export interface ToldOutcome {
  /** As ujson writes it. */
  readonly value?: string;
  readonly error?: string;
  readonly message?: string;
  readonly traceback?: string;
}

interface Told {
  readonly endpoint?: string;
  readonly outcomes?: readonly ToldOutcome[];
}

/** One process of the original. */
export class MulticallPython implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #stderr = "";

  private constructor(...args: readonly string[]) {
    if ("missing" in multicallPython) throw new Error(multicallPython.missing);
    this.#child = spawn(multicallPython.path, [SCRIPT, ...args], { env: ENVIRONMENT });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("the peer has no output");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#closed = once(this.#child, "close");
  }

  /** Starts a server; its endpoint is what it is bound at. */
  static async serve(
    workers: number = 1,
  ): Promise<{ readonly peer: MulticallPython; readonly endpoint: string }> {
    const peer = new MulticallPython("serve", String(workers));
    return { peer, endpoint: (await peer.#told()).endpoint ?? "" };
  }

  /** Starts a client. */
  static async client(endpoint: string): Promise<MulticallPython> {
    const peer = new MulticallPython("call", endpoint);
    await peer.#told();
    return peer;
  }

  /** Lets the client make calls, one by one or as a MultiCall. */
  async call(calls: readonly Asked[], together: boolean = false): Promise<readonly ToldOutcome[]> {
    this.#child.stdin?.write(`${JSON.stringify({ calls, together })}\n`);
    return (await this.#told()).outcomes ?? [];
  }

  async #told(): Promise<Told> {
    const { value } = await within(this.#lines.next(), "a python peer's line", 20_000);
    if (value === undefined) throw new Error(`the python peer is gone: ${this.#stderr}`);
    return JSON.parse(String(value)) as Told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
