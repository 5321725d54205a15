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

/** Collects the frames of one message. */
export class MessageAssembler {
  readonly #maxMessageBytes: number;
  readonly #maxFrames: number;
  #frames: Uint8Array[] = [];
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
    if (this.#frames.length >= this.#maxFrames) {
      throw new ZmtpError("ZMTP_TOO_MANY_FRAMES", `more than ${this.#maxFrames} frames`);
    }
  }

  /** Adds a frame and returns the message that it completes. */
  push(more: boolean, body: Uint8Array): Uint8Array[] | undefined {
    const frames = this.#frames;
    // Pushing to an empty array reserves room for many; most messages have one frame.
    if (!more && frames.length === 0) return [body];
    frames.push(body);
    if (more) {
      this.#heldBytes += body.length;
      return undefined;
    }
    this.#frames = [];
    this.#heldBytes = 0;
    return frames;
  }
}
