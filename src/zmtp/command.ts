/**
 * Commands: what the two engines say to each other inside of frames with the flag COMMAND.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Commands", "Connection Heartbeating", "The Publish-Subscribe Pattern".
 *
 *     octet  0      size of the name, 1 to 255
 *     octets 1-n    name, letters
 *     rest          data; its form depends on the name
 *
 *     PING          TTL in tenths of a second (2 octets), context (0 to 16 octets)
 *     PONG          context of the PING
 *     SUBSCRIBE     topic
 *     CANCEL        topic
 *     ERROR         size of the reason (1 octet), reason
 *
 * READY and the other commands of the handshake belong to the mechanisms.
 *
 * @module
 */

import { OctetReader, octetAt } from "../base/octet-reader.ts";
import { OctetWriter } from "../base/octet-writer.ts";
import { decodeAscii, encodeAscii, printable } from "../base/text.ts";
import { ZmtpError } from "./errors.ts";

/** The longest context of a PING. */
export const MAX_PING_CONTEXT_BYTES = 16;

const PING_TTL_BYTES = 2;
/** How many ms one step of a TTL is. */
const TTL_STEP_MS = 100;
const MAX_TTL_STEPS = 0xffff;

/** The longest TTL that fits into a PING, in ms. */
export const MAX_TTL_MS: number = MAX_TTL_STEPS * TTL_STEP_MS;

/** One command, read but not understood. */
export interface Command {
  /** As it came; the case of letters matters. */
  readonly name: string;
  /** A view into the body of the frame. */
  readonly data: Uint8Array;
}

/**
 * Checks a command that has been announced, before anything of it is stored.
 *
 * @throws {ZmtpError} `ZMTP_COMMAND_TOO_LARGE`
 */
export function admitCommand(size: number, maxCommandBytes: number): void {
  if (size <= maxCommandBytes) return;
  throw new ZmtpError(
    "ZMTP_COMMAND_TOO_LARGE",
    `${size} octets where ${maxCommandBytes} are allowed`,
  );
}

/**
 * Reads the body of a command frame.
 *
 * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED`
 */
export function decodeCommand(body: Uint8Array): Command {
  const reader = new OctetReader(body);
  const nameBytes = reader.u8() ?? 0;
  const name = reader.octets(nameBytes);
  if (nameBytes === 0 || name === undefined) {
    throw new ZmtpError(
      "ZMTP_COMMAND_MALFORMED",
      `a name of ${nameBytes} octets in a command of ${body.length}`,
    );
  }
  return { name: decodeAscii(name), data: reader.rest() };
}

/** Writes the body of a command frame. */
export function encodeCommand(name: string, data: Uint8Array): Uint8Array {
  return new OctetWriter().u8(name.length).octets(encodeAscii(name)).octets(data).finish();
}

/**
 * Writes a PING without context, as libzmq does.
 *
 * @param ttlMs - rounded down to tenths of a second, at most {@link MAX_TTL_MS}; 0 means none
 */
export function encodePing(ttlMs: number): Uint8Array {
  const steps = Math.min(MAX_TTL_STEPS, Math.floor(ttlMs / TTL_STEP_MS));
  return encodeCommand("PING", new OctetWriter().u16(steps).finish());
}

/** What a PING asks for. */
export interface Ping {
  /** The peer wants to be given up when it is silent for so many ms; 0 means no wish. */
  readonly ttlMs: number;
  /** To be sent back, cut to {@link MAX_PING_CONTEXT_BYTES} as libzmq does. */
  readonly context: Uint8Array;
}

/**
 * Reads the data of a PING.
 *
 * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED` without the whole TTL
 */
export function decodePing(data: Uint8Array): Ping {
  const steps = new OctetReader(data).u16();
  if (steps === undefined) {
    throw new ZmtpError("ZMTP_COMMAND_MALFORMED", `a PING with ${data.length} octets of data`);
  }
  const context = data.subarray(PING_TTL_BYTES, PING_TTL_BYTES + MAX_PING_CONTEXT_BYTES);
  return { ttlMs: steps * TTL_STEP_MS, context };
}

/** Writes the body of an ERROR command. The reason is cut to what its size field can say. */
export function encodeError(reason: string): Uint8Array {
  const text = encodeAscii(reason).subarray(0, 255);
  return encodeCommand("ERROR", new OctetWriter().u8(text.length).octets(text).finish());
}

/**
 * Reads the reason of an ERROR command.
 *
 * @throws {ZmtpError} `ZMTP_COMMAND_MALFORMED` when the reason is longer than the command
 */
export function decodeErrorReason(data: Uint8Array): string {
  const reasonBytes = data.length === 0 ? undefined : octetAt(data, 0);
  if (reasonBytes === undefined || reasonBytes > data.length - 1) {
    throw new ZmtpError("ZMTP_COMMAND_MALFORMED", `an ERROR with ${data.length} octets of data`);
  }
  return printable(data.subarray(1, 1 + reasonBytes));
}
