/**
 * Failures on the wire of zrpc: one text of class and message.
 *
 * Spec: docs/protocols/zrpc.md, "Answers".
 *
 * | failure | text |
 * |---|---|
 * | of a method | `ValueError: went wrong` |
 * | no such method | `Invalid RPC method name: nope` |
 * | an `RpcError` | its status as a class: `NotFoundError: there is none` |
 * | the server takes no calls | `RefusedError: the server is closing` |
 *
 * @module
 */

import type { Failure } from "../../rpc/errors.ts";
import { STATUSES, type Status } from "../../rpc/status.ts";

const UNKNOWN_METHOD = "Invalid RPC method name: ";
/** The class of what was never run and may be asked of another server. */
const REFUSED = "RefusedError";
/** The class of our own errors, whose text is rather that of their status. */
const OWN = "RpcError";
/** The class where a text has none: the one that the original's callers get. */
const NO_CLASS = "RPCError";

/** The class that stands for a status; `unknown` needs none. */
const CLASS_OF: ReadonlyMap<Status, string> = new Map(
  STATUSES.filter((status) => status !== "unknown").map((status) => [status, classOf(status)]),
);

const STATUS_OF: ReadonlyMap<string, Status> = new Map<string, Status>([
  ...[...CLASS_OF].map(([status, name]): [string, Status] => [name, status]),
  // What Python's own names mean beyond doubt.
  ["NotImplementedError", "unimplemented"],
  ["PermissionError", "permission_denied"],
  ["TimeoutError", "deadline_exceeded"],
  ["CancelledError", "cancelled"],
  ["MemoryError", "resource_exhausted"],
]);

/** Writes a failure as its text. */
export function encodeFailure(failure: Failure): string {
  const { unknownMethod, status, name, message, mayHaveRun } = failure;
  if (unknownMethod !== undefined) return UNKNOWN_METHOD + unknownMethod;
  if (status === "unavailable" && mayHaveRun === false) return `${REFUSED}: ${message}`;
  const written = name === OWN ? (CLASS_OF.get(status) ?? OWN) : name;
  return `${written}: ${message}`;
}

/** Reads the payload of an answer that is an exception, whatever it is. */
export function decodeFailure(payload: unknown): Failure {
  if (typeof payload !== "string") {
    return {
      status: "unknown",
      name: NO_CLASS,
      message: "the exception is no text",
      details: payload,
    };
  }
  if (payload.startsWith(UNKNOWN_METHOD)) {
    const name = payload.slice(UNKNOWN_METHOD.length);
    return {
      status: "unimplemented",
      name: "NameError",
      message: `the service has no method "${name}"`,
      mayHaveRun: false,
    };
  }
  const [start = "", name] = CLASS.exec(payload) ?? [];
  if (name === undefined) return { status: "unknown", name: NO_CLASS, message: payload };
  const message = payload.slice(start.length);
  if (name === REFUSED) return { status: "unavailable", name: OWN, message, mayHaveRun: false };
  return { status: STATUS_OF.get(name) ?? "unknown", name, message };
}

/**
 * How Python's exceptions begin as text. With an end, and without the message: each character that an
 * expression of this kind takes needs some of its stack.
 */
const CLASS = /^([\p{L}_][\p{L}\p{N}_.]{0,255}): /u;

/** `not_found` is `NotFoundError`. */
function classOf(status: Status): string {
  const words = status.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Error`;
}
