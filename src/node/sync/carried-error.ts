/**
 * Errors on their way between threads: as data, since the structured clone algorithm keeps neither
 * their classes nor what they carry.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { ProtocolError, UsageError, ZerocallError } from "../../base/errors.ts";
import { CodecError } from "../../codec/errors.ts";
import { RpcError } from "../../rpc/errors.ts";
import { SocketError, TransportError } from "../../sockets/errors.ts";

/** An error as data. */
export interface CarriedError {
  /** Which class it is of; anything else is an `Error`. */
  readonly kind: Kind | "Error";
  readonly name: string;
  readonly message: string;
  /** Its own properties, without those that are said elsewhere. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: CarriedError;
}

type Kind =
  | "RpcError"
  | "UsageError"
  | "CodecError"
  | "SocketError"
  | "TransportError"
  | "ProtocolError"
  | "ZerocallError";

type ErrorClass = new (...args: never[]) => Error;

/** The classes that are made again, the narrower before the wider. */
const KINDS: ReadonlyMap<Kind, ErrorClass> = new Map<Kind, ErrorClass>([
  ["RpcError", RpcError],
  ["UsageError", UsageError],
  ["CodecError", CodecError],
  ["SocketError", SocketError],
  ["TransportError", TransportError],
  ["ProtocolError", ProtocolError],
  ["ZerocallError", ZerocallError],
]);

/** Where this package is, as frames name it: with source maps they are in `src`, as paths. */
const OWN_PLACES = ownPlaces(import.meta.url);

/** How many causes of causes are carried. */
const MAX_CAUSES = 5;

/** Makes data of anything that was thrown. Never throws. */
export function carryError(thrown: unknown, causes: number = MAX_CAUSES): CarriedError {
  if (!(thrown instanceof Error)) {
    return { kind: "Error", name: "Error", message: String(thrown), fields: {} };
  }
  const [kind] = [...KINDS].find(([, Class]) => thrown instanceof Class) ?? (["Error"] as const);
  const fields = Object.fromEntries(
    Object.entries(thrown).filter(([name, value]) => name !== "name" && crosses(value)),
  );
  const { name, message, cause } = thrown;
  return {
    kind,
    name,
    message,
    fields,
    ...(cause !== undefined && causes > 0 && { cause: carryError(cause, causes - 1) }),
  };
}

/** Makes the error again, thrown as it were at the place that waited for it. */
export function reviveError(carried: CarriedError): Error {
  const { kind, name, message, fields } = carried;
  const cause = carried.cause === undefined ? undefined : reviveError(carried.cause);
  const error = new Error(message, cause === undefined ? undefined : { cause });
  const Class = kind === "Error" ? Error : (KINDS.get(kind) ?? Error);
  Object.setPrototypeOf(error, Class.prototype as object);
  Object.defineProperty(error, "name", {
    value: name,
    enumerable: kind !== "Error",
    configurable: true,
    writable: true,
  });
  Object.assign(error, fields);
  // The stack was written down when the error had no name yet.
  error.stack = `${name}: ${message}${framesOf(error.stack)}`;
  return error;
}

/** The frames of a stack without those of this package: the caller's line comes first. */
function framesOf(stack: string | undefined): string {
  const frames = stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
  return frames
    .filter((line) => !OWN_PLACES.some((place) => line.includes(place)))
    .map((line) => `\n${line}`)
    .join("");
}

/** None in a bundle, where code of this package and of its user are in one file. */
export function ownPlaces(module: string | undefined): string[] {
  const [, root] = /^(file:.*\/)(?:lib|src)\/node\/sync\/[^/]+$/.exec(module ?? "") ?? [];
  if (root === undefined) return [];
  const urls = ["lib/", "src/"].map((folder) => new URL(folder, root));
  return urls.flatMap((url) => [url.href, fileURLToPath(url)]);
}

function crosses(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
