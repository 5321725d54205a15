/**
 * The original zerorpc for Python at both ends, when its sources are there:
 *
 *     ZERORPC_PYTHONPATH=/path/to/zerorpc-python npm run bench -- zerorpc-python
 *
 * `ZERORPC_PYTHON` names the interpreter, which needs pyzmq, msgpack, gevent and future.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OwnLoad, Peer, Serving, Timing } from "../contract.ts";

const PROGRAM = fileURLToPath(new URL("../../../bench/peers/zerorpc_peer.py", import.meta.url));
const PYTHON = process.env["ZERORPC_PYTHON"] ?? "python3";
const SOURCES = process.env["ZERORPC_PYTHONPATH"];

/** One of the two Python processes. */
class PythonHalf {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(...parameters: string[]) {
    const env = { ...process.env, PYTHONPATH: SOURCES, PYTHONUNBUFFERED: "1" };
    const child = spawn(PYTHON, [PROGRAM, ...parameters], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  get processes(): readonly number[] {
    return this.#child.pid === undefined ? [] : [this.#child.pid];
  }

  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("the Python process ended before it answered");
    return next.value;
  }

  async order(order: object): Promise<Timing> {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    return JSON.parse(await this.line()) as Timing;
  }

  async close(): Promise<void> {
    this.#reader.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

function missing(): string | undefined {
  if (SOURCES === undefined)
    return "ZERORPC_PYTHONPATH does not name the sources of zerorpc-python";
  const env = { ...process.env, PYTHONPATH: SOURCES };
  const { status, error } = spawnSync(PYTHON, ["-c", "import zerorpc"], { env, stdio: "ignore" });
  if (error === undefined && status === 0) return undefined;
  return `${PYTHON} cannot import zerorpc with pyzmq, msgpack, gevent and future`;
}

async function serve(): Promise<Serving> {
  const half = new PythonHalf("serve");
  const endpoint = await half.line();
  return { endpoint, processes: half.processes, close: () => half.close() };
}

async function connect(endpoint: string): Promise<OwnLoad> {
  const half = new PythonHalf("load", endpoint);
  await half.line();
  return {
    processes: half.processes,
    calls: (inFlight, ms) => half.order({ type: "calls", inFlight, ms }),
    echo: (inFlight, ms, bytes) => half.order({ type: "echo", inFlight, ms, bytes }),
    stream: (items) => half.order({ type: "stream", items }),
    close: () => half.close(),
  };
}

/** zerorpc-python. */
export const zerorpcPython: Peer = { title: "zerorpc-python", missing, serve, connect };
