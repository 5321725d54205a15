/**
 * The cryptography of CURVE, by `@noble/curves` and `@noble/ciphers`, with Node's random octets.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { x25519 } from "@noble/curves/ed25519.js";
import type { CurveCrypto } from "../zmtp/curve-crypto.ts";

/** "expand 32-byte k", the constant of Salsa20 for keys of 32 octets. */
const SIGMA = words(new TextEncoder().encode("expand 32-byte k"));
const NO_NONCE = new Uint32Array(4);

/** {@link CurveCrypto} for Node. */
export const curveCrypto: CurveCrypto = {
  random: (length) => new Uint8Array(randomBytes(length)),
  publicKey: (secretKey) => x25519.getPublicKey(secretKey),
  sharedKey(publicKey, secretKey) {
    let point: Uint8Array;
    try {
      point = x25519.getSharedSecret(secretKey, publicKey);
    } catch {
      // The only thing that can be wrong with 32 octets: the result would be known to everybody.
      return undefined;
    }
    const key = new Uint32Array(8);
    hsalsa(SIGMA, words(point), NO_NONCE, key);
    return new Uint8Array(key.buffer);
  },
  box: (sharedKey, nonce, text) => xsalsa20poly1305(sharedKey, nonce).encrypt(text),
  open(sharedKey, nonce, box) {
    try {
      return xsalsa20poly1305(sharedKey, nonce).decrypt(box);
    } catch {
      return undefined;
    }
  },
};

/** The same octets as words of this machine, which is what noble takes on any of them. */
function words(octets: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(octets).buffer);
}
