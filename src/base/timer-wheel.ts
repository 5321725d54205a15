/**
 * A timer wheel: many deadlines, nearly all of which are cancelled before they pass, on one
 * wake-up of the platform.
 *
 * Scheduling and cancelling take constant time and allocate nothing: entries are links of a list
 * themselves. Each slot of the wheel holds the entries of every turn that fall into it, with a lower
 * bound of their instants; only slots whose bound has passed are looked into.
 *
 * Knows no clock: `now` comes in from outside.
 *
 * @module
 */

/** What can be scheduled. The fields belong to the wheel from `schedule` to `cancel` or `takeDue`. */
export interface TimerEntry {
  /** When it is due, in ms; `Infinity` while it is in no wheel. */
  timerAt: number;
  timerNext: TimerEntry | undefined;
  timerPrevious: TimerEntry | undefined;
}

const SLOT_COUNT = 512;
const SLOT_MS = 8;

/** A wheel of deadlines. */
export class TimerWheel<Entry extends TimerEntry> {
  readonly #heads: (TimerEntry | undefined)[] = Array.from({ length: SLOT_COUNT });
  readonly #bounds: Float64Array = new Float64Array(SLOT_COUNT).fill(Infinity);
  #wakeAt = Infinity;

  /** No entry is due before this instant; `undefined` when nothing is scheduled. May be early. */
  get wakeAt(): number | undefined {
    return this.#wakeAt === Infinity ? undefined : this.#wakeAt;
  }

  /** Schedules an entry, or moves it. `Infinity` cancels it. */
  schedule(entry: Entry, at: number): void {
    if (entry.timerAt !== Infinity) this.cancel(entry);
    if (at === Infinity) return;
    const slot = slotOf(at);
    const head = this.#heads[slot];
    entry.timerAt = at;
    entry.timerNext = head;
    entry.timerPrevious = undefined;
    if (head !== undefined) head.timerPrevious = entry;
    this.#heads[slot] = entry;
    if (at < (this.#bounds[slot] as number)) this.#bounds[slot] = at;
    if (at < this.#wakeAt) this.#wakeAt = at;
  }

  /** Takes an entry out. Does nothing if it is in no wheel. */
  cancel(entry: Entry): void {
    if (entry.timerAt === Infinity) return;
    const { timerNext: next, timerPrevious: previous } = entry;
    if (next !== undefined) next.timerPrevious = previous;
    if (previous === undefined) this.#heads[slotOf(entry.timerAt)] = next;
    else previous.timerNext = next;
    entry.timerAt = Infinity;
    entry.timerNext = undefined;
    entry.timerPrevious = undefined;
  }

  /** Takes out and returns what is due at `now`, in no particular order. */
  takeDue(now: number): Entry[] {
    const due: Entry[] = [];
    let wakeAt = Infinity;
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const bound = this.#bounds[slot] as number;
      wakeAt = Math.min(wakeAt, bound <= now ? this.#visit(slot, now, due) : bound);
    }
    this.#wakeAt = wakeAt;
    return due;
  }

  /** Moves the due entries of a slot to `due` and returns the slot's new bound. */
  #visit(slot: number, now: number, due: Entry[]): number {
    let bound = Infinity;
    let entry = this.#heads[slot];
    while (entry !== undefined) {
      const next: TimerEntry | undefined = entry.timerNext;
      if (entry.timerAt <= now) {
        this.cancel(entry as Entry);
        due.push(entry as Entry);
      } else bound = Math.min(bound, entry.timerAt);
      entry = next;
    }
    this.#bounds[slot] = bound;
    return bound;
  }
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS) % SLOT_COUNT;
}
