/**
 * Frames: the unit of everything after the greeting.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Framing".
 *
 *     octet  0      flags: bit 0 MORE, bit 1 LONG, bit 2 COMMAND, bits 3-7 zero
 *     octet  1      size of the body, when LONG is clear
 *     octets 1-8    size of the body, big-endian, when LONG is set
 *     rest          body
 *
 * Knows nothing of messages, of what commands mean, or of sockets.
 *
 * @module
 */

import { u32At } from "../base/octet-reader.ts";
import { ZmtpError } from "./errors.ts";

/** Another frame of the same message follows. */
export const MORE = 0b001;
/** The size has eight octets. */
export const LONG = 0b010;
/** The body is a command for the engine, not data for the application. */
export const COMMAND = 0b100;

const RESERVED = 0b1111_1000;

/** The largest body whose size fits into one octet. */
export const MAX_SHORT_BODY_BYTES = 255;
export const SHORT_HEADER_BYTES = 2;
export const LONG_HEADER_BYTES = 9;

const TWO_TO_32 = 0x1_0000_0000;
/** Upper half of the first size that a number cannot hold exactly, 2^53. */
const SIZE_HIGH_END = 0x20_0000;

/**
 * Refuses flags that no frame may have.
 *
 * @throws {ZmtpError} `ZMTP_RESERVED_FLAGS`, `ZMTP_COMMAND_MORE`
 */
export function checkFlags(flags: number): void {
  if ((flags & RESERVED) !== 0) {
    throw new ZmtpError("ZMTP_RESERVED_FLAGS", `flags 0x${flags.toString(16)}`);
  }
  if ((flags & COMMAND) !== 0 && (flags & MORE) !== 0) {
    throw new ZmtpError("ZMTP_COMMAND_MORE", "a command with the flag MORE");
  }
}

/**
 * Reads the size of a long frame from its eight octets at `at`, all of which must be there.
 *
 * @throws {ZmtpError} `ZMTP_FRAME_SIZE`
 */
export function longSizeAt(octets: Uint8Array, at: number): number {
  const high = u32At(octets, at);
  if (high >= SIZE_HIGH_END) {
    throw new ZmtpError("ZMTP_FRAME_SIZE", `0x${high.toString(16)}00000000 octets or more`);
  }
  return high * TWO_TO_32 + u32At(octets, at + 4);
}

/**
 * Writes the header of a frame.
 *
 * @param flags - {@link MORE} and {@link COMMAND}; LONG is added by the size
 * @returns the position behind the header
 */
export function writeHeader(target: Uint8Array, at: number, flags: number, size: number): number {
  if (size <= MAX_SHORT_BODY_BYTES) {
    target[at] = flags;
    target[at + 1] = size;
    return at + SHORT_HEADER_BYTES;
  }
  target[at] = flags | LONG;
  let rest = size;
  for (let i = at + 8; i > at; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + LONG_HEADER_BYTES;
}
