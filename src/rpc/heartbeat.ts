/**
 * The heartbeat of one channel towards peers that insist on it.
 *
 * Spec: docs/protocols/zerorpc.md, "Heartbeats". A peer of the old protocol gives a channel up when
 * it hears nothing for two of its own intervals, and nothing is negotiated. So that intervals never
 * need to match, this side beats at its own interval and also answers each beat with one, which is
 * as often as the peer can ask for; and it waits for two of its own intervals or of the peer's,
 * whichever is longer. Only a peer that has beaten before is given up, and the consumer of a stream
 * that gives no sign at all.
 *
 * @module
 */

/** Intervals of silence after which a peer is lost. */
const LOST_AFTER = 2;
/**
 * Intervals without any sign after which a stream whose consumer has never beaten is given up. An
 * old client that stops reading early says nothing, and one that never beats is patient by itself.
 */
const FORSAKEN_AFTER = 12;
/** What remains of a long gap with each beat that comes sooner. */
const FORGETTING = 0.75;

/** When to beat, and whether the peer has stopped. */
export class Heartbeat {
  readonly #intervalMs: number;
  #peerMs = 0;
  #heardAt: number;
  #seenAt: number;
  #heard = false;
  /** When the next beat is due, in ms; `Infinity` while this side does not beat. */
  dueAt: number;

  /** @param intervalMs - this side's interval, above 0 */
  constructor(intervalMs: number, now: number) {
    this.#intervalMs = intervalMs;
    this.#heardAt = now;
    this.#seenAt = now;
    this.dueAt = now + intervalMs;
  }

  /** Takes note of a beat of the peer. The caller answers it with a beat and {@link sent}. */
  hear(now: number): void {
    const gapMs = now - this.#heardAt;
    // Beats that waited unread come together and tell nothing of the peer's interval; one gap that
    // was too long because a process was busy is forgotten little by little.
    if (gapMs > 0) this.#peerMs = Math.max(gapMs, this.#peerMs * FORGETTING);
    this.#heardAt = now;
    this.#heard = true;
  }

  /** Takes note of any other sign of the peer, such as credit. */
  see(now: number): void {
    this.#seenAt = now;
  }

  /** Moves on to the next beat. */
  sent(now: number): void {
    this.dueAt = now + this.#intervalMs;
  }

  /** How long the peer may be silent, in ms. */
  get toleranceMs(): number {
    return LOST_AFTER * Math.max(this.#intervalMs, this.#peerMs);
  }

  /** Whether the peer has stopped beating. */
  isLost(now: number): boolean {
    // Late ourselves: the peer's beats may wait unread behind whatever kept this process busy.
    if (now - this.dueAt > this.#intervalMs) this.#heardAt = now;
    return this.#heard && now - this.#heardAt > this.toleranceMs;
  }

  /** Whether a peer that has never beaten has given no other sign for long either. */
  isForsaken(now: number): boolean {
    return !this.#heard && now - this.#seenAt > FORSAKEN_AFTER * this.#intervalMs;
  }
}
