/**
 * How calls fail: `RpcError`, and the rules that turn anything thrown into one.
 *
 * @module
 */

import { ZerocallError } from "../base/errors.ts";
import { isStatus, type Status } from "./status.ts";

/** What an {@link RpcError} may carry beside status and message. */
export interface RpcErrorInit {
  readonly cause?: unknown;
  /** What the handler wants the caller to have: any value that the codec can carry. */
  readonly details?: unknown;
  /** Class name of what the peer's handler threw; it becomes the error's `name`. */
  readonly name?: string;
  /** The method that was called. */
  readonly method?: string;
  /** Who made the error. @default "local" */
  readonly origin?: "local" | "peer";
  /** The stack or traceback that the peer sent. */
  readonly peerStack?: string;
  /** Whether the handler may have run; see {@link RpcError.mayHaveRun}. @default true */
  readonly mayHaveRun?: boolean;
  /** See {@link RpcError.wireCode}. */
  readonly wireCode?: number;
}

/**
 * How a call failed. `code` and `status` are the same string.
 *
 * A handler that throws one chooses the status, message and details that its caller gets.
 */
export class RpcError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "RpcError";
  declare readonly code: Status;
  /** `"peer"` when the other side sent it, `"local"` when this side gave up. */
  readonly origin: "local" | "peer";
  /** The method that was called; empty where no call was under way yet. */
  readonly method: string;
  readonly details: unknown;
  /** The stack or traceback that the peer sent, where it sends them. */
  readonly peerStack: string | undefined;
  /**
   * `false` when the request certainly never reached a handler, so that sending it again cannot
   * run it twice.
   */
  readonly mayHaveRun: boolean;
  /**
   * The error's number in protocols that number errors, such as JSON-RPC: the one that the peer
   * sent, or the one to send. Every protocol has a number for each status, too.
   */
  readonly wireCode: number | undefined;

  constructor(status: Status, message: string, init: RpcErrorInit = {}) {
    super(status, message, init);
    if (init.name !== undefined) this.name = init.name;
    this.origin = init.origin ?? "local";
    this.method = init.method ?? "";
    this.details = init.details;
    this.peerStack = init.peerStack;
    this.mayHaveRun = init.mayHaveRun ?? true;
    this.wireCode = init.wireCode;
  }

  /** How the call ended. */
  get status(): Status {
    return this.code;
  }
}

/** A failure in the neutral words that every dialect translates. */
export interface Failure {
  readonly status: Status;
  /** Class name of what was thrown, such as `"TypeError"`. */
  readonly name: string;
  readonly message: string;
  readonly details?: unknown;
  readonly stack?: string;
  /** The failure behind it, if it had a cause. */
  readonly cause?: Failure;
  /** `false` when no handler has run. */
  readonly mayHaveRun?: boolean;
  /** Text for peers whose protocol wants the bare name of an unknown method as message. */
  readonly unknownMethod?: string;
  /** Number in protocols that number errors. */
  readonly wireCode?: number;
  /** Makes the caller's error in place of the `RpcError`, which it gets. Read failures only. */
  readonly revive?: (error: RpcError) => unknown;
}

/** How many causes of causes travel. */
const MAX_CAUSES = 5;

/**
 * Describes anything that a handler threw, so that no throw ends in silence.
 *
 * An `RpcError` keeps its status, an abort becomes `cancelled`, a timeout `deadline_exceeded`,
 * everything else `unknown`. What is no error at all becomes its text, and an object its details. Never throws, whatever the
 * thrown object's properties do.
 *
 * That the handler has run is sure, so {@link RpcError.mayHaveRun} of what it threw, which is about
 * a call of its own, is not taken over.
 *
 * @param withStack - whether the stack may leave this process
 */
export function toFailure(
  thrown: unknown,
  withStack: boolean,
  causes: number = MAX_CAUSES,
): Failure {
  try {
    if (!(thrown instanceof Error)) return failureOf(thrown);
    const { cause, stack } = thrown;
    return {
      status: statusOf(thrown),
      name: readText(thrown.name),
      message: readText(thrown.message),
      ...("details" in thrown && thrown.details !== undefined && { details: thrown.details }),
      ...numbered(thrown),
      ...(withStack && typeof stack === "string" && { stack }),
      ...(cause !== undefined && causes > 0 && { cause: toFailure(cause, withStack, causes - 1) }),
    };
  } catch {
    return { status: "unknown", name: "Error", message: "the error cannot be read" };
  }
}

/** Of what is no error its text travels, and of an object also what it holds. */
function failureOf(thrown: unknown): Failure {
  const failure = { status: "unknown", name: "Error" } as const;
  if (typeof thrown !== "object" || thrown === null)
    return { ...failure, message: readText(thrown) };
  const said: unknown = "message" in thrown ? thrown.message : undefined;
  return {
    ...failure,
    message: typeof said === "string" ? said : readText(thrown),
    details: thrown,
  };
}

/** Makes the caller's error of a peer's failure. */
export function fromFailure(failure: Failure, method: string): RpcError {
  const error = new RpcError(failure.status, failure.message, {
    origin: "peer",
    method,
    name: failure.name,
    ...(failure.details !== undefined && { details: failure.details }),
    ...(failure.stack !== undefined && { peerStack: failure.stack }),
    ...(failure.mayHaveRun !== undefined && { mayHaveRun: failure.mayHaveRun }),
    ...(failure.cause !== undefined && { cause: fromFailure(failure.cause, method) }),
    ...(failure.wireCode !== undefined && { wireCode: failure.wireCode }),
  });
  // Where a message was read says nothing about the error: name what was called instead.
  error.stack = `${failure.name}: ${failure.message}\n    at ${method || "the peer"}() (peer)`;
  return error;
}

/** What an application's own numbered error says: an integer as `code`, and perhaps `data`. */
function numbered(error: Error): { readonly wireCode?: number; readonly details?: unknown } {
  if (error instanceof RpcError) {
    return error.wireCode === undefined ? {} : { wireCode: error.wireCode };
  }
  // Own ones only: a DOMException has a number of another kind in its prototype.
  const code: unknown = Object.hasOwn(error, "code") && "code" in error ? error.code : undefined;
  if (!Number.isSafeInteger(code)) return {};
  const data: unknown = "details" in error || !("data" in error) ? undefined : error.data;
  return { wireCode: code as number, ...(data !== undefined && { details: data }) };
}

function statusOf(error: Error): Status {
  if ("code" in error && isStatus(error.code)) return error.code;
  if (error.name === "AbortError") return "cancelled";
  if (error.name === "TimeoutError") return "deadline_exceeded";
  return "unknown";
}

/** Throws for what has not even a type, of which then nothing travels. */
function readText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    // An object without a usable toString, such as one made by Object.create(null).
    return Object.prototype.toString.call(thrown);
  }
}
