/**
 * What users may send, and what becomes of it.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { Message } from "./pipe.ts";

/**
 * What can be sent as one frame: octets, text as UTF-8, a number as its decimal digits, or `null`
 * for an empty frame.
 */
export type FrameLike = ArrayBufferView | ArrayBuffer | string | number | null;

/** What can be sent as one message: a frame, or several. */
export type MessageLike = FrameLike | readonly FrameLike[];

/** Frames up to this size are copied at once, larger ones stay as they are. */
const COPY_LIMIT_BYTES = 4096;

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Turns what the user gave into frames. Octets are not copied.
 *
 * @throws {UsageError} `USAGE_ARGUMENTS`
 */
export function toFrames(message: MessageLike): Message {
  if (!Array.isArray(message)) return [toFrame(message as FrameLike)];
  const parts = message as readonly FrameLike[];
  if (parts.length === 0) {
    throw new UsageError("USAGE_ARGUMENTS", "expected a message of at least one frame, got none");
  }
  for (let index = 0; index < parts.length; index += 1) {
    if (!(parts[index] instanceof Uint8Array)) return parts.map(toFrame);
  }
  return parts as Message;
}

/** Turns one thing into one frame. Octets are not copied. */
export function toFrame(frame: FrameLike): Uint8Array {
  if (frame instanceof Uint8Array) return frame;
  if (typeof frame === "string") return encoder.encode(frame);
  if (frame === null) return EMPTY;
  if (typeof frame === "number") return encoder.encode(String(frame));
  if (ArrayBuffer.isView(frame)) {
    return new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  }
  if (frame instanceof ArrayBuffer) return new Uint8Array(frame);
  throw new UsageError(
    "USAGE_ARGUMENTS",
    `expected octets, text, a number or null as a frame, got ${typeof frame}`,
  );
}

/** Octets of all frames together. */
export function bytesOf(message: Message): number {
  let bytes = 0;
  for (let index = 0; index < message.length; index += 1) bytes += message[index]?.length ?? 0;
  return bytes;
}

/** Makes a message safe to keep: its small frames are copied, as a pipe would have done. */
export function keep(message: Message): Message {
  return message.map((frame) => (frame.length <= COPY_LIMIT_BYTES ? frame.slice() : frame));
}
