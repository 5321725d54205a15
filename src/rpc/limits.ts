/**
 * Limits and times of clients and servers, with their defaults.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";

/** The defaults of all options that are numbers. */
export const RPC_DEFAULTS = {
  timeoutMs: 30_000,
  heartbeatMs: 5_000,
  maxQueuedCalls: 10_000,
  maxCallsPerPeer: 10_000,
} as const;

/**
 * Checks a number that counts something.
 *
 * @throws {UsageError} `USAGE_OPTION` when it is no integer, or `Infinity`, of at least `least`
 */
export function count(
  name: string,
  given: number | undefined,
  fallback: number,
  least: number,
): number {
  if (given === undefined) return fallback;
  if ((Number.isInteger(given) || given === Infinity) && given >= least) return given;
  throw new UsageError(
    "USAGE_OPTION",
    `expected ${name} to be ${least} or more, got ${String(given)}`,
  );
}

/**
 * Checks an interval in ms; 0 and `Infinity` switch it off.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function interval(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  if (typeof given !== "number" || !(given >= 0)) {
    throw new UsageError("USAGE_OPTION", `expected ${name} in ms, 0 or more, got ${String(given)}`);
  }
  return given === Infinity ? 0 : given;
}
