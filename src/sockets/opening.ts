/**
 * The seam between pipes and what they run over: a ZMTP connection on a wire, or another socket of
 * this process.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Listening } from "./dialer.ts";
import type { FlushQueue } from "./flush-queue.ts";
import type { Pipe, PipeOwner } from "./pipe.ts";

/** A pipe as the socket itself has it in hands, from before its handshake until nothing is left. */
export interface ManagedPipe extends Pipe {
  /** Begins the handshake. Called once, after which the lifecycle hears of it. */
  start(): void;
  /**
   * The same as for everybody, with a bound of its own.
   *
   * @param lingerMs - how long what was sent may take to leave and the peer to end as well, after which
   *   the pipe is destroyed. Without it `lingerMs` of its parts holds
   */
  close(lingerMs?: number): void;
  /** Ends at once and drops what was not sent. The owner hears `closed` if the pipe was open. */
  destroy(): void;
}

/** What a pipe reports to whoever opened it. No method of it may throw. */
export interface PipeLifecycle {
  /** The handshake is done; the pipe takes messages from now on. */
  opened(pipe: ManagedPipe): void;
  /** The handshake failed. `retry` is false where another attempt would end in the same way. */
  refused(pipe: ManagedPipe, error: Error, retry: boolean): void;
  /** The pipe was open and takes no messages any more. */
  ended(pipe: ManagedPipe, error: Error | undefined, retry: boolean): void;
  /** Nothing is left of the pipe. Follows `refused`, `ended`, or the end of a handshake. */
  released(pipe: ManagedPipe): void;
}

/** What every pipe is made of. */
export interface PipeParts {
  readonly id: number;
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly clock: Clock;
  readonly flushQueue: FlushQueue;
  /** Messages. */
  readonly sendHighWaterMark: number;
  /** Octets. */
  readonly sendHighWaterBytes: number;
  /** How long what was sent may take to leave after the pipe was closed; `Infinity` is for ever. */
  readonly lingerMs: number;
  readonly owner: PipeOwner;
  readonly lifecycle: PipeLifecycle;
}

/** One end of something that was opened and has no pipe yet. */
export interface Opening {
  /** Address of the other end as the platform prints it; empty where there is none. */
  readonly address: string;
  /** Makes the pipe. */
  adopt(parts: PipeParts): ManagedPipe;
  /** Does without. */
  discard(): void;
}

/** Opens and accepts at one endpoint. */
export interface Opener {
  /** Rejects with `TransportError`. */
  dial(signal: AbortSignal): Promise<Opening>;
  /** Rejects with `TransportError`. */
  listen(accept: (opening: Opening) => void): Promise<Listening>;
}
