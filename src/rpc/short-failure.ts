/**
 * Failures in fewer words, for when the whole of one cannot be written or is too large for its link:
 * a caller that learns only how its call ended is better off than one that waits for ever.
 *
 * @module
 */

import { type Failure, toFailure } from "./errors.ts";

/** How many characters of each text to try when the whole failure does not go, one after the other. */
export const TEXT_LIMITS: readonly number[] = [10_000, 1_000, 100, 0];

/**
 * A failure without its details and its stack, and with as much of its texts as is said.
 *
 * @param characters - of each text; with none there is no cause either
 * @param reason - why the whole of it could not be sent, which becomes its cause
 */
export function shortened(failure: Failure, characters: number, reason: unknown): Failure {
  const { status, mayHaveRun, unknownMethod, wireCode } = failure;
  return {
    status,
    ...textsOf(failure, characters),
    ...(mayHaveRun !== undefined && { mayHaveRun }),
    ...(unknownMethod !== undefined && { unknownMethod: unknownMethod.slice(0, characters) }),
    ...(wireCode !== undefined && { wireCode }),
    ...(characters > 0 && { cause: causeOf(reason, characters) }),
  };
}

function causeOf(reason: unknown, characters: number): Failure {
  const cause = toFailure(reason, false);
  return { status: cause.status, ...textsOf(cause, characters) };
}

function textsOf(
  { name, message }: Failure,
  characters: number,
): Pick<Failure, "name" | "message"> {
  return {
    name: characters === 0 ? "RpcError" : name.slice(0, characters),
    message: message.slice(0, characters),
  };
}
