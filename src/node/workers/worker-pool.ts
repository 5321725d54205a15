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

import { Backoff } from "../../base/backoff.ts";
import { UsageError } from "../../base/errors.ts";
import { threads } from "../../dialects/threads/dialect.ts";
import { ClientCore } from "../../rpc/client.ts";
import { RpcError } from "../../rpc/errors.ts";
import { forward } from "../../rpc/forward.ts";
import { checkOptions, count, duration, RPC_DEFAULTS } from "../../rpc/limits.ts";
import { offer, type OfferedMethod } from "../../rpc/offer.ts";
import { WINDOW_DEFAULTS } from "../../rpc/receive-window.ts";
import type { Observer } from "../../rpc/rpc-event.ts";
import type { ServerCall } from "../../rpc/server-call.ts";
import { type PortTransport, portTransport } from "../../transports/port.ts";
import { nodeClock } from "../clock.ts";
import { checkLogger, type Logger, observeWith, workerEndedText } from "../log.ts";
import { Callers } from "./callers.ts";
import { LANES, type ServiceReport } from "./thread-setup.ts";
import { WorkerThread } from "./worker-thread.ts";

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

/** Delays before a thread is replaced. They start again after one that lived so long. */
const RESTART = { initialMs: 100, maxMs: 30_000, settledMs: 30_000 } as const;

/** A thread's place in the pool. */
interface Place {
  readonly name: string;
  readonly backoff: Backoff;
  thread: WorkerThread;
  state: "starting" | "serving" | "waiting";
  timer: NodeJS.Timeout | undefined;
}

/** A thread of a pool, and what it has to do. */
export interface WorkerLoad {
  /** Such as `worker thread 1`, as errors and logs call it. */
  readonly name: string;
  /** Node's number of the thread. */
  readonly threadId: number;
  /** `waiting` after a crash, until another one is started in its place. */
  readonly state: "starting" | "serving" | "waiting";
  /** Calls that it has not answered. */
  readonly openCalls: number;
}

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
    const crew = new Crew(specifierOf(module), options);
    return crew.start().then(
      (report) => new WorkerPool(crew, report),
      async (error: unknown) => {
        await crew.close();
        throw error;
      },
    );
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

/** The threads of a pool and who calls them. */
class Crew {
  readonly #specifier: string;
  readonly #options: WorkerPoolOptions;
  readonly #startTimeoutMs: number;
  readonly #core: ClientCore;
  readonly #callers: Callers;
  readonly #observer: Observer;
  readonly #places: Place[] = [];
  readonly #size: number;
  #calls: PortTransport | undefined;
  #asks: PortTransport | undefined;
  #closing: Promise<void> | undefined;

  constructor(specifier: string, options: WorkerPoolOptions) {
    this.#specifier = specifier;
    this.#options = options;
    this.#observer = observerOf(options.logger);
    this.#size = count("workers", options.workers, availableParallelism(), 1);
    if (this.#size > MAX_WORKERS) {
      const message = `expected workers to be at most ${MAX_WORKERS}, got ${this.#size}`;
      throw new UsageError("USAGE_OPTION", message);
    }
    const { startTimeoutMs = START_TIMEOUT_MS } = options;
    this.#startTimeoutMs = duration("startTimeoutMs", startTimeoutMs);
    const callsPerWorker = count("callsPerWorker", options.callsPerWorker, Infinity, 1);
    const { maxQueuedCalls } = RPC_DEFAULTS;
    this.#core = new ClientCore({
      clock: nodeClock,
      transport: portTransport((transport) => (this.#calls = transport)),
      dialect: threads(callsPerWorker),
      heartbeatMs: 0,
      passiveHeartbeat: true,
      maxQueuedCalls: count("maxQueuedCalls", options.maxQueuedCalls, maxQueuedCalls, 0),
      window: WINDOW_DEFAULTS,
      observer: undefined,
      resolveEndpoint: (endpoint) => endpoint,
    });
    this.#callers = new Callers((transport) => (this.#asks = transport));
  }

  get workers(): readonly WorkerLoad[] {
    const calls = new Map(this.#core.peers.map((peer) => [peer.endpoint, peer.openCalls]));
    return this.#places.map(({ name, thread, state }) => {
      return { name, threadId: thread.threadId, state, openCalls: calls.get(name) ?? 0 };
    });
  }

  get openCalls(): number {
    return this.#core.openCalls;
  }

  async start(): Promise<ServiceReport> {
    for (let number = 1; number <= this.#size; number++) {
      const name = `worker thread ${number}`;
      const backoff = new Backoff({ ...RESTART, random: Math.random });
      const thread = this.#spawn(name, number === 1);
      const place: Place = { name, backoff, thread, state: "starting", timer: undefined };
      this.#places.push(place);
      this.#attend(place, "first");
    }
    const [report] = await Promise.all(this.#places.map(({ thread }) => thread.ready));
    return report as ServiceReport;
  }

  /** Passes a call of a server on to the least busy thread. */
  call(method: string, context: ServerCall, args: readonly unknown[]): Promise<unknown> {
    if (this.#closing !== undefined) {
      const message = "the pool of worker threads is closed";
      return Promise.reject(new RpcError("unavailable", message, { method }));
    }
    const origin = this.#callers.enter(context);
    const over = (): void => this.#callers.leave(origin.call);
    return forward(this.#core, { method, args, context, origin, over });
  }

  async drain(timeoutMs: number): Promise<void> {
    await this.#core.drain(timeoutMs);
    await this.close();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const { timer } of this.#places) clearTimeout(timer);
    await this.#core.close();
    await Promise.all(this.#places.map(({ thread }) => thread.close()));
    await this.#callers.close();
  }

  #spawn(name: string, describes: boolean): WorkerThread {
    const { resourceLimits, cwd = process.cwd() } = this.#options;
    return new WorkerThread({
      name,
      specifier: this.#specifier,
      cwd,
      describes,
      startTimeoutMs: this.#startTimeoutMs,
      resourceLimits,
    });
  }

  /**
   * Gives a thread calls once it is ready, and another one its place when it has ended. That one of
   * the first has never been ready is told by {@link Crew.start}, which ends the others then.
   */
  #attend(place: Place, turn: "first" | "later"): void {
    const { thread } = place;
    let readyAt = Infinity;
    thread.ready.then(
      () => {
        if (this.#closing !== undefined) return;
        readyAt = nodeClock.now();
        place.state = "serving";
        this.#observer({ type: "worker-ready", worker: place.name });
        if (this.#asks !== undefined) thread.end.open(LANES.callers, this.#asks);
        if (this.#calls !== undefined) thread.end.open(LANES.calls, this.#calls);
      },
      () => undefined,
    );
    void thread.ended.then((reason) => {
      if (nodeClock.now() - readyAt >= RESTART.settledMs) place.backoff.reset();
      if (turn === "later" || readyAt < Infinity) this.#replace(place, reason);
    });
  }

  #replace(place: Place, error: RpcError): void {
    if (this.#closing !== undefined) return;
    const restartMs = place.backoff.next();
    place.state = "waiting";
    this.#observer({ type: "worker-ended", worker: place.name, error, restartMs });
    place.timer = setTimeout(() => {
      place.thread = this.#spawn(place.name, false);
      place.state = "starting";
      this.#attend(place, "later");
    }, restartMs);
    place.timer.unref();
  }
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
