/**
 * What a pool and its threads tell each other beside calls.
 *
 *     pool                          thread
 *     workerData: ThreadSetup ----->
 *             <------------- ready: ServiceReport | failed: ErrorReport
 *     parcels <------------> parcels
 *     close -------------------->   cancels what runs, and ends
 *
 * @module
 */

import { inspect } from "node:util";
import type { MessagePort } from "node:worker_threads";

import type { Arity, MethodDescription } from "../../rpc/method.ts";
import type { Parcel } from "../../transports/port.ts";
import { SourceError, type SourceCode } from "../source/errors.ts";

/** The lanes of a port: calls of the pool, and what its threads ask of it. */
export const LANES = { calls: 0, callers: 1 } as const;

/** What a thread is started with, as `workerData.zerocall`. */
export interface ThreadSetup {
  readonly specifier: string;
  readonly cwd: string;
  readonly port: MessagePort;
  readonly counters: SharedArrayBuffer;
  /** Whether it has to tell about its methods: reading their source takes time. */
  readonly describes: boolean;
}

/** One method of the service. */
export interface MethodReport {
  readonly name: string;
  readonly description: MethodDescription;
  readonly arity: Arity;
  readonly exposed: boolean;
}

/** The service as a thread has found it. */
export interface ServiceReport {
  readonly name: string;
  readonly instance: boolean;
  readonly methods: readonly MethodReport[];
}

/** An error that goes from thread to thread. */
export interface ErrorReport {
  readonly code: SourceCode;
  readonly message: string;
  /** What the module threw. */
  readonly cause: unknown;
}

/** What a thread posts. */
export type FromThread =
  | Parcel
  | { readonly type: "ready"; readonly service: ServiceReport | undefined }
  | { readonly type: "failed"; readonly error: ErrorReport };

/** What a pool posts. */
export type ToThread = Parcel | { readonly type: "close" };

/** From this size on it is faster to hand a buffer over than to copy it. */
const HANDED_OVER_FROM = 64 * 1024;

/** Posts a parcel; its octets are of no use to the sender afterwards. */
export function postParcel(port: MessagePort, parcel: Parcel): void {
  const large = "octets" in parcel && parcel.octets.length >= HANDED_OVER_FROM;
  port.postMessage(parcel, large ? [parcel.octets.buffer] : []);
}

export function reportError(error: unknown): ErrorReport {
  if (error instanceof SourceError) {
    const { code, message, cause } = error;
    return { code, message, cause: plainCause(cause) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "SOURCE_FAILED", message, cause: plainCause(error) };
}

/** Errors are cloned with their message and stack; of anything else its text goes. */
function plainCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause === undefined ? undefined : inspect(cause);
  const plain = new Error(cause.message);
  plain.name = cause.name;
  if (cause.stack !== undefined) plain.stack = cause.stack;
  return plain;
}

export function errorOf({ code, message, cause }: ErrorReport): SourceError {
  return new SourceError(code, message, { cause });
}
