/**
 * Failures on the wire of zerorpc: the ERR triple for everybody, and beside it the header field
 * `error` for peers that read it.
 *
 * Spec: docs/protocols/zerorpc.md, "Errors".
 *
 * @module
 */

import type { Failure } from "../../rpc/errors.ts";
import { isStatus, type Status } from "../../rpc/status.ts";

/** The args of an ERR event for a peer of version 2 or later: class name, message, traceback. */
export function encodeTriple(failure: Failure, extended: boolean): readonly unknown[] {
  // An old client shows the message as it is; zerorpc's own one is the bare name.
  const message = extended ? failure.message : (failure.unknownMethod ?? failure.message);
  return [failure.name, message, failure.stack ?? null];
}

/** The args of an ERR event for a peer of version 1: one text, as Python prints an exception. */
export function encodeText(failure: Failure): readonly unknown[] {
  const message = failure.unknownMethod ?? failure.message;
  const quote = message.includes("'") && !message.includes('"') ? '"' : "'";
  const escaped = message.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  const inside = quote === "'" ? escaped.replaceAll("'", "\\'") : escaped;
  return [`${failure.name}(${quote}${inside}${quote})`];
}

/** The header field `error`. What the triple says already is left out. */
export function encodeError(failure: Failure): Record<string, unknown> {
  return {
    status: failure.status,
    details: failure.details,
    cause: failure.cause === undefined ? undefined : encodeCause(failure.cause),
    ran: failure.mayHaveRun === false ? false : undefined,
  };
}

function encodeCause(failure: Failure): Record<string, unknown> {
  return { ...encodeError(failure), name: failure.name, message: failure.message };
}

/**
 * Reads an ERR event.
 *
 * @param args - the event's args
 * @param field - the header field `error`, if there is one
 * @param version - what the peer's event says
 */
export function decodeFailure(args: unknown, field: unknown, version: number): Failure {
  const parts = Array.isArray(args) ? (args as readonly unknown[]) : [];
  const structured = fieldOf(field);
  if (version < 2 && parts.length === 1) {
    const text = String(parts[0]);
    const [, name = "RemoteError", message = text] = /^(\w+)\(['"](.*)['"],?\)$/s.exec(text) ?? [];
    return { status: "unknown", ...structured, name, message };
  }
  if (parts.length !== 3) {
    return {
      status: "internal",
      name: "ProtocolError",
      message: `expected an ERR of three entries, got ${parts.length}`,
    };
  }
  const [name, message, stack] = parts;
  return {
    status: "unknown",
    ...structured,
    name: String(name),
    message: String(message),
    ...(typeof stack === "string" && { stack }),
  };
}

/** What a failure of an old peer says, seen from the method that was called. */
export function statusOfOldPeer(failure: Failure, method: string): Failure {
  if (failure.name !== "NameError" || failure.message !== method) return failure;
  return {
    ...failure,
    status: "unimplemented",
    message: `the service has no method "${method}"`,
    mayHaveRun: false,
  };
}

interface Structured {
  status?: Status;
  details?: unknown;
  cause?: Failure;
  mayHaveRun?: boolean;
}

function fieldOf(field: unknown, depth = 0): Structured {
  if (typeof field !== "object" || field === null || Array.isArray(field)) return {};
  const { status, details, cause, ran } = field as Record<string, unknown>;
  return {
    ...(isStatus(status) && { status }),
    ...(details !== undefined && details !== null && { details }),
    ...(ran === false && { mayHaveRun: false }),
    ...(typeof cause === "object" &&
      cause !== null &&
      depth < MAX_CAUSES && { cause: causeOf(cause as Record<string, unknown>, depth) }),
  };
}

const MAX_CAUSES = 5;

function causeOf(cause: Record<string, unknown>, depth: number): Failure {
  const { name, message } = cause;
  return {
    status: "unknown",
    ...fieldOf(cause, depth + 1),
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : "",
  };
}
