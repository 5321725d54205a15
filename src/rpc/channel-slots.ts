/**
 * The open channels of a client's peer, by the number that stands in their ids.
 *
 * A number's low bits are its slot. A number whose slot is taken is passed over, which ids allow:
 * they only have to differ. No `Map`, for the reason given in `open-calls.ts`.
 *
 * @module
 */

/** What a slot holds. */
export interface Numbered {
  /** The channel's number. */
  readonly counter: number;
}

const FIRST_SLOTS = 64;

/** Channels by number. */
export class ChannelSlots<Channel extends Numbered> {
  #slots: (Channel | undefined)[] = emptySlots(FIRST_SLOTS);
  #size = 0;

  /** How many channels there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Finds a number for a new channel, which has to be added next.
   *
   * @param take - hands out numbers, each one more than the one before
   */
  reserve(take: () => number): number {
    // At most half of the slots are taken, so a free one is near.
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    for (;;) {
      const counter = take();
      if (this.#slots[this.#slotOf(counter)] === undefined) return counter;
    }
  }

  add(channel: Channel): void {
    this.#slots[this.#slotOf(channel.counter)] = channel;
    this.#size++;
  }

  find(counter: number): Channel | undefined {
    const channel = this.#slots[this.#slotOf(counter)];
    return channel?.counter === counter ? channel : undefined;
  }

  /** Forgets a channel. Does nothing for one that is not there. */
  remove(channel: Channel): void {
    const slot = this.#slotOf(channel.counter);
    if (this.#slots[slot] !== channel) return;
    this.#slots[slot] = undefined;
    this.#size--;
  }

  /** The channels that are there now, oldest number first but for where numbers wrap. */
  values(): readonly Channel[] {
    return this.#slots
      .filter((channel) => channel !== undefined)
      .toSorted((a, b) => a.counter - b.counter);
  }

  #slotOf(counter: number): number {
    return (counter & (this.#slots.length - 1)) >>> 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = emptySlots(old.length * 2);
    // Numbers that differed in the low bits before still do with one bit more.
    for (const channel of old) {
      if (channel !== undefined) this.#slots[this.#slotOf(channel.counter)] = channel;
    }
  }
}

function emptySlots<Channel>(count: number): (Channel | undefined)[] {
  return Array.from<Channel | undefined>({ length: count }).fill(undefined);
}
