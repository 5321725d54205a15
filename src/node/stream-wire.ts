/**
 * A wire over a stream socket of the platform, TCP or a socket in the file system.
 *
 * Knows nothing of what goes over it, or of who opened it.
 *
 * @module
 */

import type { Socket } from "node:net";

import type { Wire, WireHandler } from "../sockets/dialer.ts";
import { toTransportError } from "./errors.ts";

/** Octets that the platform has not accepted yet, above which the wire wants no more. */
export const WRITE_LIMIT_BYTES: number = 64 * 1024;

/**
 * The most that the platform reads at once. When it has read so much it goes on at once with the same
 * socket, up to 32 times, before it looks at the others.
 */
const READ_BYTES = 64 * 1024;

/** How long a wire that has ended waits for the peer to end as well, in ms. */
const END_GRACE_MS = 1000;

/** A wire over a `node:net` socket. */
export class StreamWire implements Wire {
  readonly address: string;
  readonly #socket: Socket;
  readonly #endpoint: string;
  #handler: WireHandler | undefined;
  #error: Error | undefined;
  #ending = false;
  /** The handler wants no more input. */
  #paused = false;
  /** Others have their turn before more is read. */
  #resting = false;

  /**
   * @param socket - connected, paused, made with `highWaterMark` of {@link WRITE_LIMIT_BYTES}
   * @param endpoint - for error messages
   */
  constructor(socket: Socket, endpoint: string) {
    this.#socket = socket;
    this.#endpoint = endpoint;
    this.address =
      socket.remoteAddress === undefined ? "" : `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
    // Without a listener an error before `attach` would end the process.
    socket.on("error", (error) => {
      this.#error = toTransportError(error, this.#endpoint);
    });
  }

  attach(handler: WireHandler): void {
    this.#handler = handler;
    const socket = this.#socket;
    if (socket.destroyed) {
      queueMicrotask(() => this.#closed());
      return;
    }
    socket.on("data", (chunk: Uint8Array) => {
      if (this.#ending) return;
      handler.received(chunk);
      if (chunk.length >= READ_BYTES) this.#rest();
    });
    socket.on("drain", () => handler.drained());
    socket.once("close", () => this.#closed());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (chunks.length === 1) {
      const [chunk] = chunks;
      if (chunk !== undefined) socket.write(chunk);
    } else {
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
    // What the kernel took at once does not count, whatever `write` has returned.
    return socket.writableLength < WRITE_LIMIT_BYTES;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#resting) this.#socket.resume();
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    const socket = this.#socket;
    // Closing with unread input would make the kernel drop what the peer has not read yet.
    socket.resume();
    socket.end(() => {
      const timer = setTimeout(() => socket.destroy(), END_GRACE_MS);
      socket.once("close", () => clearTimeout(timer));
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Lets the other sockets of this turn of the event loop be read first. */
  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#socket.pause();
    setImmediate(() => {
      this.#resting = false;
      if (!this.#paused) this.#socket.resume();
    });
  }

  #closed(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.closed(this.#error);
  }
}
