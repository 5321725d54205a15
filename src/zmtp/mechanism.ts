/**
 * The contract of a security mechanism.
 *
 * A mechanism leads the handshake: it is told the bodies of the peer's commands and says what to
 * send back, until it is done. Where it protects traffic as well (CURVE), it then hands over a
 * {@link Protection} that turns every frame into one on the wire and back.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Authentication and Confidentiality".
 *
 * Knows nothing of greetings, of messages, or of timeouts.
 *
 * @module
 */

import { decodeErrorReason } from "./command.ts";
import { ZmtpError } from "./errors.ts";

/**
 * Octets of the largest command of the handshakes of PLAIN and CURVE. Both need few hundred; the
 * rest is for the properties of applications.
 */
export const MAX_UNKNOWN_PEER_BYTES = 4096;

/** The reason in the ERROR of a refusal: libzmq takes three digits for a status of RFC 27 (ZAP). */
export const REFUSED_REASON = "400";

/** How connections of one socket are secured. May be shared by many connections. */
export interface Mechanism {
  /** Name in the greeting: at most 20 capitals, digits, hyphens and underscores. */
  readonly name: string;
  /**
   * The bit as-server of the greeting. libzmq leaves it 0 on both sides with every mechanism, and
   * ignores the peer's.
   */
  readonly asServer: boolean;
  /**
   * Octets of the largest command that the handshake takes: who is not known yet gets little room.
   *
   * @default maxCommandBytes of the connection
   */
  readonly maxCommandBytes?: number;
  /**
   * What it may also mean that the peer ends a handshake without a word, as the end of a sentence.
   *
   * @default nothing that is known
   */
  readonly silenceHint?: string;
  /**
   * Begins the handshake of one connection.
   *
   * @param metadata - our properties as `encodeMetadata` wrote them
   */
  begin(metadata: Uint8Array): Handshake;
}

/** The handshake of one connection. */
export interface Handshake {
  /** Bodies of the commands to send as soon as both greetings fit. Called once, first. */
  open(): readonly Uint8Array[];
  /**
   * Takes the body of one command of the peer. ERROR commands come here, too.
   *
   * @param body - a view that the mechanism MUST copy to keep
   * @throws {ZmtpError} when the handshake has failed and nothing is to be sent about it
   */
  receive(body: Uint8Array): HandshakeStep;
}

/** What a peer shows to be let in. */
export type Credentials =
  | { readonly mechanism: "PLAIN"; readonly username: string; readonly password: string }
  /** The peer has proved that it owns the secret half of this key, 32 octets. */
  | { readonly mechanism: "CURVE"; readonly publicKey: Uint8Array };

/** Whether a peer is let in. */
export type Verdict =
  /** `identity` is what the peer is called from now on. */
  | { readonly type: "accept"; readonly identity: string }
  /** `reason` stays on this side; the peer is told no more than that it is refused. */
  | { readonly type: "refuse"; readonly reason: string };

/** What follows from a command of the peer. */
export type HandshakeStep =
  /** The handshake goes on. */
  | { readonly type: "continue"; readonly send: readonly Uint8Array[] }
  /** Somebody has to decide about the peer, whose turn it is not until then. */
  | {
      readonly type: "authenticate";
      readonly send: readonly Uint8Array[];
      readonly credentials: Credentials;
      /** Goes on. Called at most once. */
      readonly decide: (verdict: Verdict) => HandshakeStep;
    }
  /** Both sides agree; `metadata` has the peer's properties, encoded. */
  | {
      readonly type: "done";
      readonly send: readonly Uint8Array[];
      readonly metadata: Uint8Array;
      /** Who the peer was found to be; absent where nobody has verified it. */
      readonly identity?: string;
      /** Absent where traffic goes as it is. */
      readonly protection?: Protection;
    }
  /** We refuse the peer: `send` tells it why, then the connection closes with `error`. */
  | { readonly type: "refuse"; readonly send: readonly Uint8Array[]; readonly error: ZmtpError };

/** A frame as the engine means it, inside of a protected one. */
export interface PlainFrame {
  /** `MORE` and `COMMAND` of `frame.ts`. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Turns frames of the traffic into the bodies of frames on the wire and back. */
export interface Protection {
  /** By how many octets a body on the wire is longer. */
  readonly overheadBytes: number;
  /** Returns a new body for the wire, which goes out in a frame without flags. */
  wrap(flags: number, body: Uint8Array): Uint8Array;
  /**
   * Opens the body of a frame from the wire.
   *
   * @throws {ZmtpError} when it was not made by the peer, or not in this order
   */
  unwrap(body: Uint8Array): PlainFrame;
}

/**
 * What the reasons mean that are status codes of an authenticator.
 *
 * Spec: RFC 27 (ZAP), "The Reply Frames"; libzmq sends the code as the reason.
 */
const STATUS_MEANINGS: Readonly<Record<string, string>> = {
  "300": "it cannot tell now whether we may come in; try again",
  "400": "it does not let us in with this key, user or password",
  "500": "its authenticator has failed",
};

/**
 * What an ERROR command of the peer means.
 *
 * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED`
 */
export function peerError(data: Uint8Array): ZmtpError {
  const reason = decodeErrorReason(data);
  const meaning = STATUS_MEANINGS[reason];
  const told = meaning === undefined ? "" : `: ${meaning}`;
  return new ZmtpError("ZMTP_PEER_ERROR", `ERROR "${reason}"${told}`);
}
