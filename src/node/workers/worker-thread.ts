/**
 * One thread of a pool, from its start to its end.
 *
 *     starting --ready--> serving --exit, error--> ended
 *        any --failed, too late, close, exit, error--> ended
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type ResourceLimits,
  Worker,
} from "node:worker_threads";

import { Deferred } from "../../base/deferred.ts";
import { RpcError } from "../../rpc/errors.ts";
import { portCounters, PortEnd } from "../../transports/port.ts";
import { leftBehind } from "../errors.ts";
import { SourceError } from "../source/errors.ts";
import { reasonOf } from "../source/load-module.ts";
import {
  errorOf,
  type FromThread,
  LANES,
  postParcel,
  type ServiceReport,
  type ThreadSetup,
  type ToThread,
} from "./thread-setup.ts";

/** How a thread is started. */
export interface WorkerThreadOptions {
  /** What to call it. */
  readonly name: string;
  readonly specifier: string;
  readonly cwd: string;
  readonly describes: boolean;
  /** How long it may take to load its service, in ms. */
  readonly startTimeoutMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** How long a thread may take to end when it is asked to. */
const CLOSE_GRACE_MS = 1000;

/** How `node --input-type=module --eval …` was started is nothing that a thread could be told. */
function isCommandLineScript(): boolean {
  return process.execArgv.some((word) => word.startsWith("--input-type"));
}

/** Bundles of CommonJS do not know where they are. */
function checkPlace(module: string | undefined): void {
  if (module === undefined) throw leftBehind("the program of the pool's threads", undefined);
}

/** Told from modules that the service itself misses. */
function isMissingProgram(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  const program = fileURLToPath(new URL("./thread.js", import.meta.url));
  return error.code === "MODULE_NOT_FOUND" && error.message.includes(`'${program}'`);
}

/** A thread that serves. */
export class WorkerThread {
  readonly name: string;
  readonly threadId: number;
  readonly end: PortEnd;
  /** Resolves when it serves; rejects with `SourceError` when it cannot. */
  readonly ready: Promise<ServiceReport | undefined>;
  /** Resolves with the reason when the thread is gone. All it has said was heard by then. */
  readonly ended: Promise<RpcError>;
  readonly #ready = new Deferred<ServiceReport | undefined>();
  readonly #ended = new Deferred<RpcError>();
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #specifier: string;
  readonly #startTimer: NodeJS.Timeout | undefined;
  #fault: { readonly error: unknown } | undefined;
  #failure: SourceError | undefined;

  constructor(options: WorkerThreadOptions) {
    const { name, specifier, cwd, describes, startTimeoutMs, resourceLimits } = options;
    const { port1, port2 } = new MessageChannel();
    const counters = portCounters(Object.keys(LANES).length);
    const zerocall: ThreadSetup = { specifier, cwd, port: port2, counters, describes };
    this.name = name;
    this.#specifier = specifier;
    this.#port = port1;
    this.ready = this.#ready.promise;
    this.ended = this.#ended.promise;
    // Whoever waits for the thread hears of it; nobody has to.
    this.ready.catch(() => undefined);
    this.end = new PortEnd({
      post: (parcel) => postParcel(port1, parcel),
      counters,
      side: 0,
      endpoint: name,
    });
    checkPlace(import.meta.url);
    this.#worker = new Worker(new URL("./thread.js", import.meta.url), {
      name,
      workerData: { zerocall },
      transferList: [port2],
      ...(isCommandLineScript() && { execArgv: [] }),
      ...(resourceLimits !== undefined && { resourceLimits }),
    });
    this.threadId = this.#worker.threadId;
    this.#worker.on("error", (error) => (this.#fault ??= { error }));
    this.#worker.once("exit", (code) => this.#exited(code));
    port1.on("message", (message: FromThread) => this.#receive(message));
    // What holds the process is its sockets: a thread that serves nobody does not.
    port1.unref();
    if (startTimeoutMs !== Infinity) {
      this.#startTimer = setTimeout(() => this.#tooLate(startTimeoutMs), startTimeoutMs);
    }
  }

  /** Cancels what runs, and ends the thread: at once if it does not end by itself. */
  async close(): Promise<void> {
    this.#worker.ref();
    const close: ToThread = { type: "close" };
    this.#port.postMessage(close);
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #receive(message: FromThread): void {
    if (!("type" in message)) this.end.receive(message);
    else if (message.type === "ready") {
      clearTimeout(this.#startTimer);
      this.#worker.unref();
      this.#ready.resolve(message.service);
    } else this.#fail(errorOf(message.error));
  }

  #tooLate(startTimeoutMs: number): void {
    const message = `expected "${this.#specifier}" to be loaded within startTimeoutMs = ${startTimeoutMs} ms, it was not`;
    this.#fail(new SourceError("SOURCE_FAILED", message));
  }

  #fail(failure: SourceError): void {
    this.#failure = failure;
    void this.#worker.terminate();
  }

  #exited(code: number): void {
    clearTimeout(this.#startTimer);
    // What it said before its end may still be on its way.
    for (;;) {
      const last = receiveMessageOnPort(this.#port);
      if (last === undefined) break;
      this.#receive(last.message as FromThread);
    }
    this.#port.close();
    const reason = this.#reason(code);
    this.#ready.reject(
      this.#failure ??
        new SourceError("SOURCE_FAILED", `cannot load "${this.#specifier}": ${reason.message}`, {
          cause: reason.cause,
        }),
    );
    this.end.close(reason);
    this.#ended.resolve(reason);
  }

  #reason(code: number): RpcError {
    if (this.#failure !== undefined) {
      return new RpcError("unavailable", this.#failure.message, { cause: this.#failure });
    }
    const fault = this.#fault;
    if (fault === undefined) {
      return new RpcError("unavailable", `its thread ended with exit code ${code}`);
    }
    const { error } = fault;
    if (isMissingProgram(error)) {
      const { message } = leftBehind("the program of the pool's threads", error);
      return new RpcError("unavailable", message, { cause: error });
    }
    const memory =
      error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    const what = memory ? "its thread ran out of memory" : "uncaught in its thread";
    return new RpcError("unavailable", `${what}: ${reasonOf(error)}`, { cause: error });
  }
}
