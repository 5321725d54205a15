/**
 * Limits and times of clients and servers, with their defaults.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { nearestNames } from "../base/nearest.ts";

/**
 * Checks that all of `options` are known, so that a slip of the pen is no silent default.
 *
 * @param what - what they are, for the message, such as `"call option"`
 * @param known - an object that has the names of all options
 * @throws {UsageError} `USAGE_OPTION` with the nearest names
 */
export function checkOptions(what: string, options: unknown, known: object): void {
  if (typeof options !== "object" || options === null) {
    const got = options === null ? "null" : typeof options;
    throw new UsageError("USAGE_OPTION", `expected ${what}s in an object, got ${got}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const near = nearestNames(name, Object.keys(known));
    const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
    throw new UsageError("USAGE_OPTION", `there is no ${what} "${name}"${hint}`);
  }
}

/** The defaults of all options that are numbers. */
export const RPC_DEFAULTS = {
  timeoutMs: 30_000,
  heartbeatMs: 5_000,
  maxQueuedCalls: 10_000,
  maxCallsPerPeer: 10_000,
  maxStreamsPerPeer: 1_000,
  idleTimeoutMs: 0,
  rememberedReplies: 1_000,
  rememberedBytes: 16_777_216,
  retryTimeoutMs: 3_000,
} as const;

/** The most characters of a request id. */
export const MAX_REQUEST_ID = 256;

/**
 * Checks an option that is one of a few texts.
 *
 * @param choices - what it may be; the first is the default
 * @throws {UsageError} `USAGE_OPTION` that names them
 */
export function choice<Choice extends string>(
  name: string,
  given: Choice | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (given === undefined) return choices[0];
  if (choices.includes(given)) return given;
  const expected = choices.map((one) => `"${one}"`).join(" or ");
  throw new UsageError("USAGE_OPTION", `expected ${name} ${expected}, got ${inText(given)}`);
}

/** A value of whatever kind in the text of an error. */
export function inText(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}

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
    `expected ${name} to be ${least} or more, got ${inText(given)}`,
  );
}

/**
 * Checks a duration in ms; 0 and `Infinity` are durations too.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function duration(name: string, given: number): number {
  if (typeof given === "number" && given >= 0) return given;
  throw new UsageError("USAGE_OPTION", `expected ${name} in ms, 0 or more, got ${inText(given)}`);
}

/**
 * Checks an interval in ms; 0 and `Infinity` switch it off.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function interval(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const intervalMs = duration(name, given);
  return intervalMs === Infinity ? 0 : intervalMs;
}
