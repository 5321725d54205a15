/**
 * Peers in Python: the original zrpc, driven by `test/interop/python/zrpc_peer.py`.
 *
 * `ZRPC_PYTHONPATH` says where the original is, `ZRPC_PYTHON` which interpreter has its libraries
 * (zmq, msgpack).
 */

import { Original, type PythonProcess, type Told } from "./python-process.ts";

const original = new Original({
  folder: "ZRPC_PYTHONPATH",
  interpreter: "ZRPC_PYTHON",
  imports: "zrpc.client",
  script: "zrpc_peer.py",
});

/** The interpreter that can run the original, or why there is none. */
export const python: Original["python"] = original.python;

/** How the original's call ended. */
export interface PythonOutcome {
  readonly value?: unknown;
  /** Class and text. */
  readonly error?: readonly [string, string];
}

/** One process of the original. */
export class ZrpcPython implements AsyncDisposable {
  readonly #process: PythonProcess;
  #calls = 0;

  constructor(...words: readonly string[]) {
    this.#process = original.start(...words);
  }

  /** Everything that was told so far under a name. */
  told(event: string): readonly Told[] {
    return this.#process.told(event);
  }

  /** Resolves once so much was told under a name. */
  heard(event: string, least = 1): Promise<readonly Told[]> {
    return this.#process.heard(event, least);
  }

  /** Lets the original client make a call, and resolves with how it ended. */
  async call(
    server: string,
    method: string,
    args: readonly unknown[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<PythonOutcome> {
    await this.heard("ready");
    const id = this.#calls++;
    this.#process.write({ id, server, method, args, ...more });
    const answer = await this.#process.heardOne("answer", (told) => told["id"] === id);
    const { event: _event, id: _id, ...outcome } = answer;
    return outcome;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
