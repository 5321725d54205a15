/**
 * Says on stderr that an endpoint cannot be reached, while the call waits for it.
 *
 * A call waits for its peer as long as its timeout lets it. Whoever has mistyped a port should not
 * have to wait as long to learn it.
 *
 * @module
 */

import { subscribe } from "node:diagnostics_channel";

import { DIAGNOSTICS_CHANNEL } from "../../node/index.ts";
import type { Output } from "../output.ts";

/** Tells of each endpoint the first time that it cannot be reached. Call it before a client is made. */
export function tellUnreachable(output: Output, timeoutMs: number): void {
  const told = new Set<string>();
  const until = timeoutMs === 0 ? "until somebody does" : `for ${timeoutMs / 1000} s at most`;
  subscribe(DIAGNOSTICS_CHANNEL, (message) => {
    const { type, endpoint, error } = message as Record<string, unknown>;
    if (type !== "unreachable" || typeof endpoint !== "string" || told.has(endpoint)) return;
    told.add(endpoint);
    const reason = error instanceof Error ? error.message : `${endpoint} cannot be reached`;
    output.note(`${reason}; trying again, ${until}`);
  });
}
