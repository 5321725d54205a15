/**
 * Keys for CURVE.
 *
 * @module
 */

import { encodeZ85 } from "../base/z85.ts";
import { makeKeyPair } from "../zmtp/curve-crypto.ts";
import { curveCrypto } from "./curve-crypto.ts";

/** A pair of keys for CURVE, each as 40 characters of Z85. */
export interface CurveKeyPair {
  /** For everybody to know: servers tell it to clients, and list those of their clients. */
  readonly publicKey: string;
  /** For its owner alone. */
  readonly secretKey: string;
}

/** Makes a new pair of keys. The same as `curveKeyPair` of the `zeromq` package. */
export function curveKeyPair(): CurveKeyPair {
  const { publicKey, secretKey } = makeKeyPair(curveCrypto);
  return { publicKey: encodeZ85(publicKey), secretKey: encodeZ85(secretKey) };
}
