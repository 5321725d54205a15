/**
 * The sixteen statuses: how a call can end other than well.
 *
 * Spec: the names and meanings are gRPC's ("Status codes and their use in gRPC"), in lower case.
 *
 * @module
 */

/** How a call ended, when it did not end well. */
export type Status = (typeof STATUSES)[number];

/** All statuses, in gRPC's order of numbers 1 to 16. */
export const STATUSES = [
  "cancelled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
] as const;

const KNOWN: ReadonlySet<unknown> = new Set(STATUSES);

/** Tells whether `value`, which may come from a peer, names a status. */
export function isStatus(value: unknown): value is Status {
  return KNOWN.has(value);
}
