/**
 * Peers in Python: the original zerorpc, driven by `test/interop/python/peer.py`.
 *
 * `ZERORPC_PYTHONPATH` says where the original is, `ZERORPC_PYTHON` which interpreter has its
 * libraries (zmq, msgpack, gevent, future).
 */

import { Original, type PythonProcess, type Told } from "./python-process.ts";

const original = new Original({
  folder: "ZERORPC_PYTHONPATH",
  interpreter: "ZERORPC_PYTHON",
  imports: "zmq, msgpack, gevent, zerorpc",
  script: "peer.py",
});

/** The interpreter that can run the original, or why there is none. */
export const python: Original["python"] = original.python;

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

/** One process of the original. */
export class PythonPeer implements AsyncDisposable {
  readonly #process: PythonProcess;
  #calls = 0;

  constructor(role: string, ...args: readonly string[]) {
    this.#process = original.start(role, ...args);
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
    return this.#process.pid;
  }

  get stderr(): string {
    return this.#process.stderr;
  }

  /** Everything that was told so far under a name. */
  told(event: string): readonly Told[] {
    return this.#process.told(event);
  }

  /** What the original logged, but for what its binding says of itself under load. */
  get warnings(): readonly string[] {
    return this.told("log")
      .map((line) => String(line["text"]))
      .filter((text) => !text.includes("gevent_zeromq BUG"));
  }

  /** Resolves with the first thing told under a name that fits. */
  heard(event: string, fits?: (told: Told) => boolean, ms?: number): Promise<Told> {
    return this.#process.heardOne(event, fits, ms);
  }

  /** Writes a line of JSON to the peer. */
  write(value: unknown): void {
    this.#process.write(value);
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

  kill(signal?: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits for the end of the process by itself. */
  exit(ms?: number): Promise<number | null> {
    return this.#process.exit(ms);
  }

  /** All of its output, for peers that tell no JSON. */
  text(): string {
    return this.told("text")
      .map((line) => `${String(line["line"])}\n`)
      .join("");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
