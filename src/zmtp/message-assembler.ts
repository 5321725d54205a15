/**
 * Frames to messages, whole or not at all.
 *
 * Spec: RFC 37 (ZMTP 3.1), "Messages".
 *
 * @module
 */

import { ZmtpError } from "./errors.ts";

/** What a peer's message may be. */
export interface MessageLimits {
  /** Octets of all frames together. */
  readonly maxMessageBytes: number;
  readonly maxFrames: number;
}

/**
 * Collects the frames of one message.
 *
 * Nearly all messages have one frame, or a delimiter and one: these are made as literals of exactly
 * that size, since an array that is pushed to reserves room for many.
 */
export class MessageAssembler {
  readonly #maxMessageBytes: number;
  readonly #maxFrames: number;
  #first: Uint8Array | undefined;
  /** Frames behind the first one. */
  #more: Uint8Array[] = [];
  #heldFrames = 0;
  #heldBytes = 0;

  constructor(limits: MessageLimits) {
    this.#maxMessageBytes = limits.maxMessageBytes;
    this.#maxFrames = limits.maxFrames;
  }

  /** Octets of the frames that wait for the rest of their message. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Checks a frame that has been announced, before anything of it is stored.
   *
   * @throws {ZmtpError} `ZMTP_MESSAGE_TOO_LARGE`, `ZMTP_TOO_MANY_FRAMES`
   */
  admit(size: number): void {
    if (this.#heldBytes + size > this.#maxMessageBytes) {
      throw new ZmtpError(
        "ZMTP_MESSAGE_TOO_LARGE",
        `${this.#heldBytes + size} octets where ${this.#maxMessageBytes} are allowed`,
      );
    }
    if (this.#heldFrames >= this.#maxFrames) {
      throw new ZmtpError("ZMTP_TOO_MANY_FRAMES", `more than ${this.#maxFrames} frames`);
    }
  }

  /** Adds a frame and returns the message that it completes. */
  push(more: boolean, body: Uint8Array): Uint8Array[] | undefined {
    const first = this.#first;
    if (more) {
      if (first === undefined) this.#first = body;
      else this.#more.push(body);
      this.#heldFrames += 1;
      this.#heldBytes += body.length;
      return undefined;
    }
    if (first === undefined) return [body];

    const frames = this.#heldFrames === 1 ? [first, body] : [first, ...this.#more, body];
    if (this.#heldFrames > 1) this.#more = [];
    this.#first = undefined;
    this.#heldFrames = 0;
    this.#heldBytes = 0;
    return frames;
  }
}
