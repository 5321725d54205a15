/**
 * Errors of finding and loading the code of a service.
 *
 * @module
 */

import { ZerocallError } from "../../base/errors.ts";
import type { ErrorInit } from "../../base/errors.ts";

/** The codes of {@link SourceError}. */
export type SourceCode =
  /** There is no such file, package or built-in module; the message lists what was tried. */
  | "SOURCE_NOT_FOUND"
  /** The module has no such export; the message lists those it has. */
  | "SOURCE_NO_EXPORT"
  /** The module, or the constructor of its class, threw; `cause` is what it threw. */
  | "SOURCE_FAILED"
  /** There is nothing in it that could be called, or too much to choose from. */
  | "SOURCE_NOTHING_TO_SERVE";

/** A service cannot be loaded from the place that was named. */
export class SourceError extends ZerocallError {
  /** Stays in bundles that are minified. */
  static override readonly name: string = "SourceError";
  declare readonly code: SourceCode;

  constructor(code: SourceCode, message: string, init?: ErrorInit) {
    super(code, message, init);
  }
}
