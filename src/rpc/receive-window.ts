/**
 * The receiving side of a stream's flow control: how many items the sender may still send.
 *
 * The window starts small and doubles while the consumer keeps up, so that a fast stream is not
 * stopped for a round trip, but never grows beyond what its items may hold in octets together.
 *
 * @module
 */

/** Limits of a receive window. */
export interface WindowLimits {
  /**
   * The most items that may be on their way or wait unread.
   *
   * @default 4096
   */
  readonly maxWindowItems: number;
  /**
   * The most octets that items on their way or unread should hold together, judged by the size of
   * those that came before. One item may always come.
   *
   * @default 4 MiB
   */
  readonly maxWindowBytes: number;
}

/** The limits that hold unless told otherwise. */
export const WINDOW_DEFAULTS: WindowLimits = {
  maxWindowItems: 4096,
  maxWindowBytes: 4 * 1024 * 1024,
};

const INITIAL_ITEMS = 128;

/**
 * So many items are worth a grant, however large the window: with half of a large one they would come
 * when the sender has long stopped.
 */
const GRANT_ITEMS = 1024;

/** The most items that are granted before the size of any is known. */
const UNMEASURED_ITEMS = 16;

/** Credit that a receiver grants. */
export class ReceiveWindow {
  readonly #limits: WindowLimits;
  #windowItems: number;
  /** Items that the sender may send and this side has not received. */
  #outstanding: number;
  /** `undefined` until the first item has come. */
  #averageOctets: number | undefined;

  /** @param free - items that the sender may send without being granted any */
  constructor(limits: WindowLimits, free: number) {
    this.#limits = limits;
    this.#windowItems = Math.min(INITIAL_ITEMS, limits.maxWindowItems);
    this.#outstanding = free;
  }

  /**
   * Takes note of an item.
   *
   * @returns `false` when the sender had no credit for it
   */
  received(octets: number): boolean {
    const average = this.#averageOctets ?? octets;
    this.#averageOctets = average + (octets - average) / 8;
    this.#outstanding--;
    return this.#outstanding >= 0;
  }

  /** Takes note of credit that was granted for one item outside of the window. */
  granted(items: number): void {
    this.#outstanding += items;
  }

  /**
   * The credit to grant now; 0 for none. Grants come in halves of the window, or in
   * {@link GRANT_ITEMS} if that is less.
   *
   * @param unread - items that were received and not consumed
   * @param wanted - the most to grant
   */
  grant(unread: number, wanted: number = Infinity): number {
    if (wanted <= 0) return 0;
    const held = this.#outstanding + unread;
    if (held > this.#windowItems - Math.min(this.#windowItems / 2, GRANT_ITEMS)) return 0;
    // The consumer has caught up with everything: a larger window would have kept it busy.
    if (unread === 0)
      this.#windowItems = Math.min(this.#windowItems * 2, this.#limits.maxWindowItems);
    const room = Math.max(1, Math.min(this.#windowItems, this.#itemsByOctets)) - held;
    if (room <= 0) return 0;
    const items = Math.min(room, wanted);
    this.#outstanding += items;
    return items;
  }

  get #itemsByOctets(): number {
    if (this.#averageOctets === undefined) return UNMEASURED_ITEMS;
    return Math.floor(this.#limits.maxWindowBytes / Math.max(this.#averageOctets, 1));
  }
}
