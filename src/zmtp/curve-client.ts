/**
 * CURVE, the client's half: it knows the server's key and proves its own.
 *
 * Spec: RFC 25 (ZMTP-CURVE) and RFC 26 (CurveZMQ); the parts of the commands are pictured in
 * `curve-commands.ts`.
 *
 *     HELLO ──▶ expects WELCOME ──INITIATE──▶ expects READY ──▶ done
 *
 * @module
 */

import { encodeZ85 } from "../base/z85.ts";
import { decodeCommand, encodeCommand } from "./command.ts";
import {
  boxKeys,
  join,
  KEYS_BOX_BYTES,
  outOfTurn,
  PADDING_BYTES,
  partsOf,
  PURPOSES,
  SIGNATURE_BYTES,
  VERSION,
} from "./curve-commands.ts";
import {
  type CurveCrypto,
  KEY_BYTES,
  type KeyPair,
  LONG_NONCE_BYTES,
  makeKeyPair,
  NonceCounter,
  NonceGuard,
  nonceOf,
} from "./curve-crypto.ts";
import { CurveProtection } from "./curve-protection.ts";
import { ZmtpError } from "./errors.ts";
import {
  type Handshake,
  type HandshakeStep,
  MAX_UNKNOWN_PEER_BYTES,
  type Mechanism,
  peerError,
} from "./mechanism.ts";

/** What a client is made of. */
export interface CurveClientKeys {
  readonly serverKey: Uint8Array;
  /** The client's own, which outlives the connection. */
  readonly pair: KeyPair;
}

/** The client's half of CURVE. All keys MUST have 32 octets. */
export function curveClient(keys: CurveClientKeys, crypto: CurveCrypto): Mechanism {
  return {
    name: "CURVE",
    asServer: false,
    maxCommandBytes: MAX_UNKNOWN_PEER_BYTES,
    silenceHint: "as a server of CURVE does whose key is not the server key given here",
    begin: (metadata) => new CurveClient(keys, crypto, metadata),
  };
}

type State =
  | { readonly expects: "WELCOME" }
  | { readonly expects: "READY"; readonly sharedKey: Uint8Array };

class CurveClient implements Handshake {
  readonly #keys: CurveClientKeys;
  readonly #crypto: CurveCrypto;
  readonly #metadata: Uint8Array;
  /** C' and its secret half. */
  readonly #transient: KeyPair;
  /** Of S and c', for HELLO and WELCOME. */
  readonly #helloKey: Uint8Array;
  readonly #sent = new NonceCounter();
  readonly #received = new NonceGuard();
  #state: State = { expects: "WELCOME" };

  constructor(keys: CurveClientKeys, crypto: CurveCrypto, metadata: Uint8Array) {
    this.#keys = keys;
    this.#crypto = crypto;
    this.#metadata = metadata;
    this.#transient = makeKeyPair(crypto);
    const helloKey = crypto.sharedKey(keys.serverKey, this.#transient.secretKey);
    if (helloKey === undefined) throw new ZmtpError("ZMTP_CURVE_BOX", "a server key of no use");
    this.#helloKey = helloKey;
  }

  open(): readonly Uint8Array[] {
    const counter = this.#sent.next();
    const nonce = nonceOf(PURPOSES.hello, counter);
    const signature = this.#crypto.box(this.#helloKey, nonce, new Uint8Array(SIGNATURE_BYTES));
    const padding = new Uint8Array(PADDING_BYTES);
    const data = join(VERSION, padding, this.#transient.publicKey, counter, signature);
    return [encodeCommand("HELLO", data)];
  }

  receive(body: Uint8Array): HandshakeStep {
    const { name, data } = decodeCommand(body);
    const state = this.#state;
    if (name === "ERROR") throw peerError(data);
    if (name !== state.expects) throw outOfTurn(name, state.expects);
    return state.expects === "WELCOME" ? this.#welcome(data) : this.#ready(data, state.sharedKey);
  }

  #welcome(data: Uint8Array): HandshakeStep {
    const parts = partsOf("WELCOME", data);
    const nonce = nonceOf(PURPOSES.welcome, parts.take(LONG_NONCE_BYTES));
    const text = this.#crypto.open(this.#helloKey, nonce, parts.rest());
    if (text === undefined) throw new ZmtpError("ZMTP_CURVE_BOX", "a WELCOME that does not open");
    const serverTransient = text.subarray(0, KEY_BYTES);
    const sharedKey = this.#crypto.sharedKey(serverTransient, this.#transient.secretKey);
    const vouchKey = this.#crypto.sharedKey(serverTransient, this.#keys.pair.secretKey);
    if (sharedKey === undefined || vouchKey === undefined) {
      throw new ZmtpError("ZMTP_CURVE_BOX", "a WELCOME with a bad key");
    }
    this.#state = { expects: "READY", sharedKey };
    const cookie = text.subarray(KEY_BYTES, KEY_BYTES + KEYS_BOX_BYTES);
    return { type: "continue", send: [this.#initiate(cookie, sharedKey, vouchKey)] };
  }

  #initiate(cookie: Uint8Array, sharedKey: Uint8Array, vouchKey: Uint8Array): Uint8Array {
    const crypto = this.#crypto;
    const { serverKey, pair } = this.#keys;
    const vouch = boxKeys(crypto, vouchKey, PURPOSES.vouch, [this.#transient.publicKey, serverKey]);
    const counter = this.#sent.next();
    const text = join(pair.publicKey, vouch, this.#metadata);
    const box = crypto.box(sharedKey, nonceOf(PURPOSES.initiate, counter), text);
    return encodeCommand("INITIATE", join(cookie, counter, box));
  }

  #ready(data: Uint8Array, sharedKey: Uint8Array): HandshakeStep {
    const parts = partsOf("READY", data);
    const counter = parts.counter();
    if (!this.#received.take(counter, 0)) {
      throw new ZmtpError("ZMTP_CURVE_NONCE", "a READY with 0");
    }
    const nonce = nonceOf(PURPOSES.ready, counter);
    const metadata = this.#crypto.open(sharedKey, nonce, parts.rest());
    if (metadata === undefined) throw new ZmtpError("ZMTP_CURVE_BOX", "a READY that does not open");
    const session = {
      crypto: this.#crypto,
      sharedKey,
      role: "client" as const,
      sent: this.#sent,
      received: this.#received,
    };
    return {
      type: "done",
      send: [],
      metadata,
      identity: encodeZ85(this.#keys.serverKey),
      protection: new CurveProtection(session),
    };
  }
}
