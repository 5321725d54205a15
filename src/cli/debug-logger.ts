/**
 * Logs of clients and servers as lines on stderr.
 *
 * @module
 */

import type { Logger } from "../node/index.ts";
import { withoutOwnFrames } from "./frames.ts";
import type { Output } from "./output.ts";

/** Writes everything. */
export function debugLogger(output: Output): Logger {
  return {
    debug: (message) => output.detail(`debug ${message}`),
    info: (message) => output.detail(`info ${message}`),
    warn: (message) => output.detail(`warn ${message}`),
    error: (message) => output.detail(`error ${message}`),
  };
}

/** Writes only what somebody should look at: stacks end with the frames of whoever is served. */
export function problemLogger(output: Output): Logger {
  const silent = (): void => undefined;
  const everything = debugLogger(output);
  return {
    debug: silent,
    info: silent,
    warn: (message) => everything.warn(withoutOwnFrames(message)),
    error: (message) => everything.error(withoutOwnFrames(message)),
  };
}
