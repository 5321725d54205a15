/**
 * A first-in first-out queue that says when its producer has to stop and may go on.
 *
 *     items   0 ······ low-water mark ······ high-water mark ······
 *     full    false ─────────────────────────▶ true
 *             false ◀────────── true ◀────────────────────── true
 *
 * The queue never refuses an item: a message that is already here is not lost, its producer is
 * stopped instead. Between the marks nothing changes, so that a producer is not stopped and
 * started again for each item.
 *
 * Knows nothing of what it holds.
 *
 * @module
 */

const INITIAL_CAPACITY = 16;

/** A queue with a high-water and a low-water mark, counted in items. */
export class BoundedQueue<T> {
  readonly #highWaterMark: number;
  readonly #lowWaterMark: number;
  /** A ring whose size is a power of two. */
  #ring: (T | undefined)[] = [];
  #mask = -1;
  #head = 0;
  #length = 0;
  #full = false;

  /**
   * @param highWaterMark - items at which the queue is full, 1 or more; the low-water mark is half
   *   of it, rounded down
   */
  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
    this.#lowWaterMark = Math.floor(highWaterMark / 2);
  }

  /** Items held. */
  get length(): number {
    return this.#length;
  }

  /** The high-water mark was reached and the low-water mark not since then. */
  get full(): boolean {
    return this.#full;
  }

  /** Appends an item, also when the queue is full. */
  push(item: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#ring[(this.#head + this.#length) & this.#mask] = item;
    this.#length += 1;
    if (this.#length >= this.#highWaterMark) this.#full = true;
  }

  /** Takes the oldest item, or `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    if (this.#length <= this.#lowWaterMark) this.#full = false;
    return item;
  }

  /** The oldest item, which stays, or `undefined` when there is none. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head];
  }

  /** Drops all items and the memory that held them. */
  clear(): void {
    this.#ring = [];
    this.#mask = -1;
    this.#head = 0;
    this.#length = 0;
    this.#full = false;
  }

  #grow(): void {
    const size = Math.max(INITIAL_CAPACITY, this.#ring.length * 2);
    const ring: (T | undefined)[] = [];
    for (let index = 0; index < size; index += 1) {
      ring.push(index < this.#length ? this.#ring[(this.#head + index) & this.#mask] : undefined);
    }
    this.#ring = ring;
    this.#mask = size - 1;
    this.#head = 0;
  }
}
