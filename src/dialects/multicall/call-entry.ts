/**
 * One call of a list: `[name, args, kwargs]`.
 *
 * Spec: docs/protocols/multicall.md, "Requests". Args are spread as Python spreads them.
 *
 * @module
 */

import { unsupported } from "../../codec/errors.ts";
import type { RequestOptions } from "../../rpc/packet.ts";

/** A call as its entry says. */
export interface CallEntry {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Arguments by name, if there are any. */
  readonly named: Readonly<Record<string, unknown>> | undefined;
}

const NOTHING: Readonly<Record<string, unknown>> = {};

/**
 * The entry of a call.
 *
 * @throws {CodecError} `CODEC_UNSUPPORTED` when one of its arguments is a stream
 */
export function callEntry(
  method: string,
  args: readonly unknown[],
  options: RequestOptions | undefined,
): readonly [string, readonly unknown[], Readonly<Record<string, unknown>>] {
  const inputIndex = options?.inputIndex;
  if (inputIndex !== undefined) {
    throw unsupported("a stream", `argument ${inputIndex} of ${method}()`);
  }
  return [method, args, options?.named ?? NOTHING];
}

/** Reads an entry, or says why it is no call. */
export function readCall(entry: unknown): CallEntry | string {
  if (!Array.isArray(entry)) return `expected a call [name, args, kwargs], got ${kindOf(entry)}`;
  const parts = entry as readonly unknown[];
  if (parts.length !== 3) {
    return `expected a call [name, args, kwargs], got a list of ${parts.length}`;
  }
  const [method, args, kwargs] = parts;
  if (typeof method !== "string") return `expected text for a name, got ${kindOf(method)}`;
  const list = argList(args);
  if (list === undefined) return `expected a list of args for ${method}(), got ${kindOf(args)}`;
  if (!isRecord(kwargs)) {
    return `expected an object of kwargs for ${method}(), got ${kindOf(kwargs)}`;
  }
  return { method, args: list, named: hasMembers(kwargs) ? kwargs : undefined };
}

/** What a decoded value is called in messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

/** Whether a decoded value has members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function argList(args: unknown): readonly unknown[] | undefined {
  if (Array.isArray(args)) return args as readonly unknown[];
  if (typeof args === "string") return Array.from(args);
  return isRecord(args) ? Object.keys(args) : undefined;
}

function hasMembers(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return true;
  return false;
}
