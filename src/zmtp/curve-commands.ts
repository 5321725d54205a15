/**
 * The commands of CURVE's handshake: where their parts are.
 *
 * Spec: RFC 26 (CurveZMQ), "High-level Grammar".
 *
 *     HELLO      200   name 6 · version 01 00 · zeros 72 · C' 32 · counter 8 · box 80 (64 zeros)
 *     WELCOME    168   name 8 · nonce 16 · box 144 (S' 32, cookie 96)
 *     INITIATE   257+  name 9 · cookie 96 · counter 8 · box 144+ (C 32, vouch 96, properties)
 *     READY      30+   name 6 · counter 8 · box 16+ (properties)
 *     vouch      96    nonce 16 · box 80 (C' 32, S 32)
 *     cookie     96    nonce 16 · box 80 (C' 32, s' 32), only ever opened by the server itself
 *
 * S and C are the lasting keys of server and client, S' and C' those of one connection, s' the
 * secret half of S'.
 *
 * @module
 */

import { octetAt } from "../base/octet-reader.ts";
import {
  BOX_OVERHEAD_BYTES,
  type CurveCrypto,
  KEY_BYTES,
  LONG_NONCE_BYTES,
  nonceOf,
  SHORT_NONCE_BYTES,
} from "./curve-crypto.ts";
import { ZmtpError } from "./errors.ts";

/** Of CurveZMQ. */
export const VERSION: readonly number[] = [1, 0];
/** Zeros in a HELLO, which make it longer than the answer to it. */
export const PADDING_BYTES = 72;
/** Zeros in the box of a HELLO. */
export const SIGNATURE_BYTES = 64;
/** A box of two keys and the nonce in front of it: the form of cookies and vouches. */
export const KEYS_BOX_BYTES: number = LONG_NONCE_BYTES + 2 * KEY_BYTES + BOX_OVERHEAD_BYTES;

/** The purposes in the nonces of the handshake. */
export const PURPOSES = {
  hello: "CurveZMQHELLO---",
  welcome: "WELCOME-",
  cookie: "COOKIE--",
  initiate: "CurveZMQINITIATE",
  vouch: "VOUCH---",
  ready: "CurveZMQREADY---",
} as const;

type HandshakeName = "HELLO" | "WELCOME" | "INITIATE" | "READY";

const SIZES: Readonly<Record<HandshakeName, { readonly bytes: number; readonly exact: boolean }>> =
  {
    HELLO: { bytes: 200, exact: true },
    WELCOME: { bytes: 168, exact: true },
    INITIATE: { bytes: 257, exact: false },
    READY: { bytes: 30, exact: false },
  };

/**
 * Checks the size of a command, so that all of its parts are there.
 *
 * @param data - what is behind the name
 * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED`
 */
export function partsOf(name: HandshakeName, data: Uint8Array): Parts {
  const { bytes, exact } = SIZES[name];
  const size = 1 + name.length + data.length;
  if (size < bytes || (exact && size > bytes)) {
    const got = `a ${name} of ${size} octets, not ${exact ? "" : "at least "}${bytes}`;
    throw new ZmtpError("ZMTP_COMMAND_MALFORMED", got);
  }
  return new Parts(data);
}

/** What is behind one another in a text whose size was checked. */
export class Parts {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  take(length: number): Uint8Array {
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  key(): Uint8Array {
    return this.take(KEY_BYTES);
  }

  counter(): Uint8Array {
    return this.take(SHORT_NONCE_BYTES);
  }

  rest(): Uint8Array {
    return this.#octets.subarray(this.#at);
  }
}

/** Returns a nonce and a box of two keys. */
export function boxKeys(
  crypto: CurveCrypto,
  sharedKey: Uint8Array,
  purpose: string,
  keys: readonly [Uint8Array, Uint8Array],
): Uint8Array {
  const random = crypto.random(LONG_NONCE_BYTES);
  return join(random, crypto.box(sharedKey, nonceOf(purpose, random), join(...keys)));
}

/** Opens what {@link boxKeys} made; `undefined` when it was made with another key. */
export function openKeys(
  crypto: CurveCrypto,
  sharedKey: Uint8Array,
  purpose: string,
  octets: Uint8Array,
): readonly [Uint8Array, Uint8Array] | undefined {
  const nonce = nonceOf(purpose, octets.subarray(0, LONG_NONCE_BYTES));
  const keys = crypto.open(sharedKey, nonce, octets.subarray(LONG_NONCE_BYTES));
  return keys === undefined
    ? undefined
    : [keys.subarray(0, KEY_BYTES), keys.subarray(KEY_BYTES, 2 * KEY_BYTES)];
}

/** Tells whether two texts of one size are the same, in a time that depends on that size alone. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (const [at, octet] of a.entries()) difference |= octet ^ octetAt(b, at);
  return difference === 0;
}

/** Puts pieces together. */
export function join(...pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** A command that is not the one whose turn it is. */
export function outOfTurn(name: string, expected: string): ZmtpError {
  const got = `${JSON.stringify(name)} where CURVE has ${expected}`;
  return new ZmtpError("ZMTP_UNEXPECTED_COMMAND", got);
}
