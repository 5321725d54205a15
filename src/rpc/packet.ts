/**
 * Packets: what the two sessions of a channel exchange, whatever the dialect.
 *
 * A channel is one multiplexed conversation: a request opens it, a result, an error or an end closes
 * it, and everything between belongs to it.
 *
 *     caller                      handler
 *     request ------------------>
 *     [item …, end | throw]  --->            input stream, by the handler's credit
 *     credit, next, throw, return, cancel ->
 *             <------------------ result | error                      unary
 *             <------------------ item …, end | error                 stream, by the caller's credit
 *     heartbeat <--------------->            where the peer insists on it
 *             <------------------ notify, draining                    beside all channels
 *
 * @module
 */

import type { Octets } from "../base/octets.ts";
import type { Failure } from "./errors.ts";

/** One or more frames, whole or nothing; how transports carry what dialects wrote. */
export type Message = readonly Uint8Array[];

/** A message as it is sent: a frame may lie in several pieces, of which large ones are not copied. */
export type OutgoingMessage = readonly Octets[];

/** Free headers of a call, such as a trace context. */
export type Headers = Readonly<Record<string, unknown>>;

/**
 * One end of a channel as the dialect knows it: how the channel is named on the wire. The session
 * hangs its call on it.
 */
export interface ChannelRef {
  /** The call of this channel. Set by the session, never touched by the dialect. */
  call: unknown;
  /** Whether the peer is known to understand what goes beyond the old protocol. */
  extended: boolean;
}

/** Who has made a call, told by a peer that passes it on. */
export interface CallOrigin {
  /** Number of the call there. */
  readonly call: number;
  /** Its caller, as `CallPeer` has it. */
  readonly peer: number;
  readonly address: string;
  readonly endpoint: string;
  readonly identity?: string;
  /** Whether the caller can be notified. */
  readonly notifiable: boolean;
}

/** What a request says beside method and arguments. */
export interface RequestOptions {
  /** Time until the first answer is due, in ms. */
  readonly timeoutMs?: number;
  /** Time until the whole stream has to be over, in ms. */
  readonly totalTimeoutMs?: number;
  readonly headers?: Headers;
  /** Arguments by name, behind the positional ones. */
  readonly named?: Readonly<Record<string, unknown>>;
  /** Position of the argument that is a stream of the caller's items. */
  readonly inputIndex?: number;
  /** Nobody waits for an answer, and none is sent. */
  readonly oneWay?: boolean;
  /** The call of this channel has to be over before this one runs. */
  readonly after?: ChannelRef;
  /**
   * Names the request among all that a server gets from one identity, over whichever connection, or
   * from all peers that nobody has verified: one that comes again under the same id runs once, and
   * gets the outcome of the first.
   */
  readonly requestId?: string;
  /** Hash of the arguments: one that comes again under its id with another is no repetition. */
  readonly fingerprint?: number;
  /** Runs nothing: asks for the outcome of the request with this method and `requestId`. */
  readonly outcomeOnly?: boolean;
  /** The peer passes on what somebody else has asked for. Only between the threads of one process. */
  readonly origin?: CallOrigin;
}

export type Packet =
  | {
      readonly type: "request";
      readonly channel: ChannelRef;
      readonly method: string;
      readonly args: readonly unknown[];
      readonly options: RequestOptions | undefined;
    }
  /** The answer will be a stream; dialects whose first item says so have no word for it. */
  | { readonly type: "stream"; readonly channel: ChannelRef }
  | { readonly type: "result"; readonly channel: ChannelRef; readonly value: unknown }
  | { readonly type: "error"; readonly channel: ChannelRef; readonly failure: Failure }
  | {
      readonly type: "item";
      readonly channel: ChannelRef;
      readonly value: unknown;
      /** Size of the item's message, for windows that count octets. 0 when written. */
      readonly octets: number;
    }
  | {
      /** Several items, in order, of which each needs credit. Is read only: see `ItemBundle`. */
      readonly type: "items";
      readonly channel: ChannelRef;
      readonly values: readonly unknown[];
      /** Size of the message of all of them. */
      readonly octets: number;
    }
  | { readonly type: "end"; readonly channel: ChannelRef; readonly value: unknown }
  | { readonly type: "credit"; readonly channel: ChannelRef; readonly items: number }
  | { readonly type: "next"; readonly channel: ChannelRef; readonly value: unknown }
  | { readonly type: "throw"; readonly channel: ChannelRef; readonly failure: Failure }
  | { readonly type: "return"; readonly channel: ChannelRef; readonly value: unknown }
  | { readonly type: "cancel"; readonly channel: ChannelRef; readonly reason: string }
  | { readonly type: "heartbeat"; readonly channel: ChannelRef }
  | {
      /** What a server tells its client beside all calls. Belongs to no call and is not answered. */
      readonly type: "notify";
      /** A channel whose way back the notification takes. None when it was received. */
      readonly channel: ChannelRef | undefined;
      readonly method: string;
      readonly args: readonly unknown[];
      /** Arguments by name, behind the positional ones. */
      readonly named: Readonly<Record<string, unknown>> | undefined;
    }
  | {
      /** The server takes no new calls of this peer, which is to leave when its calls are over. */
      readonly type: "draining";
      readonly channel: undefined;
    }
  | {
      /** What the protocol itself answers, whatever becomes of the call: sent back at once. */
      readonly type: "immediate";
      readonly channel: undefined;
      readonly message: Message;
    }
  | {
      /** A message that is no packet. With a channel it can be answered, without it is dropped. */
      readonly type: "malformed";
      readonly channel: ChannelRef | undefined;
      readonly reason: string;
    };
