/**
 * The cryptography of CURVE, by `@noble/curves` and `@noble/ciphers`, with the platform's random octets.
 *
 * Both are loaded when a connection first needs them, which saves everybody else 25 ms at the start:
 * a handshake cannot wait for an `import()`, and `require` loads modules of either kind since Node
 * 20.19. What `node:module` and `node:crypto` cost at the start is saved in the same way.
 *
 * @module
 */

import type * as ciphers from "@noble/ciphers/salsa.js";
import type * as curves from "@noble/curves/ed25519.js";
import type { CurveCrypto } from "../zmtp/curve-crypto.ts";
import { leftBehind } from "./errors.ts";

/** "expand 32-byte k", the constant of Salsa20 for keys of 32 octets. */
const SIGMA = words(new TextEncoder().encode("expand 32-byte k"));
const NO_NONCE = new Uint32Array(4);

type Ciphers = Pick<typeof ciphers, "hsalsa" | "xsalsa20poly1305">;
type Curves = Pick<typeof curves, "x25519">;

let loaded: (Ciphers & Curves) | undefined;

/** @throws {UsageError} `USAGE_STATE` when they are not there, or `require` may not load them */
function noble(): Ciphers & Curves {
  return (loaded ??= load());
}

function load(): Ciphers & Curves {
  try {
    const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
    return {
      ...(require("@noble/ciphers/salsa.js") as Ciphers),
      ...(require("@noble/curves/ed25519.js") as Curves),
    };
  } catch (error) {
    const packages = "@noble/ciphers and @noble/curves, the cryptography of CURVE, by require()";
    throw leftBehind(packages, error);
  }
}

/** {@link CurveCrypto} for Node. */
export const curveCrypto: CurveCrypto = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  publicKey: (secretKey) => noble().x25519.getPublicKey(secretKey),
  sharedKey(publicKey, secretKey) {
    const { x25519, hsalsa } = noble();
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
  box: (sharedKey, nonce, text) => noble().xsalsa20poly1305(sharedKey, nonce).encrypt(text),
  open(sharedKey, nonce, box) {
    try {
      return noble().xsalsa20poly1305(sharedKey, nonce).decrypt(box);
    } catch {
      return undefined;
    }
  },
};

/** The same octets as words of this machine, which is what noble takes on any of them. */
function words(octets: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(octets).buffer);
}
