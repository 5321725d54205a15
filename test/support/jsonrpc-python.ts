/**
 * Peers in Python: the original jsonrpc2-zeromq, driven by `test/interop/python/jsonrpc_peer.py`.
 *
 * `JSONRPC_PYTHONPATH` says where the original is, `JSONRPC_PYTHON` which interpreter has its
 * libraries (zmq, future).
 */

import { Original, type PythonProcess, type Told } from "./python-process.ts";

const original = new Original({
  folder: "JSONRPC_PYTHONPATH",
  interpreter: "JSONRPC_PYTHON",
  imports: "jsonrpc2_zeromq",
  script: "jsonrpc_peer.py",
});

/** The interpreter that can run the original, or why there is none. */
export const python: Original["python"] = original.python;

type Outcome = Readonly<Record<string, unknown>>;

/** One process of the original. */
export class JsonrpcPython implements AsyncDisposable {
  readonly #process: PythonProcess;
  #calls = 0;

  constructor(role: "serve" | "call", kind: string, endpoint: string) {
    this.#process = original.start(role, kind, endpoint);
  }

  /** Resolves with what was told under a name once there is so much of it. */
  heard(event: string, least = 1): Promise<readonly Told[]> {
    return this.#process.heard(event, least);
  }

  /** Resolves with the endpoint of a server. */
  async endpoint(): Promise<string> {
    const { endpoint } = await this.#process.heardOne("bound");
    return String(endpoint);
  }

  /** Lets the original client make a call, and resolves with how it ended. */
  async call(method: string, args: readonly unknown[] = [], more: Outcome = {}): Promise<Outcome> {
    await this.heard("ready");
    const id = this.#calls++;
    this.#process.write({ id, method, args, ...more });
    const answer = (await this.heard("answer", id + 1))[id];
    const { event: _event, id: _id, ...outcome } = answer ?? { event: "" };
    return outcome;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
