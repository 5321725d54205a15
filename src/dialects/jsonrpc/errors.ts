/**
 * Failures as error objects, and back.
 *
 * Spec: JSON-RPC 2.0, section 5.1; docs/protocols/jsonrpc.md, "Errors".
 *
 * @module
 */

import type { Failure, RpcError } from "../../rpc/errors.ts";
import { isStatus, type Status, STATUSES } from "../../rpc/status.ts";

/** An error on the wire. */
export interface ErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A class whose instances errors of one code become. */
export type ErrorClass = new (message: string, data: unknown) => unknown;

/** Classes by code. */
export type ErrorClasses = Readonly<Record<number, ErrorClass>>;

export const PARSE_ERROR: ErrorObject = { code: -32700, message: "Parse error" };
export const INVALID_REQUEST: ErrorObject = { code: -32600, message: "Invalid Request" };
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
/** Errors of handlers that say nothing about their kind. The others count down from here. */
const SERVER_ERROR = -32000;
const LAST_SERVER_ERROR = -32099;

/** Status to wire. What is not here is {@link SERVER_ERROR} less its number in gRPC. */
const CODES: Partial<Record<Status, number>> = {
  unknown: SERVER_ERROR,
  invalid_argument: INVALID_PARAMS,
  internal: INTERNAL_ERROR,
};

/** What a code says by itself. */
interface Meaning {
  readonly status: Status;
  /** Name of the error where the peer gives none. */
  readonly name: string;
}

/** Wire to status, with the name of the error where the peer gives none. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  ...STATUSES.map((status): [number, Meaning] => [
    codeOfStatus(status),
    { status, name: "RpcError" },
  ]),
  [SERVER_ERROR, { status: "unknown", name: "Error" }],
  [PARSE_ERROR.code, { status: "invalid_argument", name: "ParseError" }],
  [INVALID_REQUEST.code, { status: "invalid_argument", name: "InvalidRequest" }],
  [METHOD_NOT_FOUND, { status: "unimplemented", name: "MethodNotFound" }],
  [INVALID_PARAMS, { status: "invalid_argument", name: "InvalidParams" }],
  [INTERNAL_ERROR, { status: "internal", name: "InternalError" }],
]);

/** Codes that say that no method has run. */
const NEVER_RAN: ReadonlySet<number> = new Set([
  PARSE_ERROR.code,
  INVALID_REQUEST.code,
  METHOD_NOT_FOUND,
]);

/** Errors of methods of the original, whose code is null. */
const ORIGINAL: Meaning = { status: "unknown", name: "ServerError" };

/** How many causes of causes are read. */
const MAX_CAUSES = 5;

function codeOfStatus(status: Status): number {
  return CODES[status] ?? SERVER_ERROR - (STATUSES.indexOf(status) + 1);
}

function meaningOf(code: number | null): Meaning {
  if (code === null) return ORIGINAL;
  const known = MEANINGS.get(code);
  if (known !== undefined) return known;
  const server = code <= SERVER_ERROR && code >= LAST_SERVER_ERROR;
  return { status: "unknown", name: server ? "ServerError" : "ApplicationError" };
}

/** Makes the error object of a failure. */
export function encodeFailure(failure: Failure): ErrorObject {
  const { unknownMethod, message, details } = failure;
  if (unknownMethod !== undefined) {
    // The specification's own words, and beside them what helps.
    const plain = message === noMethod(unknownMethod);
    const error = { code: METHOD_NOT_FOUND, message: "Method not found" };
    return plain ? error : { ...error, data: message };
  }
  const code = failure.wireCode ?? codeOfStatus(failure.status);
  const data = details === undefined ? exceptionData(failure, code) : details;
  return data === undefined ? { code, message } : { code, message, data };
}

function noMethod(name: string): string {
  return `the service has no method "${name}"`;
}

/** What an error without details of its own says beyond code and message, if anything. */
function exceptionData(failure: Failure, code: number): object | undefined {
  const exception = exceptionOf(failure, meaningOf(code));
  return Object.values(exception).every((value) => value === undefined) ? undefined : { exception };
}

function exceptionOf(failure: Failure, known: Meaning | undefined): Record<string, unknown> {
  const { name, stack, cause, status, mayHaveRun } = failure;
  return {
    name: name === known?.name ? undefined : name,
    status: status === known?.status ? undefined : status,
    stack,
    cause: cause && { ...exceptionOf(cause, undefined), message: cause.message },
    ran: mayHaveRun === false ? false : undefined,
  };
}

/**
 * Reads an error object.
 *
 * @param method - that was called
 * @returns `undefined` when it is none
 */
export function decodeFailure(
  error: Readonly<Record<string, unknown>>,
  method: string,
  classes: ErrorClasses,
): Failure | undefined {
  const { code, message, data } = error;
  if (typeof message !== "string" || !isCode(code)) return undefined;
  const exception = exceptionIn(data);
  const details = exception === undefined ? (data ?? undefined) : undefined;
  const failure: Failure = {
    ...meaningOf(code),
    message,
    ...(details !== undefined && { details }),
    ...(exception !== undefined && readException(exception)),
    ...(code !== null && numbered(code, reviver(classes, code, message, details))),
  };
  return code === METHOD_NOT_FOUND ? methodNotFound(failure, method) : failure;
}

/** The original has the code null for whatever a method raised. */
function isCode(code: unknown): code is number | null {
  return code === null || Number.isInteger(code);
}

function numbered(wireCode: number, revive: Failure["revive"] | undefined): Partial<Failure> {
  return {
    wireCode,
    ...(NEVER_RAN.has(wireCode) && { mayHaveRun: false }),
    ...(revive !== undefined && { revive }),
  };
}

/** Puts what helps into the message. */
function methodNotFound(failure: Failure, method: string): Failure {
  const { details, message } = failure;
  if (message.toLowerCase() !== "method not found") return failure;
  if (typeof details !== "string") return { ...failure, message: noMethod(method) };
  return { ...failure, message: details, details: undefined };
}

/** The member `exception`, if the data is nothing but that. */
function exceptionIn(data: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof data !== "object" || data === null || !("exception" in data)) return undefined;
  const { exception } = data;
  if (Object.keys(data).length !== 1 || typeof exception !== "object") return undefined;
  return (exception ?? undefined) as Readonly<Record<string, unknown>> | undefined;
}

function readException(exception: Readonly<Record<string, unknown>>, depth = 0): Partial<Failure> {
  const { name, stack, status, ran, cause } = exception;
  return {
    ...(typeof name === "string" && { name }),
    ...(typeof stack === "string" && { stack }),
    ...(isStatus(status) && { status }),
    ...(ran === false && { mayHaveRun: false }),
    ...(typeof cause === "object" &&
      cause !== null &&
      depth < MAX_CAUSES && { cause: readCause(cause as Record<string, unknown>, depth + 1) }),
  };
}

function readCause(cause: Readonly<Record<string, unknown>>, depth: number): Failure {
  const message = typeof cause["message"] === "string" ? cause["message"] : "";
  return { status: "unknown", name: "Error", ...readException(cause, depth), message };
}

function reviver(
  classes: ErrorClasses,
  code: number,
  message: string,
  data: unknown,
): ((error: RpcError) => unknown) | undefined {
  const Class = Object.hasOwn(classes, code) ? classes[code] : undefined;
  if (Class === undefined) return undefined;
  return (error) => {
    try {
      return new Class(message, data);
    } catch {
      // A constructor that cannot cope with the peer's data must not keep the call open.
      return error;
    }
  };
}
