/**
 * Collects what was sent during one turn of the event loop, so that it leaves in one write.
 *
 * Knows nothing of what is flushed, or of what a turn is: the end of it is told from outside.
 *
 * @module
 */

/** Something with output that waits for the end of the turn. */
export interface Flushable {
  /** Writes what has been collected. MUST NOT throw. */
  flush(): void;
}

/** Runs `task` once, soon, after what is running now has finished. */
export type EndOfTurn = (task: () => void) => void;

/** Those that have to be flushed when the present turn ends. */
export class FlushQueue {
  readonly #endOfTurn: EndOfTurn;
  #waiting: Flushable[] = [];

  constructor(endOfTurn: EndOfTurn) {
    this.#endOfTurn = endOfTurn;
  }

  /**
   * Has `flushable` flushed at the end of the turn, behind those that have asked before; also when that
   * has come already. Who asks twice is flushed twice.
   */
  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) this.#endOfTurn(this.#flushAll);
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    let done = 0;
    try {
      // Those that are flushed may have others flushed, which come last.
      for (const flushable of waiting) {
        done++;
        flushable.flush();
      }
    } finally {
      if (done === waiting.length) waiting.length = 0;
      else {
        // A mistake in one of them is of no matter to those behind it.
        waiting.splice(0, done);
        this.#endOfTurn(this.#flushAll);
      }
    }
  };
}
