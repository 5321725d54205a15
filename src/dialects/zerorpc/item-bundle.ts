/**
 * Items that leave in one event, `_zc_items`.
 *
 * Spec: docs/protocols/zerorpc.md, "Several items at once".
 *
 * All bundles of a codec write into the same slab, one behind the other: when another bundle goes on,
 * what was written before is cut off for its own.
 *
 * @module
 */

import { CodecError } from "../../codec/errors.ts";
import { MsgpackWriter } from "../../codec/msgpack-writer.ts";
import type { ItemBundle } from "../../rpc/dialect.ts";
import type { OutgoingMessage } from "../../rpc/packet.ts";

/** What the events of one channel begin with, up to their args. */
export interface BundleHeads {
  /** Of an event with one item. */
  readonly one: Uint8Array;
  /** Of one with several. */
  readonly several: Uint8Array;
  /** The frames of an event. */
  readonly toMessage: (event: readonly Uint8Array[]) => OutgoingMessage;
}

/** Up to so many items the array says its length in its first octet, above in two further ones. */
const MAX_FIXED_ARRAY = 15;

/** Where all bundles of a codec write. */
export class BundleWriter {
  readonly #writer = new MsgpackWriter();
  #owner: Bundle | undefined = undefined;
  #writing = false;
  /** Octets of whole values. A value's `toJSON` or getter may end its stream or have it flushed. */
  #whole = 0;

  /** Octets of whole values that `bundle` has written here and not cut off. */
  lengthOf(bundle: Bundle): number {
    return this.#owner === bundle ? this.#whole : 0;
  }

  /**
   * Writes a value, or nothing of it. Throws what the writer of values throws.
   *
   * @returns how many octets it has
   */
  write(bundle: Bundle, value: unknown): number {
    if (this.#writing) {
      throw new CodecError(
        "CODEC_UNSUPPORTED",
        "expected no item from toJSON or a getter of an item that is being encoded, got one",
      );
    }
    if (this.#owner !== bundle) {
      this.#owner?.cut();
      this.#owner = bundle;
    }
    const writer = this.#writer;
    this.#writing = true;
    try {
      writer.value(value);
    } catch (error) {
      writer.truncate(this.#whole);
      throw error;
    } finally {
      this.#writing = false;
    }
    const octets = writer.length - this.#whole;
    this.#whole = writer.length;
    return octets;
  }

  /** Cuts off the first `length` octets of what `bundle` has written here; nothing if it has not. */
  cut(bundle: Bundle, length: number): Uint8Array | undefined {
    if (this.#owner !== bundle || length === 0) return undefined;
    this.#whole -= length;
    return this.#writer.finishFirst(length);
  }
}

/** The items of one channel. */
export class Bundle implements ItemBundle {
  readonly #writer: BundleWriter;
  readonly #heads: BundleHeads;
  /** What was cut off. */
  #pieces: Uint8Array[] = [];
  #pieceOctets = 0;
  #lastOctets = 0;
  count = 0;

  constructor(writer: BundleWriter, heads: BundleHeads) {
    this.#writer = writer;
    this.#heads = heads;
  }

  get octets(): number {
    return this.#pieceOctets + this.#writer.lengthOf(this);
  }

  add(value: unknown): void {
    this.#lastOctets = this.#writer.write(this, value);
    this.count++;
  }

  take(): OutgoingMessage {
    this.cut();
    return this.#message(this.count);
  }

  takeEarlier(): OutgoingMessage {
    // The last item was written just now, so it cannot have been cut off.
    this.#cutFirst(this.#writer.lengthOf(this) - this.#lastOctets);
    const message = this.#message(this.count - 1);
    this.count = 1;
    return message;
  }

  discard(): void {
    this.cut();
    this.#pieces = [];
    this.#pieceOctets = 0;
    this.count = 0;
  }

  /** Keeps what was written, as another bundle goes on where it lies. */
  cut(): void {
    this.#cutFirst(this.#writer.lengthOf(this));
  }

  #cutFirst(length: number): void {
    const piece = this.#writer.cut(this, length);
    if (piece === undefined) return;
    this.#pieces.push(piece);
    this.#pieceOctets += piece.length;
  }

  #message(count: number): OutgoingMessage {
    const { one, several, toMessage } = this.#heads;
    const event = [count === 1 ? one : headOf(several, count), ...this.#pieces];
    this.#pieces = [];
    this.#pieceOctets = 0;
    this.count = 0;
    return toMessage(event);
  }
}

function headOf(start: Uint8Array, count: number): Uint8Array {
  const array = count <= MAX_FIXED_ARRAY ? [0x90 | count] : [0xdc, count >>> 8, count & 0xff];
  const head = new Uint8Array(start.length + array.length);
  head.set(start);
  head.set(array, start.length);
  return head;
}
