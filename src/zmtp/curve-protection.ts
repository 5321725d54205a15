/**
 * The traffic of CURVE: every frame in a box.
 *
 * Spec: RFC 26 (CurveZMQ), "The MESSAGE Command"; the second flag and the missing one on the wire
 * are libzmq's.
 *
 *     octets 0-7    7, "MESSAGE"
 *     octets 8-15   counter of the nonce, above the one before
 *     rest          box of: flags (bit 0 more, bit 1 command), body
 *
 * @module
 */

import { octetAt } from "../base/octet-reader.ts";
import { encodeAscii } from "../base/text.ts";
import {
  BOX_OVERHEAD_BYTES,
  type CurveCrypto,
  type NonceCounter,
  type NonceGuard,
  nonceOf,
  SHORT_NONCE_BYTES,
} from "./curve-crypto.ts";
import { ZmtpError } from "./errors.ts";
import { COMMAND, MORE } from "./frame.ts";
import type { PlainFrame, Protection } from "./mechanism.ts";

const PREFIX = encodeAscii("\x07MESSAGE");
const HEADER_BYTES = PREFIX.length + SHORT_NONCE_BYTES;
const FLAGS_BYTES = 1;
const BOXED_MORE = 1;
const BOXED_COMMAND = 2;

/** What the handshake left for the traffic. */
export interface CurveSession {
  readonly crypto: CurveCrypto;
  /** Of the two short-lived pairs. */
  readonly sharedKey: Uint8Array;
  /** Which side we are. */
  readonly role: "client" | "server";
  /** Both go on from the handshake. */
  readonly sent: NonceCounter;
  readonly received: NonceGuard;
}

const PURPOSE = { client: "CurveZMQMESSAGEC", server: "CurveZMQMESSAGES" } as const;
const OTHER = { client: "server", server: "client" } as const;

/** Wraps and unwraps the frames of one connection. */
export class CurveProtection implements Protection {
  readonly overheadBytes: number = HEADER_BYTES + BOX_OVERHEAD_BYTES + FLAGS_BYTES;
  readonly #session: CurveSession;

  constructor(session: CurveSession) {
    this.#session = session;
  }

  wrap(flags: number, body: Uint8Array): Uint8Array {
    const { crypto, sharedKey, role, sent } = this.#session;
    const text = new Uint8Array(FLAGS_BYTES + body.length);
    text[0] =
      ((flags & MORE) === 0 ? 0 : BOXED_MORE) | ((flags & COMMAND) === 0 ? 0 : BOXED_COMMAND);
    text.set(body, FLAGS_BYTES);
    const counter = sent.next();
    const box = crypto.box(sharedKey, nonceOf(PURPOSE[role], counter), text);
    const wrapped = new Uint8Array(HEADER_BYTES + box.length);
    wrapped.set(PREFIX);
    wrapped.set(counter, PREFIX.length);
    wrapped.set(box, HEADER_BYTES);
    return wrapped;
  }

  unwrap(body: Uint8Array): PlainFrame {
    const { crypto, sharedKey, role, received } = this.#session;
    if (PREFIX.some((octet, at) => body[at] !== octet)) {
      throw new ZmtpError("ZMTP_UNEXPECTED_COMMAND", "a frame that is no MESSAGE of CURVE");
    }
    if (body.length < this.overheadBytes) {
      throw new ZmtpError("ZMTP_COMMAND_MALFORMED", `a MESSAGE of ${body.length} octets`);
    }
    if (!received.take(body, PREFIX.length)) {
      throw new ZmtpError("ZMTP_CURVE_NONCE", "a MESSAGE with one that was used or skipped");
    }
    const counter = body.subarray(PREFIX.length, HEADER_BYTES);
    const nonce = nonceOf(PURPOSE[OTHER[role]], counter);
    const text = crypto.open(sharedKey, nonce, body.subarray(HEADER_BYTES));
    if (text === undefined) throw new ZmtpError("ZMTP_CURVE_BOX", "a MESSAGE that does not open");
    const boxed = octetAt(text, 0);
    const flags =
      ((boxed & BOXED_MORE) === 0 ? 0 : MORE) | ((boxed & BOXED_COMMAND) === 0 ? 0 : COMMAND);
    return { flags, body: text.subarray(FLAGS_BYTES) };
  }
}
