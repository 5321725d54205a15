/**
 * Two machines joined, and stepped until neither has anything to say.
 *
 *     left.takeOutput() --cut--> right.receive()
 *     left.receive() <--cut-- right.takeOutput()
 *
 * Time stands still while they talk and moves when told, from one `wakeAt` to the next.
 *
 * @module
 */

import type { Machine } from "../base/machine.ts";
import { type Cut, whole } from "./cut.ts";

/** Exchanges after which two machines are taken to talk for ever. */
const MAX_STEPS = 10_000;

/** A machine over octets. */
export type ByteMachine<Event> = Machine<Uint8Array, Uint8Array, Event>;

/** How two machines are joined. */
export interface PairOptions {
  /**
   * How the wire cuts what was written.
   *
   * @default whole
   */
  readonly cut?: Cut;
  /**
   * The first instant in ms, which MUST be the one that the machines were made at.
   *
   * @default 0
   */
  readonly now?: number;
}

/** One of the two. */
export type PairSide = "left" | "right";

/** Two machines joined. */
export class Pair<Left, Right = Left> {
  readonly left: ByteMachine<Left>;
  readonly right: ByteMachine<Right>;
  /** Events of the left machine so far. */
  readonly leftEvents: Left[] = [];
  /** Events of the right machine so far. */
  readonly rightEvents: Right[] = [];
  readonly #cut: Cut;
  readonly #deaf = new Set<PairSide>();
  #now: number;

  constructor(left: ByteMachine<Left>, right: ByteMachine<Right>, options: PairOptions = {}) {
    this.left = left;
    this.right = right;
    this.#cut = options.cut ?? whole;
    this.#now = options.now ?? 0;
  }

  /** The present instant in ms. */
  get now(): number {
    return this.#now;
  }

  /** Lets nothing reach `side` any more, as if it were behind a broken cable. */
  silence(side: PairSide): this {
    this.#deaf.add(side);
    return this;
  }

  /**
   * Carries octets both ways until there are none.
   *
   * @throws {Error} when the machines talk for ever
   */
  settle(): this {
    for (let step = 0; step < MAX_STEPS; step++) {
      const moved = [this.#carry("left"), this.#carry("right")];
      if (!moved.includes(true)) return this;
    }
    throw new Error(`expected both machines to fall silent, got ${MAX_STEPS} exchanges`);
  }

  /** Lets `ms` pass; both machines wake when they want to, and talk. */
  advance(ms: number): this {
    const end = this.#now + ms;
    this.settle();
    for (;;) {
      const at = Math.min(this.left.wakeAt ?? Infinity, this.right.wakeAt ?? Infinity);
      if (at > end) break;
      this.#now = Math.max(this.#now, at);
      this.leftEvents.push(...this.left.wake(this.#now));
      this.rightEvents.push(...this.right.wake(this.#now));
      this.settle();
    }
    this.#now = end;
    return this;
  }

  #carry(to: PairSide): boolean {
    const chunks = to === "left" ? this.right.takeOutput() : this.left.takeOutput();
    for (const chunk of chunks) {
      if (this.#deaf.has(to)) continue;
      for (const part of this.#cut(chunk)) this.#deliver(to, part);
    }
    return chunks.length > 0;
  }

  #deliver(to: PairSide, part: Uint8Array): void {
    if (to === "left") this.leftEvents.push(...this.left.receive(part, this.#now));
    else this.rightEvents.push(...this.right.receive(part, this.#now));
  }
}
