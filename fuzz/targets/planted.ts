/**
 * Mistakes on purpose, one of each kind, by which the fuzzer itself is tested. Fuzzed only when named.
 *
 * @module
 */

import { law, type Target } from "../target.ts";

const NEVER_BYTES = 64 * 1024 * 1024;
const TOO_LONG_MS = 600;
let held: Uint8Array[] = [];

function planted(kind: string, run: Target["run"]): Target {
  const name = `planted-${kind}`;
  return { name, seeds: () => [], words: ["<bad>"], sources: [], maxInputBytes: 64, run };
}

/** Whether an input is one of the few that show the mistake. */
function isBad(input: Uint8Array): boolean {
  return Buffer.from(input).includes("<bad>");
}

/** An error, a prototype that changes, an input that is slow, greedy, or never done. */
export const PLANTED_TARGETS: readonly Target[] = [
  planted("error", (input) => law(!isBad(input), "a bad input")),
  planted("prototype", (input) => {
    if (isBad(input)) Object.assign(Object.prototype, { polluted: true });
  }),
  planted("slow", (input) => {
    const startedAt = performance.now();
    while (isBad(input) && performance.now() - startedAt < TOO_LONG_MS);
  }),
  planted("memory", (input) => {
    held = isBad(input) ? [new Uint8Array(NEVER_BYTES)] : [];
    law(held.length < 2, "more is held");
  }),
  planted("hang", (input) => {
    while (isBad(input));
  }),
];
