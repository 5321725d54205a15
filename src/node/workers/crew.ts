/**
 * The threads of a pool: who serves, whom to replace, and who calls.
 *
 * Loaded when a pool starts, so that nobody else pays for threads.
 *
 * @module
 */

import type { ResourceLimits } from "node:worker_threads";

import { Backoff } from "../../base/backoff.ts";
import { threads } from "../../dialects/threads/dialect.ts";
import { ClientCore } from "../../rpc/client.ts";
import { RpcError } from "../../rpc/errors.ts";
import { forward } from "../../rpc/forward.ts";
import { WINDOW_DEFAULTS } from "../../rpc/receive-window.ts";
import type { Observer } from "../../rpc/rpc-event.ts";
import type { ServerCall } from "../../rpc/server-call.ts";
import { type PortTransport, portTransport } from "../../transports/port.ts";
import { nodeClock } from "../clock.ts";
import { Callers } from "./callers.ts";
import { LANES, type ServiceReport } from "./thread-setup.ts";
import { WorkerThread } from "./worker-thread.ts";

/** What a pool was asked for, with every default in its place. */
export interface CrewOptions {
  readonly specifier: string;
  readonly cwd: string;
  /** How many threads. */
  readonly workers: number;
  readonly callsPerWorker: number;
  readonly maxQueuedCalls: number;
  /** How long a thread may take to load its service, in ms. */
  readonly startTimeoutMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
  /** Hears of threads that serve and that end. */
  readonly observer: Observer;
}

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

/** The threads of a pool and who calls them. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #core: ClientCore;
  readonly #callers: Callers;
  readonly #places: Place[] = [];
  #calls: PortTransport | undefined;
  #asks: PortTransport | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#core = new ClientCore({
      clock: nodeClock,
      transport: portTransport((transport) => (this.#calls = transport)),
      dialect: threads(options.callsPerWorker),
      heartbeatMs: 0,
      passiveHeartbeat: true,
      maxQueuedCalls: options.maxQueuedCalls,
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
    for (let number = 1; number <= this.#options.workers; number++) {
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
    const { specifier, cwd, startTimeoutMs, resourceLimits } = this.#options;
    return new WorkerThread({ name, specifier, cwd, describes, startTimeoutMs, resourceLimits });
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
        this.#options.observer({ type: "worker-ready", worker: place.name });
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
    this.#options.observer({ type: "worker-ended", worker: place.name, error, restartMs });
    place.timer = setTimeout(() => {
      place.thread = this.#spawn(place.name, false);
      place.state = "starting";
      this.#attend(place, "later");
    }, restartMs);
    place.timer.unref();
  }
}
