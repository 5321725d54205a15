/**
 * PLAIN: the client names a user and a password, in clear text.
 *
 * Spec: RFC 24 (ZMTP-PLAIN); `docs/protocols/zmtp.md` says where libzmq differs.
 *
 *     client                                 server
 *     HELLO   user name, password  ────────▶ authenticate
 *                                  ◀──────── WELCOME, or ERROR
 *     INITIATE   properties        ────────▶
 *                                  ◀──────── READY   properties
 *
 *     HELLO    size of the name (1 octet), name, size of the password (1 octet), password
 *
 * Everything is read and changed by whoever is on the way: PLAIN is for networks that are trusted.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { OctetReader } from "../base/octet-reader.ts";
import { OctetWriter } from "../base/octet-writer.ts";
import { type Command, decodeCommand, encodeCommand, encodeError } from "./command.ts";
import { ZmtpError } from "./errors.ts";
import {
  type Handshake,
  type HandshakeStep,
  MAX_UNKNOWN_PEER_BYTES,
  type Mechanism,
  peerError,
  REFUSED_REASON,
  type Verdict,
} from "./mechanism.ts";

const NAME = "PLAIN";
const NOTHING = new Uint8Array(0);
const MAX_TEXT_BYTES = 255;

/** How libzmq 4.3.4 begins the ERROR of a refusal: `5e` in place of the size 5 and of the E. */
const LIBZMQ_ERROR = Uint8Array.of(0x5e, 0x52, 0x52, 0x4f, 0x52);

/**
 * The client's half of PLAIN.
 *
 * @param username - at most 255 octets of UTF-8, as is `password`
 * @throws {UsageError} `USAGE_OPTION`
 */
export function plainClient(username: string, password: string): Mechanism {
  const hello = new OctetWriter();
  for (const [name, text] of [
    ["username", username],
    ["password", password],
  ] as const) {
    const octets = new TextEncoder().encode(text);
    if (octets.length > MAX_TEXT_BYTES) {
      const expected = `expected ${name} of PLAIN to have at most ${MAX_TEXT_BYTES} octets`;
      throw new UsageError("USAGE_OPTION", `${expected}, got ${octets.length}`);
    }
    hello.u8(octets.length).octets(octets);
  }
  const data = hello.finish();
  return {
    name: NAME,
    asServer: false,
    maxCommandBytes: MAX_UNKNOWN_PEER_BYTES,
    begin: (metadata) => new PlainClient(data, metadata),
  };
}

/** The server's half of PLAIN. Whether a user may come in is asked of the owner of the connection. */
export const plainServer: Mechanism = {
  name: NAME,
  asServer: true,
  maxCommandBytes: MAX_UNKNOWN_PEER_BYTES,
  begin: (metadata) => new PlainServer(metadata),
};

class PlainClient implements Handshake {
  readonly #hello: Uint8Array;
  readonly #metadata: Uint8Array;
  #expected: "WELCOME" | "READY" = "WELCOME";

  constructor(hello: Uint8Array, metadata: Uint8Array) {
    this.#hello = hello;
    this.#metadata = metadata;
  }

  open(): readonly Uint8Array[] {
    return [encodeCommand("HELLO", this.#hello)];
  }

  receive(body: Uint8Array): HandshakeStep {
    const { name, data } = decodeReply(body);
    if (name === "ERROR") throw peerError(data);
    if (name !== this.#expected) throw unexpected(name, this.#expected);
    if (name === "READY") return { type: "done", send: [], metadata: data };
    if (data.length > 0) {
      throw new ZmtpError("ZMTP_COMMAND_MALFORMED", `a WELCOME with ${data.length} octets of data`);
    }
    this.#expected = "READY";
    return { type: "continue", send: [encodeCommand("INITIATE", this.#metadata)] };
  }
}

class PlainServer implements Handshake {
  readonly #metadata: Uint8Array;
  #identity: string | undefined;

  constructor(metadata: Uint8Array) {
    this.#metadata = metadata;
  }

  open(): readonly Uint8Array[] {
    return [];
  }

  receive(body: Uint8Array): HandshakeStep {
    const { name, data } = decodeCommand(body);
    const identity = this.#identity;
    const expected = identity === undefined ? "HELLO" : "INITIATE";
    if (name !== expected) throw unexpected(name, expected);
    if (identity !== undefined) {
      const send = [encodeCommand("READY", this.#metadata)];
      return { type: "done", send, metadata: data, identity };
    }
    return {
      type: "authenticate",
      send: [],
      credentials: { mechanism: NAME, ...decodeHello(data) },
      decide: (verdict) => this.#decide(verdict),
    };
  }

  #decide(verdict: Verdict): HandshakeStep {
    if (verdict.type === "refuse") {
      const error = new ZmtpError("ZMTP_REFUSED", verdict.reason);
      return { type: "refuse", send: [encodeError(REFUSED_REASON)], error };
    }
    this.#identity = verdict.identity;
    return { type: "continue", send: [encodeCommand("WELCOME", NOTHING)] };
  }
}

/** Reads a command of the server, also the one that libzmq writes wrongly. */
function decodeReply(body: Uint8Array): Command {
  if (LIBZMQ_ERROR.every((octet, at) => body[at] === octet)) {
    return { name: "ERROR", data: body.subarray(LIBZMQ_ERROR.length) };
  }
  return decodeCommand(body);
}

function decodeHello(data: Uint8Array): { username: string; password: string } {
  const reader = new OctetReader(data);
  const username = reader.octets(reader.u8() ?? 0);
  const passwordBytes = reader.u8();
  const password = passwordBytes === undefined ? undefined : reader.octets(passwordBytes);
  if (username === undefined || password === undefined || reader.rest().length > 0) {
    const got = `a HELLO of ${data.length} octets whose sizes do not add up`;
    throw new ZmtpError("ZMTP_COMMAND_MALFORMED", got);
  }
  return { username: textOf(username), password: textOf(password) };
}

function textOf(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new ZmtpError("ZMTP_COMMAND_MALFORMED", "a HELLO whose texts are not UTF-8");
  }
}

function unexpected(name: string, expected: string): ZmtpError {
  const got = `${JSON.stringify(name)} where PLAIN has ${expected}`;
  return new ZmtpError("ZMTP_UNEXPECTED_COMMAND", got);
}
