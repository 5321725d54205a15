/**
 * Peers in Python: K. Manley's zerorpc, driven by `test/interop/python/multicall_peer.py`.
 *
 * `MULTICALL_PATH` says in which folder its client.py and server.py are, `MULTICALL_PYTHON` which
 * interpreter has its libraries (zmq, ujson) and lib2to3.
 */

import { Original, type PythonProcess } from "./python-process.ts";

const original = new Original({
  folder: "MULTICALL_PATH",
  interpreter: "MULTICALL_PYTHON",
  imports: "zmq, ujson, lib2to3",
  script: "multicall_peer.py",
});

/** The interpreter that can run the original, or why there is none. */
export const multicallPython: Original["python"] = original.python;

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
  readonly #process: PythonProcess;
  #heard = 0;

  private constructor(...words: readonly string[]) {
    this.#process = original.start(...words);
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
    this.#process.write({ calls, together });
    return (await this.#told()).outcomes ?? [];
  }

  async #told(): Promise<Told> {
    return JSON.parse(await this.#process.line(this.#heard++)) as Told;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
