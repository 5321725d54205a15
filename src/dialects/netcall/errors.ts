/**
 * Failures on the wire of NetCall: a JSON object of three members that everybody reads, and further
 * members for peers that go beyond the old protocol.
 *
 * Spec: docs/protocols/netcall.md, "Errors".
 *
 *     {"ename": "ValueError", "evalue": "went wrong", "traceback": null, "status": "not_found"}
 *
 * @module
 */

import { JsonCodec } from "../../codec/json.ts";
import type { Failure } from "../../rpc/errors.ts";
import { isStatus, type Status } from "../../rpc/status.ts";

const json = new JsonCodec();

/** What names of Python's exceptions mean beyond doubt; all others are `unknown`. */
const STATUS_OF: ReadonlyMap<string, Status> = new Map([
  ["NotImplementedError", "unimplemented"],
  ["TimeoutError", "deadline_exceeded"],
  ["PermissionError", "permission_denied"],
  ["MemoryError", "resource_exhausted"],
  ["CancelledError", "cancelled"],
]);

const UNREGISTERED = "Unregistered procedure ";
/** How many causes of causes are read. */
const MAX_CAUSES = 5;

/** The names under which a generator ends well. */
export const STOP_ITERATION = "StopIteration";
export const GENERATOR_EXIT = "GeneratorExit";

/** The payload that ends a generator. */
export function encodeEnd(ename: typeof STOP_ITERATION | typeof GENERATOR_EXIT): Uint8Array {
  return json.encode({ ename, evalue: "", traceback: null });
}

/**
 * The payload of a FAIL.
 *
 * @throws {CodecError} when the failure's details cannot be JSON
 */
export function encodeFailure(failure: Failure): Uint8Array {
  return json.encode(wireOf(failure));
}

function wireOf(failure: Failure): Record<string, unknown> {
  const { unknownMethod, status, details, cause } = failure;
  const old = unknownMethod === undefined ? undefined : UNREGISTERED + pythonText(unknownMethod);
  const ename = old === undefined ? failure.name : "NotImplementedError";
  return {
    ename,
    evalue: old ?? failure.message,
    traceback: failure.stack ?? null,
    message: old === undefined ? undefined : failure.message,
    status: status === statusOf(ename) ? undefined : status,
    details,
    cause: cause === undefined ? undefined : wireOf(cause),
    ran: failure.mayHaveRun === false ? false : undefined,
  };
}

/** What the payload of a FAIL says. */
export type DecodedFail =
  | { readonly type: "ended" }
  | { readonly type: "failed"; readonly failure: Failure };

/** Reads the payload of a FAIL. What cannot be read is a failure that says so. */
export function decodeFail(payload: Uint8Array): DecodedFail {
  let read: unknown;
  try {
    read = json.decode(payload);
  } catch (error) {
    return { type: "failed", failure: unreadable(error instanceof Error ? error.message : "") };
  }
  if (!isRecord(read)) return { type: "failed", failure: unreadable("it is no object") };
  const { ename } = read;
  if (ename === STOP_ITERATION || ename === GENERATOR_EXIT) return { type: "ended" };
  return { type: "failed", failure: failureOf(read, 0) };
}

/** A failure from the members of a FAIL or of one of its causes. */
function failureOf(read: Readonly<Record<string, unknown>>, depth: number): Failure {
  const { ename, evalue, traceback, message, status, details, cause, ran } = read;
  const name = typeof ename === "string" ? ename : "Error";
  const text = textOf(evalue);
  const never = name === "NotImplementedError" && text.startsWith(UNREGISTERED);
  return {
    status: isStatus(status) ? status : statusOf(name),
    name,
    message: typeof message === "string" ? message : text,
    ...(details !== undefined && details !== null && { details }),
    ...(typeof traceback === "string" && { stack: traceback }),
    ...(isRecord(cause) && depth < MAX_CAUSES && { cause: failureOf(cause, depth + 1) }),
    ...((ran === false || never) && { mayHaveRun: false }),
  };
}

/** What is thrown into a generator: class name, text, and for new peers what goes beyond. */
export function encodeThrown(failure: Failure): readonly unknown[] {
  const { name, message, status, details } = failure;
  const beyond = {
    ...(status !== statusOf(name) && { status }),
    ...(details !== undefined && { details }),
  };
  return Object.keys(beyond).length === 0 ? [name, message] : [name, message, beyond];
}

/** Reads what is thrown into a generator; a bare name has no text. */
export function decodeThrown(value: unknown): Failure {
  const [name, message, beyond] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const { status, details } = isRecord(beyond) ? beyond : NOTHING;
  return failureOf({ ename: name, evalue: message, status, details }, 0);
}

const NOTHING: Readonly<Record<string, unknown>> = {};

function statusOf(name: string): Status {
  return STATUS_OF.get(name) ?? "unknown";
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value, bigintText);
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function unreadable(why: string): Failure {
  return {
    status: "internal",
    name: "ProtocolError",
    message: `the failure is unreadable: ${why}`,
  };
}

/** Text as Python shows it: in single quotes unless it has some and no double ones. */
export function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** Octets as Python shows them. */
export function pythonBytes(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const printable = octet >= 0x20 && octet < 0x7f && octet !== 0x27 && octet !== 0x5c;
    text += printable
      ? String.fromCharCode(octet)
      : octet === 0x27 || octet === 0x5c
        ? `\\${String.fromCharCode(octet)}`
        : `\\x${octet.toString(16).padStart(2, "0")}`;
  }
  return `b'${text}'`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
