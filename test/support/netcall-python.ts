/**
 * Peers in Python: the original NetCall, driven by `test/interop/python/netcall_peer.py`.
 *
 * `NETCALL_PYTHONPATH` says where the original is, `NETCALL_PYTHON` which interpreter has its
 * libraries (zmq, msgpack).
 */

import { Original, type PythonProcess } from "./python-process.ts";

const original = new Original({
  folder: "NETCALL_PYTHONPATH",
  interpreter: "NETCALL_PYTHON",
  imports: "zmq, msgpack, netcall",
  script: "netcall_peer.py",
});

/** The interpreter that can run the original, or why there is none. */
export const netcallPython: Original["python"] = original.python;

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
  readonly #process: PythonProcess;
  #heard = 0;

  private constructor(...words: readonly string[]) {
    this.#process = original.start(...words);
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
    this.#process.write({ method, args, ...more });
    return this.#told();
  }

  async #told(): Promise<Told> {
    return JSON.parse(await this.#process.line(this.#heard++)) as Told;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
