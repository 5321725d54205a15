/**
 * A wire over a stream socket of the platform, TCP or a socket in the file system.
 *
 * Knows nothing of what goes over it, or of who opened it.
 *
 * @module
 */

import type { Socket } from "node:net";

import type { Wire, WireHandler } from "../sockets/dialer.ts";
import type { ReadBuffer } from "./read-buffer.ts";
import { toTransportError } from "./errors.ts";

/** Octets that the platform has not accepted yet, above which the wire wants no more. */
export const WRITE_LIMIT_BYTES: number = 64 * 1024;

/**
 * The most that the platform is given at once, beside what it still has: it tells of a write only when
 * all of it has left, and how far it has come shows whether a slow peer still reads.
 */
const HANDOVER_BYTES = 1024 * 1024;

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
  readonly copies: true = true;
  readonly #readBuffer: ReadBuffer | undefined;
  readonly #socket: Socket;
  readonly #endpoint: string;
  #handler: WireHandler | undefined;
  #error: Error | undefined;
  #ending = false;
  /** What the platform was not given yet, in order. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The handler wants no more input. */
  #paused = false;
  /** Others have their turn before more is read. */
  #resting = false;

  /**
   * @param socket - connected, paused, made with `highWaterMark` of {@link WRITE_LIMIT_BYTES}
   * @param endpoint - for error messages
   * @param readBuffer - where the socket reads into, if it was made with one; it has no `data` then
   */
  constructor(socket: Socket, endpoint: string, readBuffer?: ReadBuffer) {
    this.#readBuffer = readBuffer;
    this.#socket = socket;
    this.#endpoint = endpoint;
    this.address =
      socket.remoteAddress === undefined ? "" : `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
    // Without a listener an error before `attach` would end the process.
    socket.on("error", (error) => {
      this.#error = toTransportError(error, this.#endpoint);
    });
  }

  get unsentBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength + this.#waitingBytes;
  }

  attach(handler: WireHandler): void {
    this.#handler = handler;
    const socket = this.#socket;
    if (socket.destroyed) {
      queueMicrotask(() => this.#closed());
      return;
    }
    const received = (chunk: Uint8Array): void => {
      if (this.#ending) return;
      handler.received(chunk);
      // What belongs to one large body makes no work but to be moved there.
      if (chunk.length >= READ_BYTES && handler.room === undefined) this.#rest();
    };
    socket.on("data", received);
    this.#readBuffer?.attach({ received, room: () => handler.room });
    socket.resume();
    socket.on("drain", () => {
      this.#handOver();
      if (this.unsentBytes < WRITE_LIMIT_BYTES) handler.drained();
    });
    socket.once("close", () => this.#closed());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    if (this.#waitingBytes === 0 && bytes <= HANDOVER_BYTES) {
      this.#give(chunks);
    } else {
      for (const chunk of chunks) this.#waiting.push(chunk);
      this.#waitingBytes += bytes;
      this.#handOver();
    }
    // What the kernel took at once does not count, whatever `write` has returned.
    return this.unsentBytes < WRITE_LIMIT_BYTES;
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
    // Closing with unread input would make the kernel drop what the peer has not read yet.
    this.#socket.resume();
    if (this.#waitingBytes === 0) this.#finish();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #give(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (chunks.length === 1) {
      const [chunk] = chunks;
      if (chunk !== undefined) socket.write(chunk);
    } else {
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
  }

  /** Gives the platform of what waits, until it holds enough or there is no more. */
  #handOver(): void {
    if (this.#waitingBytes === 0) return;
    // The platform has answered the end of the peer with ours.
    if (this.#socket.writableEnded) this.#drop();
    // Each piece is above the socket's own mark, so that `drain` follows.
    while (this.#waitingBytes > 0 && this.#socket.writableLength < WRITE_LIMIT_BYTES) {
      this.#give(this.#takePiece());
    }
    if (this.#ending && this.#waitingBytes === 0) this.#finish();
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Takes the first {@link HANDOVER_BYTES} of what waits, or all. */
  #takePiece(): Uint8Array[] {
    const waiting = this.#waiting;
    let room = HANDOVER_BYTES;
    let whole = 0;
    for (const chunk of waiting) {
      if (chunk.length > room) break;
      room -= chunk.length;
      whole += 1;
    }
    const piece = waiting.splice(0, whole);
    const [large] = waiting;
    if (large === undefined) {
      this.#waitingBytes = 0;
      return piece;
    }
    if (room > 0) piece.push(large.subarray(0, room));
    waiting[0] = large.subarray(room);
    this.#waitingBytes -= HANDOVER_BYTES;
    return piece;
  }

  #finish(): void {
    const socket = this.#socket;
    socket.end(() => {
      const timer = setTimeout(() => socket.destroy(), END_GRACE_MS);
      socket.once("close", () => clearTimeout(timer));
    });
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
    this.#drop();
    handler?.closed(this.#error);
  }
}
