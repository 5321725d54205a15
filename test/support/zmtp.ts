/** Connections and octets for the tests of ZMTP. */

import { parseHex } from "../../src/base/text.ts";
import { Connection } from "../../src/zmtp/connection.ts";
import type { ConnectionEvent } from "../../src/zmtp/connection-event.ts";
import type { ConnectionOptions } from "../../src/zmtp/connection-options.ts";
import { nullMechanism } from "../../src/zmtp/null-mechanism.ts";
import { joinOctets } from "../../src/testing/transcript.ts";

/** Octets from hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  const octets = parseHex(digits);
  if (octets === undefined) throw new Error(`no hexadecimal digits: ${digits}`);
  return octets;
}

/** Octets of ASCII text. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A connection with mechanism NULL that starts at 0 ms. */
export function connection(options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection({ socketType: "DEALER", mechanism: nullMechanism, ...options }, 0);
}

/** A whole greeting. */
export function greeting(version = "0301", mechanism = "NULL"): Uint8Array {
  const octets = new Uint8Array(64);
  octets.set(hex(`ff 00 00 00 00 00 00 00 01 7f ${version}`));
  octets.set(ascii(mechanism), 12);
  return octets;
}

/** The body of a READY command with a socket type and nothing else. */
export function readyBody(socketType: string, more = ""): Uint8Array {
  const size = socketType.length.toString(16).padStart(2, "0");
  return joinOctets([
    hex("05"),
    ascii("READY"),
    hex("0b"),
    ascii("Socket-Type"),
    hex(`000000${size}`),
    ascii(socketType),
    hex(more),
  ]);
}

/** A frame with a short size. */
export function frame(flags: number, body: Uint8Array): Uint8Array {
  return joinOctets([Uint8Array.of(flags, body.length), body]);
}

/** What a peer sends until its handshake is done. */
export function opening(socketType = "DEALER", version = "0301"): Uint8Array {
  return joinOctets([greeting(version), frame(4, readyBody(socketType))]);
}

/** A connection whose handshake is done and whose output so far was taken. */
export function established(
  options: Partial<ConnectionOptions> = {},
  peerType = "DEALER",
  version = "0301",
): Connection {
  const made = connection(options);
  made.receive(opening(peerType, version), 0);
  made.takeOutput();
  return made;
}

/** What a connection wants to send, in one piece. */
export function outputOf(from: Connection): Uint8Array {
  return joinOctets(from.takeOutput());
}

/** The code and the retry hint of a closed event, if the last event is one. */
export function closedBy(events: readonly ConnectionEvent[]): [string, boolean] | undefined {
  const last = events.at(-1);
  if (last?.type !== "closed") return undefined;
  return [last.error?.code ?? "", last.retry];
}
