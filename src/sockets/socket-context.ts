/**
 * What the parts of one socket share.
 *
 * @module
 */

import type { Clock, Random } from "../base/clock.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import type { Wire, WireOptions } from "./dialer.ts";
import type { PipeOwner } from "./pipe.ts";
import type { SocketEvent } from "./socket-event.ts";
import type { ResolvedOptions } from "./socket-options.ts";
import type { PipeLifecycle, ZmtpPipe } from "./zmtp-pipe.ts";

/** What dialling and listening need of their socket. */
export interface SocketContext {
  readonly socketType: SocketType;
  readonly clock: Clock;
  readonly random: Random;
  readonly owner: PipeOwner;
  readonly options: ResolvedOptions;
  readonly wireOptions: WireOptions;
  /** Tells the observers. */
  emit(event: SocketEvent): void;
  /** Starts the handshake on a fresh wire. */
  adopt(wire: Wire, from: WireSource): ZmtpPipe;
}

/** Where a wire came from, and who wants to hear how its pipe fares. */
export interface WireSource {
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly lifecycle: Pick<PipeLifecycle, "opened" | "refused" | "ended">;
}
