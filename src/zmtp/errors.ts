/**
 * What can be wrong about one ZMTP connection.
 *
 * @module
 */

import { ProtocolError } from "../base/errors.ts";

interface Rule {
  /** What the protocol demands, as the middle of the sentence "expected …, got …". */
  readonly expected: string;
  /**
   * Whether a new connection may go better. libzmq does not connect again after an `ERROR`
   * command, nor where the two sides are configured in ways that do not fit.
   */
  readonly retry: boolean;
}

/** The codes of {@link ZmtpError}. */
export type ZmtpCode =
  | "ZMTP_NOT_ZMTP"
  | "ZMTP_VERSION"
  | "ZMTP_MECHANISM"
  | "ZMTP_RESERVED_FLAGS"
  | "ZMTP_COMMAND_MORE"
  | "ZMTP_FRAME_SIZE"
  | "ZMTP_MESSAGE_TOO_LARGE"
  | "ZMTP_TOO_MANY_FRAMES"
  | "ZMTP_COMMAND_TOO_LARGE"
  | "ZMTP_COMMAND_MALFORMED"
  | "ZMTP_UNEXPECTED_COMMAND"
  | "ZMTP_UNEXPECTED_MESSAGE"
  | "ZMTP_METADATA"
  | "ZMTP_SOCKET_TYPE"
  | "ZMTP_PEER_ERROR"
  | "ZMTP_REFUSED"
  | "ZMTP_CURVE_BOX"
  | "ZMTP_CURVE_NONCE"
  | "ZMTP_HANDSHAKE_TIMEOUT"
  | "ZMTP_HEARTBEAT_TIMEOUT"
  | "ZMTP_TTL_EXPIRED";

const RULES: Readonly<Record<ZmtpCode, Rule>> = {
  ZMTP_NOT_ZMTP: { expected: "a ZMTP greeting, which starts with ff", retry: false },
  ZMTP_VERSION: { expected: "ZMTP 3.0 or later", retry: false },
  ZMTP_MECHANISM: { expected: "the security mechanism of this side", retry: false },
  ZMTP_RESERVED_FLAGS: { expected: "frame flag bits 3 to 7 to be zero", retry: true },
  ZMTP_COMMAND_MORE: { expected: "a command to be a single frame", retry: true },
  ZMTP_FRAME_SIZE: { expected: "a frame size below 2^53", retry: true },
  ZMTP_MESSAGE_TOO_LARGE: {
    expected: "a message within maxMessageBytes (maxMessageSize of a socket)",
    retry: true,
  },
  ZMTP_TOO_MANY_FRAMES: { expected: "a message within maxFrames", retry: true },
  ZMTP_COMMAND_TOO_LARGE: { expected: "a command within maxCommandBytes", retry: true },
  ZMTP_COMMAND_MALFORMED: { expected: "a well-formed command", retry: true },
  ZMTP_UNEXPECTED_COMMAND: { expected: "a command that fits the handshake", retry: true },
  ZMTP_UNEXPECTED_MESSAGE: { expected: "commands until the handshake is done", retry: true },
  ZMTP_METADATA: { expected: "well-formed properties", retry: true },
  ZMTP_SOCKET_TYPE: { expected: "a socket type that fits this one", retry: false },
  ZMTP_PEER_ERROR: { expected: "the peer to accept the handshake", retry: false },
  ZMTP_REFUSED: { expected: "a peer that may come in", retry: false },
  ZMTP_CURVE_BOX: { expected: "a box made with the keys of both sides", retry: true },
  ZMTP_CURVE_NONCE: { expected: "each nonce to be above the one before", retry: true },
  ZMTP_HANDSHAKE_TIMEOUT: {
    expected: "the handshake to end within handshakeTimeoutMs",
    retry: true,
  },
  ZMTP_HEARTBEAT_TIMEOUT: { expected: "a sign of life after PING", retry: true },
  ZMTP_TTL_EXPIRED: { expected: "a sign of life within the TTL that the peer set", retry: true },
};

/** All codes, for tests and documentation. */
export const ZMTP_CODES: readonly ZmtpCode[] = Object.keys(RULES) as ZmtpCode[];

/** The peer broke a rule of ZMTP, or refused us, or fell silent. */
export class ZmtpError extends ProtocolError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "ZmtpError";
  declare readonly code: ZmtpCode;
  /** Whether a new connection to the same peer may go better. */
  readonly retry: boolean;

  /** @param got - what came instead of what the rule of `code` expects, and where */
  constructor(code: ZmtpCode, got: string) {
    super(code, `expected ${RULES[code].expected}, got ${got}`, { side: "peer" });
    this.retry = RULES[code].retry;
  }
}
