/**
 * The ZMTP engine without sockets: one connection as a machine.
 *
 * @module
 */

export { Connection } from "./connection.ts";
export type { ConnectionEvent, PeerDescription } from "./connection-event.ts";
export { CONNECTION_DEFAULTS, type ConnectionOptions } from "./connection-options.ts";
export { curveClient, type CurveClientKeys } from "./curve-client.ts";
export { type CurveCrypto, type KeyPair, makeKeyPair } from "./curve-crypto.ts";
export { curveServer } from "./curve-server.ts";
export { ZMTP_CODES, type ZmtpCode, ZmtpError } from "./errors.ts";
export { COPY_LIMIT_BYTES } from "./frame-encoder.ts";
export type {
  Credentials,
  Handshake,
  HandshakeStep,
  Mechanism,
  PlainFrame,
  Protection,
  Verdict,
} from "./mechanism.ts";
export { type Metadata } from "./metadata.ts";
export { nullMechanism } from "./null-mechanism.ts";
export { plainClient, plainServer } from "./plain-mechanism.ts";
export { arePeers, isSocketType, type SocketType } from "./socket-type.ts";
