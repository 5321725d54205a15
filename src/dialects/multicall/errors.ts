/**
 * Outcomes of calls: a result, or a failure in three members that everybody reads and further ones
 * for peers that go beyond the old protocol.
 *
 * Spec: docs/protocols/multicall.md, "Answers" and "Errors".
 *
 *     {"success":true,"result":4}
 *     {"success":false,"error_type":"ValueError","message":"went wrong","traceback":""}
 *
 * @module
 */

import type { Failure } from "../../rpc/errors.ts";
import { isStatus, type Status } from "../../rpc/status.ts";
import { isRecord, kindOf } from "./call-entry.ts";

/** What names of Python's exceptions mean beyond doubt; all others are `unknown`. */
const STATUS_OF: ReadonlyMap<string, Status> = new Map([
  ["NotImplementedError", "unimplemented"],
  ["TimeoutError", "deadline_exceeded"],
  ["PermissionError", "permission_denied"],
  ["MemoryError", "resource_exhausted"],
  ["CancelledError", "cancelled"],
]);

const UNKNOWN_FUNCTION = /^Function '.*' not found$/s;
/** How many causes of causes are read. */
const MAX_CAUSES = 5;

/** How a call ended, as its entry says. */
export type Outcome =
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "error"; readonly failure: Failure }
  | { readonly type: "malformed"; readonly reason: string };

/** The entry of a failure. */
export function failureEntry(failure: Failure): Readonly<Record<string, unknown>> {
  return { success: false, ...wireOf(failure) };
}

function wireOf(failure: Failure): Readonly<Record<string, unknown>> {
  const { unknownMethod, message, details, cause } = failure;
  if (unknownMethod !== undefined) {
    const more = message !== `the service has no method "${unknownMethod}"`;
    return { ...unknownFunction(unknownMethod), text: more ? message : undefined };
  }
  const old = { error_type: failure.name, message, traceback: failure.stack ?? "" };
  return {
    ...old,
    status: failure.status === statusOf(old) ? undefined : failure.status,
    details,
    cause: cause === undefined ? undefined : wireOf(cause),
    ran: failure.mayHaveRun === false ? false : undefined,
  };
}

function unknownFunction(name: string): Readonly<Record<string, unknown>> {
  return { error_type: "KeyError", message: `Function '${name}' not found`, traceback: "" };
}

/** Reads an entry of an answer. */
export function readOutcome(entry: unknown): Outcome {
  if (!isRecord(entry)) {
    return { type: "malformed", reason: `expected an outcome, got ${kindOf(entry)}` };
  }
  const { success } = entry;
  if (success === true) return { type: "result", value: entry["result"] ?? null };
  if (success === false) return { type: "error", failure: failureOf(entry, 0) };
  return {
    type: "malformed",
    reason: `expected "success" to be true or false, got ${kindOf(success)}`,
  };
}

/** A failure from the members of its entry or of one of its causes. */
function failureOf(entry: Entry, depth: number): Failure {
  const { error_type: name, text, traceback, details, cause } = entry;
  return {
    status: isStatus(entry["status"]) ? entry["status"] : statusOf(entry),
    name: typeof name === "string" ? name : "Error",
    message: typeof text === "string" ? text : textOf(entry["message"]),
    ...(details !== undefined && details !== null && { details }),
    ...(typeof traceback === "string" && traceback !== "" && { stack: traceback }),
    ...(isRecord(cause) && depth < MAX_CAUSES && { cause: failureOf(cause, depth + 1) }),
    ...(neverRan(entry) && { mayHaveRun: false }),
  };
}

type Entry = Readonly<Record<string, unknown>>;

/** The status that the three old members tell. */
function statusOf(entry: Entry): Status {
  if (isUnknownFunction(entry)) return "unimplemented";
  return STATUS_OF.get(String(entry["error_type"])) ?? "unknown";
}

function neverRan(entry: Entry): boolean {
  // A failure with a status of its own says itself whether a handler has run.
  return entry["ran"] === false || (entry["status"] === undefined && isUnknownFunction(entry));
}

function isUnknownFunction({ error_type: name, message, traceback }: Entry): boolean {
  if (name !== "KeyError" || traceback !== "" || typeof message !== "string") return false;
  return UNKNOWN_FUNCTION.test(message);
}

/** A message that is no text, such as one that Python could not make into one. */
function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  return message === undefined || message === null ? "" : kindOf(message);
}
