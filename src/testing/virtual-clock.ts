/**
 * Time that moves when told.
 *
 * Knows nothing of real time: nothing happens between two calls.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";

/** Rounds of promise reactions that {@link VirtualClock.elapse} lets pass after each task. */
const TURNS = 32;

interface Task {
  readonly at: number;
  /** Tasks of the same instant run in the order in which they were scheduled. */
  readonly order: number;
  readonly run: () => void;
}

/** A clock whose time moves when told. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #tasks = new Set<Task>();

  /** @param start - the first instant in ms */
  constructor(start = 0) {
    this.#now = start;
  }

  /** How many tasks wait. A test that ends with none has left no timer behind. */
  get pending(): number {
    return this.#tasks.size;
  }

  /** When the next task is due, or `undefined` if none waits. */
  get nextAt(): number | undefined {
    return this.#next()?.at;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, run: () => void): Cancel {
    const task: Task = { at, order: this.#order++, run };
    this.#tasks.add(task);
    return () => {
      this.#tasks.delete(task);
    };
  }

  /** Lets `ms` pass and runs what becomes due, in order, also what these tasks schedule. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#runNext(end));
    this.#now = end;
  }

  /** Like {@link VirtualClock.advance}, but lets promises settle before, between and after tasks. */
  async elapse(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.#runNext(end)) await settle();
    this.#now = end;
  }

  #runNext(end: number): boolean {
    const task = this.#next();
    if (task === undefined || task.at > end) return false;
    this.#tasks.delete(task);
    // A task that is overdue runs now; time does not go back for it.
    this.#now = Math.max(this.#now, task.at);
    task.run();
    return true;
  }

  #next(): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) {
      if (
        next === undefined ||
        task.at < next.at ||
        (task.at === next.at && task.order < next.order)
      ) {
        next = task;
      }
    }
    return next;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
