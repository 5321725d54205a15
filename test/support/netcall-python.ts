/**
 * Peers in Python: the original NetCall, driven by `test/interop/python/netcall_peer.py`.
 *
 * `NETCALL_PYTHONPATH` says where the original is, `NETCALL_PYTHON` which interpreter has its
 * libraries (zmq, msgpack).
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "./within.ts";

const SCRIPT = join(import.meta.dirname, "../interop/python/netcall_peer.py");
const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: process.env["NETCALL_PYTHONPATH"] ?? "",
  PYTHONUNBUFFERED: "1",
};

/** The interpreter that can run the original, or why there is none. */
export const netcallPython: { readonly path: string } | { readonly missing: string } = find();

function find(): { readonly path: string } | { readonly missing: string } {
  if (process.env["NETCALL_PYTHONPATH"] === undefined) {
    return { missing: "NETCALL_PYTHONPATH does not say where the original NetCall is" };
  }
  const given = process.env["NETCALL_PYTHON"];
  const candidates = given === undefined ? ["python3", "/usr/bin/python3"] : [given];
  for (const path of candidates) {
    try {
      execFileSync(path, ["-c", "import zmq, msgpack, netcall"], {
        env: ENVIRONMENT,
        stdio: "ignore",
      });
      return { path };
    } catch {
      // The next one may have them.
    }
  }
  return { missing: `${candidates.join(" and ")} cannot import zmq, msgpack and netcall` };
}

/** How a call of the original client ended. */
export interface Told {
  readonly endpoint?: string;
  readonly value?: unknown;
  readonly type?: string;
  readonly steps?: readonly Told[];
  readonly error?: string;
  readonly ename?: string | null;
  readonly evalue?: string;
}

/** One process of the original. */
export class NetcallPython implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #stderr = "";

  private constructor(...args: readonly string[]) {
    if ("missing" in netcallPython) throw new Error(netcallPython.missing);
    this.#child = spawn(netcallPython.path, [SCRIPT, ...args], { env: ENVIRONMENT });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("the peer has no output");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#closed = once(this.#child, "close");
  }

  /** Starts a service; its endpoint is what it is ready at. */
  static async serve(
    serializer: string,
  ): Promise<{ readonly peer: NetcallPython; readonly endpoint: string }> {
    const peer = new NetcallPython("serve", serializer);
    return { peer, endpoint: (await peer.#told()).endpoint ?? "" };
  }

  /** Starts a client. */
  static async client(serializer: string, endpoint: string): Promise<NetcallPython> {
    const peer = new NetcallPython("call", serializer, endpoint);
    await peer.#told();
    return peer;
  }

  /** Lets the client make a call. */
  call(
    method: string,
    args: readonly unknown[],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Told> {
    this.#child.stdin?.write(`${JSON.stringify({ method, args, ...more })}\n`);
    return this.#told();
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
