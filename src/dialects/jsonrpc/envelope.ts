/**
 * The objects of JSON-RPC: requests, notifications and answers, read and written.
 *
 *     {"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}
 *     {"jsonrpc": "2.0", "method": "update", "params": [1, 2]}
 *     {"jsonrpc": "2.0", "result": 19, "id": 1}
 *     {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": 1}
 *
 * Spec: JSON-RPC 2.0, sections 4 and 5; docs/protocols/jsonrpc.md, "Requests" and "Answers".
 *
 * @module
 */

import type { JsonCodec } from "../../codec/json.ts";
import type { ErrorObject } from "./errors.ts";

/** The longest text that is taken for an id; each open call keeps its own. */
const MAX_ID_CHARACTERS = 1024;

/** The id of answers to what had none that could be read. */
export const NO_ID = "null";

/** What an object, or anything else, turned out to be. */
export type ReadRequest =
  | {
      readonly type: "request";
      readonly method: string;
      readonly args: readonly unknown[];
      readonly named: Readonly<Record<string, unknown>> | undefined;
      /** The id as JSON text; `undefined` for a notification. */
      readonly id: string | undefined;
    }
  | { readonly type: "invalid"; readonly id: string; readonly reason: string };

const NO_ARGS: readonly unknown[] = [];

/** Reads a request. @param nullIds - whether the id `null` makes a call or a notification */
export function readRequest(
  codec: JsonCodec,
  value: unknown,
  nullIds: "call" | "notification",
): ReadRequest {
  if (!isRecord(value)) return invalid(NO_ID, "expected an object");
  const { jsonrpc, method, params, id } = value;
  const idText = id === undefined ? undefined : readId(codec, id);
  if (id !== undefined && idText === undefined) {
    return invalid(NO_ID, "expected an id that is text or a number");
  }
  const answerId = idText ?? NO_ID;
  if (jsonrpc === undefined) return invalid(answerId, "expected the member jsonrpc");
  if (typeof method !== "string") return invalid(answerId, "expected a method that is text");
  const read = readParams(params);
  if (read === undefined) return invalid(answerId, "expected params in a list or an object");
  const notifies = idText === undefined || (id === null && nullIds === "notification");
  return { type: "request", method, ...read, id: notifies ? undefined : idText };
}

/** The arguments in `params`, or `undefined` if that is neither a list nor an object. */
export function readParams(params: unknown):
  | {
      readonly args: readonly unknown[];
      readonly named: Readonly<Record<string, unknown>> | undefined;
    }
  | undefined {
  if (Array.isArray(params)) return { args: params as readonly unknown[], named: undefined };
  if (params === undefined || params === null) return { args: NO_ARGS, named: undefined };
  if (!isRecord(params)) return undefined;
  const empty = Object.keys(params).length === 0;
  return { args: NO_ARGS, named: empty ? undefined : params };
}

/** Writes a request, or a notification if there is no id. */
export function writeRequest(
  codec: JsonCodec,
  request: {
    readonly method: string;
    readonly args: readonly unknown[];
    readonly named: Readonly<Record<string, unknown>> | undefined;
    readonly id: number | undefined;
  },
): string {
  const { method, args, named, id } = request;
  // The original takes no request without params, and writes an object where there are none.
  const params =
    named !== undefined ? codec.text(named) : args.length > 0 ? codec.text(args) : "{}";
  const head = `{"jsonrpc": "2.0", "method": ${JSON.stringify(method)}, "params": ${params}`;
  return id === undefined ? `${head}}` : `${head}, "id": ${id}}`;
}

/** Writes an answer. */
export function writeResult(codec: JsonCodec, value: unknown, id: string): string {
  return `{"jsonrpc": "2.0", "result": ${codec.text(value)}, "id": ${id}}`;
}

/** Writes an answer that is an error. */
export function writeError(codec: JsonCodec, error: ErrorObject, id: string): string {
  return `{"jsonrpc": "2.0", "error": ${codec.text(error)}, "id": ${id}}`;
}

function readId(codec: JsonCodec, id: unknown): string | undefined {
  if (id === null || typeof id === "bigint") return String(id);
  if (typeof id === "string" && id.length > MAX_ID_CHARACTERS) return undefined;
  const valid = typeof id === "string" || (typeof id === "number" && Number.isFinite(id));
  return valid ? codec.text(id) : undefined;
}

function invalid(id: string, reason: string): ReadRequest {
  return { type: "invalid", id, reason };
}

/** Whether a read value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
