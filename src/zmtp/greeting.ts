/**
 * The greeting: 64 octets that each side sends first.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Formal Grammar" and "Version Negotiation".
 *
 *     octet  0       ff
 *     octets 1-8     padding; libzmq writes the size of its routing id plus one
 *     octet  9       7f
 *     octets 10-11   version, major and minor
 *     octets 12-31   mechanism, padded with zeros
 *     octet  32      as-server
 *     octets 33-63   filler, zeros
 *
 * Peers of ZMTP 1.0 start with the size of their routing id instead of ff, or have an even octet 9;
 * those of 2.x have a version below 3. Both are told from what they sent first, without waiting for
 * octets that never come.
 *
 * @module
 */

import { octetAt } from "../base/octet-reader.ts";
import { encodeAscii, formatHex, printable } from "../base/text.ts";
import { ZmtpError } from "./errors.ts";

/** How many octets a greeting has. */
export const GREETING_BYTES = 64;
/** The longest name of a mechanism. */
export const MAX_MECHANISM_BYTES = 20;

const SIGNATURE_BYTES = 10;
const SIGNATURE_START = 0xff;
const SIGNATURE_END = 0x7f;
const VERSION_AT = 10;
const MECHANISM_AT = 12;
const AS_SERVER_AT = 32;

/** What a greeting says. */
export interface Greeting {
  /** The version that both sides speak from now on. */
  readonly version: "3.1" | "3.0";
  /** Name of the mechanism without its padding. */
  readonly mechanism: string;
  readonly asServer: boolean;
}

/**
 * Writes our greeting.
 *
 * @param mechanism - ASCII, at most {@link MAX_MECHANISM_BYTES}
 * @param routingIdBytes - goes into the padding, as libzmq does for peers of ZMTP 1.0
 */
export function encodeGreeting(
  mechanism: string,
  asServer: boolean,
  routingIdBytes: number,
): Uint8Array {
  const greeting = new Uint8Array(GREETING_BYTES);
  greeting[0] = SIGNATURE_START;
  greeting[7] = (routingIdBytes + 1) >> 8;
  greeting[8] = (routingIdBytes + 1) & 0xff;
  greeting[9] = SIGNATURE_END;
  greeting[VERSION_AT] = 3;
  greeting[VERSION_AT + 1] = 1;
  greeting.set(encodeAscii(mechanism), MECHANISM_AT);
  greeting[AS_SERVER_AT] = asServer ? 1 : 0;
  return greeting;
}

/** Collects the octets of the peer's greeting. */
export class GreetingDecoder {
  readonly #octets = new Uint8Array(GREETING_BYTES);
  #length = 0;

  /** How many octets have been collected. */
  get length(): number {
    return this.#length;
  }

  /**
   * Takes what belongs to the greeting off the front of `chunk`.
   *
   * @returns how many octets were taken
   * @throws {ZmtpError} `ZMTP_NOT_ZMTP`, `ZMTP_VERSION`, as soon as the octets say so
   */
  push(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, GREETING_BYTES - this.#length);
    this.#octets.set(chunk.subarray(0, taken), this.#length);
    this.#length += taken;
    this.#check();
    return taken;
  }

  /** The greeting, or `undefined` while octets are missing. */
  greeting(): Greeting | undefined {
    if (this.#length < GREETING_BYTES) return undefined;
    const padded = this.#octets.subarray(MECHANISM_AT, MECHANISM_AT + MAX_MECHANISM_BYTES);
    const end = padded.indexOf(0);
    const [major, minor] = [
      octetAt(this.#octets, VERSION_AT),
      octetAt(this.#octets, VERSION_AT + 1),
    ];
    return {
      version: major === 3 && minor === 0 ? "3.0" : "3.1",
      // Octets behind the first zero stay in the name, so that such a name equals none of ours.
      mechanism: printable(
        padded.some((octet, at) => at > end && octet !== 0) ? padded : padded.subarray(0, end),
      ),
      asServer: octetAt(this.#octets, AS_SERVER_AT) === 1,
    };
  }

  #check(): void {
    if (this.#length < 1) return;
    if (octetAt(this.#octets, 0) !== SIGNATURE_START) this.#refuseUnversioned();
    if (this.#length < SIGNATURE_BYTES) return;
    // With an even octet here the ten octets are the header of a long ZMTP 1.0 routing id.
    if ((octetAt(this.#octets, 9) & 1) === 0) throw new ZmtpError("ZMTP_VERSION", "ZMTP 1.0");
    if (this.#length <= VERSION_AT) return;
    const major = octetAt(this.#octets, VERSION_AT);
    if (major < 3) {
      throw new ZmtpError("ZMTP_VERSION", major === 0 ? "ZMTP 1.0" : "ZMTP 2.0");
    }
  }

  #refuseUnversioned(): void {
    if (this.#length < 2) return;
    // ZMTP 1.0 opens with a short frame: size, then flags without MORE.
    if (octetAt(this.#octets, 1) === 0) throw new ZmtpError("ZMTP_VERSION", "ZMTP 1.0");
    const start = this.#octets.subarray(0, Math.min(this.#length, SIGNATURE_BYTES));
    throw new ZmtpError("ZMTP_NOT_ZMTP", `${formatHex(start)} ("${printable(start)}")`);
  }
}
