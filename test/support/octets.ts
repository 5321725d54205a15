/** Messages as the peer gets them. */

import { wholeOctets } from "../../src/base/octets.ts";
import type { Message, OutgoingMessage } from "../../src/rpc/packet.ts";

/** What arrives of a message that a dialect wrote; nothing if it wrote none. */
export function arrived(message: OutgoingMessage | undefined): Message {
  return (message ?? []).map(wholeOctets);
}
