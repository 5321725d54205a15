/**
 * What the parts of one socket share.
 *
 * @module
 */

import type { Clock, Random } from "../base/clock.ts";
import type { ManagedPipe, Opening, PipeLifecycle } from "./opening.ts";
import type { PeerLimit } from "./peer-limit.ts";
import type { SocketEvent } from "./socket-event.ts";
import type { ResolvedOptions } from "./resolved-options.ts";

/** What dialling and listening need of their socket. */
export interface SocketContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly options: ResolvedOptions;
  /** Of the peers that were accepted, those in their handshake. */
  readonly handshakes: PeerLimit;
  /** Of the peers that were accepted, all of which something is left. */
  readonly connections: PeerLimit;
  /** Tells the observers. */
  emit(event: SocketEvent): void;
  /** Makes the pipe of what was opened; it still has to be started. */
  adopt(opening: Opening, source: PipeSource): ManagedPipe;
}

/** Where a pipe comes from, and who wants to hear how it fares. */
export interface PipeSource {
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly lifecycle: Pick<PipeLifecycle, "opened" | "refused" | "ended"> &
    Partial<Pick<PipeLifecycle, "released">>;
}
