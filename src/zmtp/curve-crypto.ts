/**
 * The cryptography that CURVE needs, given from outside, and the nonces of the protocol.
 *
 * Spec: RFC 26 (CurveZMQ), "CurveZMQ Commands"; boxes are those of NaCl's `crypto_box`
 * (Curve25519, XSalsa20, Poly1305).
 *
 *     nonce, 24 octets:   purpose (16 octets)            counter (8 octets, big-endian)
 *                         purpose (8 octets)             random (16 octets)
 *     box:                authenticator (16 octets)      text, as long as the clear one
 *
 * @module
 */

import { u32At } from "../base/octet-reader.ts";
import { encodeAscii } from "../base/text.ts";

/** Octets of a key, public, secret or shared. */
export const KEY_BYTES = 32;
/** By how many octets a box is longer than its text. */
export const BOX_OVERHEAD_BYTES = 16;
/** Octets of the random half of a nonce. */
export const LONG_NONCE_BYTES = 16;
/** Octets of the counter in a nonce. */
export const SHORT_NONCE_BYTES = 8;

/** A key and what it is proved with. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** What CURVE needs of cryptography. All keys have {@link KEY_BYTES}. */
export interface CurveCrypto {
  /** Returns octets that nobody can guess. */
  random(length: number): Uint8Array;
  /** Returns the public half of a secret key. */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /**
   * Returns the key that both sides get from the other's public and their own secret one
   * (`crypto_box_beforenm`), or `undefined` for a public key that gives everybody the same.
   */
  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined;
  /** Returns the box of `text` (`crypto_box_easy_afternm`). */
  box(sharedKey: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array;
  /** Returns the text of a box, or `undefined` when it was not made with this key and nonce. */
  open(sharedKey: Uint8Array, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined;
}

/** Makes a new pair. */
export function makeKeyPair(crypto: CurveCrypto): KeyPair {
  const secretKey = crypto.random(KEY_BYTES);
  return { publicKey: crypto.publicKey(secretKey), secretKey };
}

/** A nonce of a purpose and what tells its boxes apart. */
export function nonceOf(purpose: string, rest: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(purpose.length + rest.length);
  nonce.set(encodeAscii(purpose));
  nonce.set(rest, purpose.length);
  return nonce;
}

/** The nonces that one side writes, which count from 1. */
export class NonceCounter {
  #last = 0;

  /** Returns the next counter: 8 octets. 2^53 messages are out of reach. */
  next(): Uint8Array {
    this.#last += 1;
    const octets = new Uint8Array(SHORT_NONCE_BYTES);
    const view = new DataView(octets.buffer);
    view.setUint32(0, Math.floor(this.#last / 2 ** 32));
    view.setUint32(4, this.#last % 2 ** 32);
    return octets;
  }
}

/** The nonces that the peer wrote, each of which has to be above the one before. */
export class NonceGuard {
  #high = 0;
  #low = 0;

  /** Takes the counter at `at` and tells whether it is above all before it. */
  take(octets: Uint8Array, at: number): boolean {
    const high = u32At(octets, at);
    const low = u32At(octets, at + 4);
    if (high < this.#high || (high === this.#high && low <= this.#low)) return false;
    this.#high = high;
    this.#low = low;
    return true;
  }
}
