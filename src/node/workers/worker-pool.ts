/**
 * A pool of worker threads that serve one service, for handlers that keep a core busy.
 *
 * Each thread loads the service for itself. Calls go to the thread with the fewest open ones, through
 * the same client core that balances between servers; a thread is one more peer of it.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";

import { UsageError } from "../../base/errors.ts";
import { checkOptions, count, duration, RPC_DEFAULTS } from "../../rpc/limits.ts";
import { offer, type OfferedMethod } from "../../rpc/offer.ts";
import type { Observer } from "../../rpc/rpc-event.ts";
import { checkLogger, type Logger, observeWith, workerEndedText } from "../log.ts";
import type { Crew, CrewOptions, WorkerLoad } from "./crew.ts";
import type { ServiceReport } from "./thread-setup.ts";

/** Options of {@link WorkerPool.start}. */
export interface WorkerPoolOptions {
  /** How many threads, at most 1024. @default the number of cores that this process may use */
  readonly workers?: number;
  /**
   * How many calls one thread may have at once; others wait for the first thread that has room. 1 is
   * for methods that keep a core busy and never await: no call then waits behind another one while
   * a thread is idle.
   *
   * @default Infinity
   */
  readonly callsPerWorker?: number;
  /** How many calls may wait for a thread; more fail with `resource_exhausted`. @default 10_000 */
  readonly maxQueuedCalls?: number;
  /** How long a thread may take to load the module, in ms; `Infinity` for ever. @default 30_000 */
  readonly startTimeoutMs?: number;
  /** Limits of each thread's memory, as for `Worker` of `node:worker_threads`. @default Node's */
  readonly resourceLimits?: ResourceLimits;
  /** The folder from which a path or a package is seen. @default the working folder */
  readonly cwd?: string;
  /** Hears of threads that end. @default a warning of the process for each of them */
  readonly logger?: Logger;
}

const WORKER_POOL_OPTIONS: Readonly<Record<keyof WorkerPoolOptions, true>> = {
  workers: true,
  callsPerWorker: true,
  maxQueuedCalls: true,
  startTimeoutMs: true,
  resourceLimits: true,
  cwd: true,
  logger: true,
};

/** More threads than any machine has cores are a slip of the pen. */
const MAX_WORKERS = 1024;

/** How long a thread may take to load its module, unless told otherwise, in ms. */
const START_TIMEOUT_MS = 30_000;

/**
 * A service in worker threads, to be given to a server in place of an object.
 *
 * ```ts
 * await using pool = await WorkerPool.start(new URL("./primes.ts", import.meta.url), { workers: 4 });
 * await using server = new Server(pool);
 * await server.bind("tcp://127.0.0.1:1234");
 * ```
 */
export class WorkerPool {
  /** Name of the service: of its class, function, export, module or file. */
  readonly name: string;
  readonly #crew: Crew;

  private constructor(crew: Crew, { name, instance, methods }: ServiceReport) {
    this.#crew = crew;
    this.name = name;
    const offered = new Map<string, OfferedMethod>();
    for (const { name: method, description, arity, exposed } of methods) {
      const invoke: OfferedMethod["invoke"] = (context, args) => crew.call(method, context, args);
      offered.set(method, { description, arity, exposed, invoke });
    }
    offer(this, { name, instance, methods: offered });
  }

  /**
   * Starts the threads and loads the service in each of them.
   *
   * @param module - as on the command line: `node:path`, a package, a path, a `file:` URL, each
   *   with `#export` behind it if need be; a class is constructed, without arguments
   * @returns resolves when all of them serve; rejects with `SourceError` when the module cannot be
   *   loaded: `SOURCE_NOT_FOUND`, `SOURCE_NO_EXPORT`, `SOURCE_FAILED`, `SOURCE_NOTHING_TO_SERVE`
   * @throws {UsageError} `USAGE_OPTION`, `USAGE_ARGUMENTS`
   */
  static start(module: string | URL, options: WorkerPoolOptions = {}): Promise<WorkerPool> {
    checkOptions("pool option", options, WORKER_POOL_OPTIONS);
    checkLogger(options.logger);
    const specifier = specifierOf(module);
    return WorkerPool.#start(crewOptions(specifier, options));
  }

  static async #start(options: CrewOptions): Promise<WorkerPool> {
    const { Crew } = await import("./crew.ts");
    const crew = new Crew(options);
    try {
      return new WorkerPool(crew, await crew.start());
    } catch (error) {
      await crew.close();
      throw error;
    }
  }

  /** The threads. */
  get workers(): readonly WorkerLoad[] {
    return this.#crew.workers;
  }

  /** How many calls are open or wait for a thread. */
  get openCalls(): number {
    return this.#crew.openCalls;
  }

  /**
   * Takes no new calls, waits until the open ones are over, and ends the threads. Drain the servers
   * first: they move their clients on.
   *
   * @param timeoutMs - what is still open after it is cancelled; `Infinity` waits as long as it
   *   takes. @default 10_000
   */
  drain(timeoutMs: number = 10_000): Promise<void> {
    return this.#crew.drain(duration("timeoutMs", timeoutMs));
  }

  /** Cancels what is open and ends the threads. Calling it again does nothing. */
  close(): Promise<void> {
    return this.#crew.close();
  }

  /** The same as {@link WorkerPool.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#crew.close();
  }
}

/** @throws {UsageError} `USAGE_OPTION` */
function crewOptions(specifier: string, options: WorkerPoolOptions): CrewOptions {
  const { cwd = process.cwd(), startTimeoutMs = START_TIMEOUT_MS, resourceLimits } = options;
  const workers = count("workers", options.workers, availableParallelism(), 1);
  if (workers > MAX_WORKERS) {
    const message = `expected workers to be at most ${MAX_WORKERS}, got ${workers}`;
    throw new UsageError("USAGE_OPTION", message);
  }
  const { maxQueuedCalls } = RPC_DEFAULTS;
  return {
    specifier,
    cwd,
    workers,
    callsPerWorker: count("callsPerWorker", options.callsPerWorker, Infinity, 1),
    maxQueuedCalls: count("maxQueuedCalls", options.maxQueuedCalls, maxQueuedCalls, 0),
    startTimeoutMs: duration("startTimeoutMs", startTimeoutMs),
    resourceLimits,
    observer: observerOf(options.logger),
  };
}

function observerOf(logger: Logger | undefined): Observer {
  const observe = observeWith("server", logger);
  if (logger !== undefined) return observe;
  return (event) => {
    observe(event);
    if (event.type !== "worker-ended") return;
    process.emitWarning(workerEndedText(event), { code: "ZEROCALL_WORKER_ENDED" });
  };
}

function specifierOf(module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === "string" && module !== "") return module;
  throw new UsageError(
    "USAGE_ARGUMENTS",
    "expected the path, package or URL of a module for the threads, since they cannot share an" +
      ` object, got ${typeof module}`,
  );
}
