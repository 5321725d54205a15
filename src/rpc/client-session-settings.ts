/**
 * What the sessions of one client have in common.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { TimerWheel } from "../base/timer-wheel.ts";
import type { ClientCall } from "./client-call.ts";
import type { RpcError } from "./errors.ts";
import type { NotifyPacket } from "./notifications.ts";
import type { WindowLimits } from "./receive-window.ts";
import type { Observer } from "./rpc-event.ts";
import type { Link } from "./transport.ts";

/** What all sessions of a client share. */
export interface ClientSessionSettings {
  readonly clock: Clock;
  readonly wheel: TimerWheel<ClientCall>;
  /** Interval of heartbeats in ms; 0 switches them off. */
  readonly heartbeatMs: number;
  /** Beats only after the peer has. */
  readonly passiveHeartbeat: boolean;
  /** After how long requests are sent again, where the dialect lets them, in ms; 0 is never. */
  readonly retryTimeoutMs: number;
  readonly window: WindowLimits;
  readonly observer: Observer | undefined;
  /** The peer has said something beside all answers. */
  readonly notified: (packet: NotifyPacket, link: Link) => void;
  /** A call has come back that never ran or may run again, and may be sent to another peer. */
  readonly returned: (call: ClientCall, error: RpcError) => void;
  /**
   * A call has come back of which only the process that had it may know more; see `call.lost`. Its
   * connection is gone, or who was asked over it knows nothing.
   */
  readonly lost: (call: ClientCall, error: RpcError, link: Link) => void;
  /** Hears of every call that has come to its end. */
  readonly closed: () => void;
  /** How many calls a peer may have open that is not known to go beyond the old protocol. */
  readonly maxCallsPerOldPeer: number;
  /** The peer takes more calls than it did. */
  readonly widened: () => void;
}

/** How often a request is sent again over the connection over which it was refused. */
export const MAX_REFUSALS = 3;
