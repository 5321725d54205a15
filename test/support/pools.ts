/** Pools of threads, served and called. */

import { setEnvironmentData } from "node:worker_threads";
import { expect } from "vitest";
// As built: a thread runs what it is given without a loader for TypeScript.
import {
  Client,
  type ClientOptions,
  Server,
  type ServerOptions,
  WorkerPool,
  type WorkerPoolOptions,
} from "zerocall";
import type * as service from "./worker-service.ts";

/** What the threads serve unless told otherwise. */
export type Service = typeof service;
/** The module that the threads load. */
export const SERVICE: URL = new URL("./worker-service.ts", import.meta.url);
/** How long to wait for what has to come, in ms. */
const PATIENCE_MS = 20_000;

/** Numbers that the test and the threads share. */
export const memory: Int32Array = new Int32Array(new SharedArrayBuffer(400));
setEnvironmentData("zerocall test", memory.buffer);
let lastPlace = 0;

/** A number of that memory that nobody else uses. */
export function place(): number {
  return ++lastPlace;
}

/** Waits for what has to come. */
export const poll = <T>(probe: () => T): ReturnType<typeof expect.poll<T>> =>
  expect.poll(probe, { timeout: PATIENCE_MS });

/** Waits until a shared number is as large. */
export async function expectReached(at: number, value: number): Promise<void> {
  await poll(() => Atomics.load(memory, at)).toBe(value);
}

/** Lets those go on who wait at a place. */
export function release(at: number): void {
  Atomics.store(memory, at, 1);
  Atomics.notify(memory, at);
}

/** What happened to the threads of a pool, as it is logged. */
export class Log {
  readonly lines: string[] = [];
  readonly debug = (text: string): number => this.lines.push(`debug ${text}`);
  readonly info = (text: string): number => this.lines.push(`info ${text}`);
  readonly warn = (text: string): number => this.lines.push(`warn ${text}`);
  readonly error = (text: string): number => this.lines.push(`error ${text}`);
}

/** A pool behind a server, and a client in front of it. */
export interface Served extends AsyncDisposable {
  readonly pool: WorkerPool;
  readonly server: Server;
  readonly client: Client<Service>;
  readonly endpoint: string;
  readonly log: Log;
}

/** Starts all three. */
export async function serve(
  options: WorkerPoolOptions & {
    readonly module?: string | URL;
    readonly server?: ServerOptions;
    readonly client?: ClientOptions;
  } = {},
): Promise<Served> {
  const { module = SERVICE, server: serverOptions, client: clientOptions, ...others } = options;
  const log = new Log();
  const pool = await WorkerPool.start(module, { workers: 2, logger: log, ...others });
  const server = new Server(pool, { logger: log, ...serverOptions });
  const endpoint = await server.bind("tcp://127.0.0.1:0");
  const client = new Client<Service>(endpoint, clientOptions);
  return {
    pool,
    server,
    client,
    endpoint,
    log,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      await pool.close();
    },
  };
}

/** Waits until all threads of a pool serve. */
export async function whole(pool: WorkerPool): Promise<void> {
  await poll(() => pool.workers.map(({ state }) => state)).toEqual(
    pool.workers.map(() => "serving"),
  );
}
