/**
 * Ways in which a wire may cut what was written into what is received.
 *
 * @module
 */

import type { Random } from "../base/clock.ts";

/** Cuts a chunk. The parts MUST be the whole chunk in order; they may be views into it. */
export type Cut = (chunk: Uint8Array) => Uint8Array[];

/** Delivers what was written as it was written. */
export const whole: Cut = (chunk) => [chunk];

/** Delivers every octet alone. */
export const everyOctet: Cut = (chunk) => Array.from(chunk, (octet) => Uint8Array.of(octet));

/** Delivers parts of at most `maxBytes` octets, each of them of a random size. */
export function randomCuts(random: Random, maxBytes: number): Cut {
  return (chunk) => {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < chunk.length;) {
      const end = at + 1 + Math.floor(random() * maxBytes);
      parts.push(chunk.subarray(at, end));
      at = end;
    }
    return parts;
  };
}

/**
 * Random numbers that are the same in every run.
 *
 * @param seed - an integer; another one gives another sequence
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator modulo 2^32; its upper bits are good enough for cutting.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
