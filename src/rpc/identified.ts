/**
 * Which requests get an id, by which a server knows again one that is sent twice.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import type { CallRequest } from "./client-call.ts";
import type { Dialect } from "./dialect.ts";

/**
 * Gives a request an id where it helps: where it may be sent again.
 *
 * @throws {UsageError} `USAGE_OPTION` when it has one that the protocol cannot carry
 */
export function identified(
  request: CallRequest,
  { newRequestId, name }: Pick<Dialect, "newRequestId" | "name">,
): CallRequest {
  const { idempotent, input, options } = request;
  const isNamed = options?.requestId !== undefined;
  if (!idempotent && !isNamed) return request;
  if (isNamed && newRequestId === undefined) {
    const message = `expected no requestId, as the protocol of ${name} has none`;
    throw new UsageError("USAGE_OPTION", message);
  }
  // Streams and what nobody answers are not remembered.
  if (isNamed || input !== undefined || options?.oneWay === true) return request;
  if (newRequestId === undefined) return request;
  return { ...request, options: { ...options, requestId: newRequestId() } };
}
