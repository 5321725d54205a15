/**
 * CURVE, the server's half: it proves its key, and learns which key the client has.
 *
 * Spec: RFC 25 (ZMTP-CURVE) and RFC 26 (CurveZMQ); the parts of the commands are pictured in
 * `curve-commands.ts`.
 *
 *     expects HELLO ──WELCOME──▶ expects INITIATE ──authenticate──▶ READY, done
 *
 * Between WELCOME and INITIATE only the key of the cookie is kept, which is this connection's own:
 * a cookie of another connection, or one that was used, opens nothing.
 *
 * @module
 */

import { decodeCommand, encodeCommand, encodeError } from "./command.ts";
import {
  boxKeys,
  equal,
  join,
  KEYS_BOX_BYTES,
  openKeys,
  outOfTurn,
  PADDING_BYTES,
  partsOf,
  Parts,
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
  REFUSED_REASON,
  type Verdict,
} from "./mechanism.ts";

/**
 * The server's half of CURVE.
 *
 * @param pairs - the server's lasting keys. A client may know any of them: while keys are
 *   exchanged the old one stays in. Each costs a HELLO that knows none of them one operation
 */
export function curveServer(pairs: readonly KeyPair[], crypto: CurveCrypto): Mechanism {
  return {
    name: "CURVE",
    asServer: true,
    maxCommandBytes: MAX_UNKNOWN_PEER_BYTES,
    begin: (metadata) => new CurveServer(pairs, crypto, metadata),
  };
}

type State =
  | { readonly expects: "HELLO" }
  | {
      readonly expects: "INITIATE";
      readonly cookieKey: Uint8Array;
      /** S: the one of our keys that the client knows. */
      readonly publicKey: Uint8Array;
    }
  | { readonly expects: "nothing" };

/** What an INITIATE told that opened in all of its parts. */
interface Initiated {
  readonly clientKey: Uint8Array;
  readonly metadata: Uint8Array;
  readonly sharedKey: Uint8Array;
}

class CurveServer implements Handshake {
  readonly #pairs: readonly KeyPair[];
  readonly #crypto: CurveCrypto;
  readonly #metadata: Uint8Array;
  readonly #sent = new NonceCounter();
  readonly #received = new NonceGuard();
  #state: State = { expects: "HELLO" };

  constructor(pairs: readonly KeyPair[], crypto: CurveCrypto, metadata: Uint8Array) {
    this.#pairs = pairs;
    this.#crypto = crypto;
    this.#metadata = metadata;
  }

  open(): readonly Uint8Array[] {
    return [];
  }

  receive(body: Uint8Array): HandshakeStep {
    const { name, data } = decodeCommand(body);
    const state = this.#state;
    if (state.expects === "nothing" || name !== state.expects) {
      throw outOfTurn(name, state.expects);
    }
    // Nothing is answered twice, whatever comes of it.
    this.#state = { expects: "nothing" };
    return state.expects === "HELLO" ? this.#hello(data) : this.#initiate(data, state);
  }

  #hello(data: Uint8Array): HandshakeStep {
    const parts = partsOf("HELLO", data);
    const version = parts.take(VERSION.length);
    if (VERSION.some((octet, at) => version[at] !== octet)) {
      throw new ZmtpError("ZMTP_COMMAND_MALFORMED", `a HELLO of CurveZMQ ${version.join(".")}`);
    }
    if (parts.take(PADDING_BYTES).some((octet) => octet !== 0)) {
      throw new ZmtpError("ZMTP_COMMAND_MALFORMED", "a HELLO whose padding is not of zeros");
    }
    const clientKey = parts.key();
    const counter = parts.counter();
    this.#takeCounter("HELLO", counter);
    const known = this.#recognise(clientKey, nonceOf(PURPOSES.hello, counter), parts.rest());
    if (known === undefined) {
      const error = new ZmtpError("ZMTP_CURVE_BOX", "a HELLO for another server key");
      return { type: "refuse", send: [encodeError(REFUSED_REASON)], error };
    }
    return { type: "continue", send: [this.#welcome(clientKey, known.pair, known.helloKey)] };
  }

  /** Finds the one of our keys that the client knows. */
  #recognise(
    clientKey: Uint8Array,
    nonce: Uint8Array,
    signature: Uint8Array,
  ): { pair: KeyPair; helloKey: Uint8Array } | undefined {
    for (const pair of this.#pairs) {
      const helloKey = this.#crypto.sharedKey(clientKey, pair.secretKey);
      if (helloKey === undefined) return undefined;
      const text = this.#crypto.open(helloKey, nonce, signature);
      if (text !== undefined && equal(text, new Uint8Array(SIGNATURE_BYTES))) {
        return { pair, helloKey };
      }
    }
    return undefined;
  }

  #welcome(clientKey: Uint8Array, pair: KeyPair, helloKey: Uint8Array): Uint8Array {
    const crypto = this.#crypto;
    const transient = makeKeyPair(crypto);
    const cookieKey = crypto.random(KEY_BYTES);
    this.#state = { expects: "INITIATE", cookieKey, publicKey: pair.publicKey };
    const keys = [clientKey, transient.secretKey] as const;
    const cookie = boxKeys(crypto, cookieKey, PURPOSES.cookie, keys);
    const random = crypto.random(LONG_NONCE_BYTES);
    const text = join(transient.publicKey, cookie);
    const box = crypto.box(helloKey, nonceOf(PURPOSES.welcome, random), text);
    return encodeCommand("WELCOME", join(random, box));
  }

  #initiate(data: Uint8Array, state: Extract<State, { expects: "INITIATE" }>): HandshakeStep {
    const initiated = this.#openInitiate(data, state);
    return {
      type: "authenticate",
      send: [],
      credentials: { mechanism: "CURVE", publicKey: initiated.clientKey },
      decide: (verdict) => this.#decide(verdict, initiated),
    };
  }

  #openInitiate(data: Uint8Array, state: Extract<State, { expects: "INITIATE" }>): Initiated {
    const crypto = this.#crypto;
    const parts = partsOf("INITIATE", data);
    const cookie = openKeys(crypto, state.cookieKey, PURPOSES.cookie, parts.take(KEYS_BOX_BYTES));
    if (cookie === undefined) throw doesNotOpen("cookie");
    const [clientTransient, serverSecret] = cookie;
    const counter = parts.counter();
    this.#takeCounter("INITIATE", counter);
    const sharedKey = crypto.sharedKey(clientTransient, serverSecret);
    const nonce = nonceOf(PURPOSES.initiate, counter);
    const text = sharedKey && crypto.open(sharedKey, nonce, parts.rest());
    if (sharedKey === undefined || text === undefined) throw doesNotOpen("box");

    const inner = new Parts(text);
    const clientKey = inner.key();
    const vouch = inner.take(KEYS_BOX_BYTES);
    const vouchKey = crypto.sharedKey(clientKey, serverSecret);
    const vouched = vouchKey && openKeys(crypto, vouchKey, PURPOSES.vouch, vouch);
    if (vouched === undefined) throw doesNotOpen("vouch");
    const [transient, serverKey] = vouched;
    if (!equal(transient, clientTransient) || !equal(serverKey, state.publicKey)) {
      throw new ZmtpError("ZMTP_CURVE_BOX", "an INITIATE that vouches for other keys");
    }
    return { clientKey, metadata: inner.rest(), sharedKey };
  }

  #decide(verdict: Verdict, { metadata, sharedKey }: Initiated): HandshakeStep {
    if (verdict.type === "refuse") {
      const error = new ZmtpError("ZMTP_REFUSED", verdict.reason);
      return { type: "refuse", send: [encodeError(REFUSED_REASON)], error };
    }
    const crypto = this.#crypto;
    const counter = this.#sent.next();
    const box = crypto.box(sharedKey, nonceOf(PURPOSES.ready, counter), this.#metadata);
    const session = {
      crypto,
      sharedKey,
      role: "server" as const,
      sent: this.#sent,
      received: this.#received,
    };
    return {
      type: "done",
      send: [encodeCommand("READY", join(counter, box))],
      metadata,
      identity: verdict.identity,
      protection: new CurveProtection(session),
    };
  }

  #takeCounter(name: string, counter: Uint8Array): void {
    if (this.#received.take(counter, 0)) return;
    throw new ZmtpError("ZMTP_CURVE_NONCE", `a ${name} with one that is not`);
  }
}

function doesNotOpen(part: string): ZmtpError {
  return new ZmtpError("ZMTP_CURVE_BOX", `an INITIATE whose ${part} does not open`);
}
