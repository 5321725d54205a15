/**
 * What is done when a peer's messages have led to an exception: a mistake of this process, as nothing
 * that a peer sends should. It costs that peer its connection, and no other peer anything.
 *
 * @module
 */

import type { Observer } from "./rpc-event.ts";
import type { Link } from "./transport.ts";

/** Tells of a mistake and ends the link over which it came to light. Never throws. */
export function endFaulty(link: Link, error: unknown, observer: Observer | undefined): void {
  const { endpoint, address } = link;
  // An observer and what is left of the link may have had part in it, and fail once more.
  attempt(() => observer?.({ type: "fault", endpoint, address, error }));
  attempt(() => link.close());
}

function attempt(task: () => void): void {
  try {
    task();
  } catch {
    // Of this mistake somebody has been told, or nobody can be.
  }
}
