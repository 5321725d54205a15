/**
 * NULL: no authentication and no confidentiality.
 *
 * Spec: RFC 37 (ZMTP 3.1), "The NULL Security Mechanism".
 *
 *     both sides send READY at once; each is done with the other's READY
 *
 * @module
 */

import { decodeCommand, encodeCommand } from "./command.ts";
import { ZmtpError } from "./errors.ts";
import { type Handshake, type HandshakeStep, type Mechanism, peerError } from "./mechanism.ts";

/** The mechanism NULL. */
export const nullMechanism: Mechanism = {
  name: "NULL",
  asServer: false,
  begin: (metadata) => new NullHandshake(metadata),
};

class NullHandshake implements Handshake {
  readonly #metadata: Uint8Array;

  constructor(metadata: Uint8Array) {
    this.#metadata = metadata;
  }

  open(): readonly Uint8Array[] {
    return [encodeCommand("READY", this.#metadata)];
  }

  receive(body: Uint8Array): HandshakeStep {
    const { name, data } = decodeCommand(body);
    if (name === "READY") return { type: "done", send: [], metadata: data };
    if (name === "ERROR") throw peerError(data);
    throw new ZmtpError("ZMTP_UNEXPECTED_COMMAND", `${JSON.stringify(name)} in a NULL handshake`);
  }
}
