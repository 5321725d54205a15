/**
 * Messages that are too large for a link. They are refused before they are sent: a peer ends the
 * connection when such a message begins to come, and all calls on it with it.
 *
 * @module
 */

import { RpcError } from "./errors.ts";
import type { Message } from "./packet.ts";
import type { Link } from "./transport.ts";

/**
 * Checks the octets of a message against the limit of its link.
 *
 * @param mayHaveRun - what the error says of the call
 * @throws {RpcError} `resource_exhausted`
 */
export function checkSize(message: Message, link: Link, method: string, mayHaveRun: boolean): void {
  const most = link.maxMessageOctets;
  if (most === undefined) return;
  let octets = 0;
  for (const frame of message) octets += frame.byteLength;
  if (octets <= most) return;
  throw new RpcError(
    "resource_exhausted",
    `expected a message of at most maxMessageSize = ${most} octets, got ${octets}; raise the` +
      " limit on both sides, or send it as a stream",
    { method, mayHaveRun },
  );
}
