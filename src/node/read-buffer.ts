/**
 * Where a socket's octets are read into, instead of a new piece of memory for each reading.
 *
 * The platform makes 64 KiB for whatever comes, cuts them to what came and has the collector free them,
 * which for a small message costs more than to read it. Here small readings are copied out, so that the
 * buffer serves again; large ones take it with them; and what belongs into one large body is read to its
 * place there. Node has that for sockets that connect alone (the option `onread` of `net.Socket`).
 *
 * @module
 */

/** The most that is read at once into a buffer of our own. */
const BUFFER_BYTES = 64 * 1024;
/**
 * Readings of at most so many octets are copied. The buffer is given away with larger ones, so that who
 * keeps a message holds at most four times of what was read with it.
 */
const COPIED_BYTES = BUFFER_BYTES / 4;

/** Who hears of what was read. */
export interface Reader {
  received(chunk: Uint8Array): void;
  /** Where the next octets belong, if that is known. */
  room(): Uint8Array | undefined;
}

/** The read buffer of one socket. */
export class ReadBuffer {
  #own: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #reader: Reader | undefined;

  /** The option of the socket. Until {@link ReadBuffer.attach} the socket MUST NOT read. */
  readonly onread: {
    readonly buffer: () => Uint8Array;
    readonly callback: (count: number, buffer: Uint8Array) => boolean;
  } = {
    buffer: () => this.#reader?.room() ?? this.#own,
    callback: (count, buffer) => {
      this.#reader?.received(buffer === this.#own ? this.#take(count) : buffer.subarray(0, count));
      return true;
    },
  };

  attach(reader: Reader): void {
    this.#reader = reader;
  }

  #take(count: number): Uint8Array {
    const own = this.#own;
    if (count > COPIED_BYTES) {
      this.#own = Buffer.allocUnsafeSlow(BUFFER_BYTES);
      return own.subarray(0, count);
    }
    const chunk = Buffer.allocUnsafe(count);
    own.copy(chunk, 0, 0, count);
    return chunk;
  }
}
