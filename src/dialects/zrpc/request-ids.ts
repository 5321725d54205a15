/**
 * Ids of requests: text in the form of a UUID, of which the first eight digits count up and the
 * others stay the same.
 *
 * Spec: docs/protocols/zrpc.md, "Requests".
 *
 * @module
 */

import type { Random } from "../../base/clock.ts";

/** Hands out ids. All of a process come from one, because servers compare those of all clients. */
export class RequestIds {
  readonly #suffix: string;
  #counter: number;

  constructor(random: Random) {
    const digits = (count: number): string =>
      Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
    const variant = (8 + Math.floor(random() * 4)).toString(16);
    this.#suffix = `-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
    this.#counter = Math.floor(random() * 0x1_0000_0000);
  }

  /** An id that differs from the latest 2^32 of this source. */
  take(): string {
    const counter = this.#counter;
    this.#counter = counter === 0xffff_ffff ? 0 : counter + 1;
    return counter.toString(16).padStart(8, "0") + this.#suffix;
  }
}
