/**
 * Messages that are too large for a link. They are refused before they are sent: a peer ends the
 * connection when such a message begins to come, and all calls on it with it.
 *
 * @module
 */

import { octetLength } from "../base/octets.ts";
import { RpcError } from "./errors.ts";
import type { OutgoingMessage } from "./packet.ts";
import type { Link } from "./transport.ts";

/**
 * Checks the octets of a message against the limit of its link.
 *
 * @param message - `undefined` where the protocol has none for what was to be said
 * @param mayHaveRun - what the error says of the call
 * @returns the message
 * @throws {RpcError} `resource_exhausted`
 */
export function checkSize(
  message: OutgoingMessage | undefined,
  link: Link,
  method: string,
  mayHaveRun: boolean,
): OutgoingMessage | undefined {
  const most = link.maxMessageOctets;
  if (message === undefined || most === undefined) return message;
  let octets = 0;
  for (const frame of message) octets += octetLength(frame);
  if (octets <= most) return message;
  throw new RpcError(
    "resource_exhausted",
    `expected a message of at most maxMessageSize = ${most} octets, got ${octets}; raise the` +
      " limit on both sides, or send it as a stream",
    { method, mayHaveRun },
  );
}
