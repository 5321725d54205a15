/**
 * A call of a method that is not there, and the one that may have been meant.
 *
 * @module
 */

import { RpcError } from "../node/index.ts";
import { suggestion } from "./mistakes.ts";

/** How long to look for the names of methods when one was not found. */
export const SUGGESTION_TIMEOUT_MS = 2000;

/**
 * Adds to the failure of a call what may have been meant, where the server does not say so itself:
 * servers of other makes do not.
 *
 * @param namesOf - asks the server for the names of its methods
 * @returns the error to tell
 */
export async function withSuggestion(
  error: unknown,
  method: string,
  namesOf: () => Promise<readonly string[]>,
): Promise<unknown> {
  if (!(error instanceof RpcError) || error.status !== "unimplemented") return error;
  if (error.message.includes("did you mean")) return error;
  // The first error is the one to tell.
  const names = await namesOf().catch((): string[] => []);
  const hint = names.includes(method) ? undefined : suggestion(method, names);
  if (hint === undefined) return error;
  return new RpcError(error.status, `there is no method "${method}", ${hint}`, {
    cause: error,
    method,
  });
}
