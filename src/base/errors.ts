/**
 * The base of every error that zerocall throws, reports or rejects with.
 *
 * Callers decide by `code`, never by text or class identity: the brand makes
 * {@link isZerocallError} work across two copies of the package.
 *
 * @module
 */

const BRAND = Symbol.for("zerocall.error");

/** What every zerocall error has beside its message. */
export interface ErrorInit {
  /** What caused it, kept as it was. */
  readonly cause?: unknown;
}

/** The base class of the six kinds of error. */
export class ZerocallError extends Error {
  /** Stays in bundles that are minified: it becomes the name of errors, which travels to peers. */
  static override readonly name: string = "ZerocallError";
  /** The stable name of what went wrong; `docs/reference/errors.md` has a heading for each. */
  readonly code: string;

  constructor(code: string, message: string, init?: ErrorInit) {
    super(message, init?.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = code;
  }
}

Object.defineProperty(ZerocallError.prototype, BRAND, { value: true });

/** Tells whether `value` is an error of zerocall, also one of another copy of the package. */
export function isZerocallError(value: unknown): value is ZerocallError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The codes of {@link UsageError}. */
export type UsageCode =
  | "USAGE_OPTION"
  | "USAGE_ENDPOINT"
  | "USAGE_CLOSED"
  | "USAGE_STATE"
  | "USAGE_NAME"
  | "USAGE_HANDLER"
  | "USAGE_ARGUMENTS";

/** The caller broke a contract. It is thrown at once, also by functions that return promises. */
export class UsageError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "UsageError";
  declare readonly code: UsageCode;

  constructor(code: UsageCode, message: string, init?: ErrorInit) {
    super(code, message, init);
  }
}

/** Which side broke a rule of a protocol. */
export type Side = "local" | "peer";

/** A rule of a protocol was broken. */
export class ProtocolError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "ProtocolError";
  /** Who broke the rule. */
  readonly side: Side;

  constructor(code: string, message: string, init?: ErrorInit & { readonly side?: Side }) {
    super(code, message, init);
    this.side = init?.side ?? "peer";
  }
}
