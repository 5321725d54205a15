/**
 * What a connection tells its owner.
 *
 * @module
 */

import type { ZmtpError } from "./errors.ts";
import type { Credentials } from "./mechanism.ts";
import type { Metadata } from "./metadata.ts";
import type { SocketType } from "./socket-type.ts";

/** What the handshake told about the peer. */
export interface PeerDescription {
  readonly socketType: SocketType;
  /** The property `Identity`; empty if none was announced. */
  readonly routingId: Uint8Array;
  /** All properties by lower-case name, `socket-type` and `identity` included. */
  readonly metadata: Metadata;
  /** The version that both sides speak. */
  readonly version: "3.1" | "3.0";
  /** Name of the mechanism, such as `NULL`. */
  readonly mechanism: string;
  /** Who the mechanism found the peer to be; absent where nobody has verified it. */
  readonly identity?: string;
}

/** What a connection tells its owner. */
export type ConnectionEvent =
  /** The peer wants to be let in: the handshake goes on with `Connection.decide`. */
  | { readonly type: "authenticate"; readonly credentials: Credentials }
  /** Messages may be sent now. */
  | { readonly type: "handshake-done"; readonly peer: PeerDescription }
  /**
   * A whole message. Its frames are views into received chunks; copying a small one out releases
   * its chunk.
   */
  | { readonly type: "message"; readonly frames: Uint8Array[] }
  /**
   * The peer wants, or no longer wants, messages that start with `topic`. It is told as a command
   * of ZMTP 3.1, and at a PUB or XPUB also as the message of ZMTP 3.0, whatever the peer speaks.
   */
  | { readonly type: "subscribe"; readonly topic: Uint8Array }
  | { readonly type: "cancel"; readonly topic: Uint8Array }
  /**
   * The last event. `retry` is `false` where a new connection cannot go better: after an ERROR
   * command, or when version, mechanism or socket types do not fit.
   */
  | { readonly type: "closed"; readonly error: ZmtpError | undefined; readonly retry: boolean };
