/**
 * The contract of every protocol core.
 *
 * A machine owns no socket, no timer and no clock. What the peer sent and the time come in as
 * arguments, what it meant comes out as events, and what must go back is taken when the wire has
 * room. So a protocol runs the same over TCP, in one process, and on a simulated wire.
 *
 * @module
 */

/** A protocol state machine that owns no socket, no timer and no clock. */
export interface Machine<Input, Output, Event> {
  /**
   * Takes what the peer sent and returns what it meant, in order.
   *
   * Never throws on peer input: a broken rule becomes a final `closed` event, after which the
   * machine ignores input and returns nothing.
   *
   * @param now - ms on the caller's clock; never smaller than in an earlier call
   */
  receive(input: Input, now: number): Event[];
  /** Returns what must go to the peer, in order, and forgets it. */
  takeOutput(): Output[];
  /** When {@link Machine.wake} wants to be called, in ms on the caller's clock. */
  readonly wakeAt: number | undefined;
  /** Tells the machine that `wakeAt` has passed. Calling it early is harmless. */
  wake(now: number): Event[];
}
