/**
 * What is done when the events of a peer have led to an exception: a mistake of this process, as nothing
 * that a peer sends should. It costs that peer its connection, and no other peer anything.
 *
 * @module
 */

import type { Observer, RpcEvent } from "./rpc-event.ts";
import type { Link } from "./transport.ts";

type Fault = Extract<RpcEvent, { type: "fault" }>;

/** Where a mistake came to light. */
type FaultPlace = Fault["at"];

/** What stands between the mistakes of one client or server and its process. None of it throws. */
export class LastResort {
  /** Can be told of anything in the middle of anything. */
  readonly observer: Observer | undefined;

  constructor(observer: Observer | undefined) {
    this.observer = observer && unfailing(observer);
  }

  /** Does what a change of a link leads to. A mistake in it costs the link, and goes no further. */
  guard(link: Link, task: () => void, failed?: (mistake: unknown) => void): void {
    try {
      task();
    } catch (error) {
      this.fault(link, "connection", error);
      failed?.(error);
    }
  }

  /** Tells of a mistake and ends the link over which it came to light, if there is one. */
  fault(link: Link | undefined, at: FaultPlace, error: unknown): void {
    const { endpoint = "", address = "" } = link ?? {};
    this.observer?.({ type: "fault", endpoint, address, at, error });
    // What is left of it may have had part in the mistake, and fail once more.
    attempt(() => link?.close());
  }
}

/**
 * An observer that can be told of anything in the middle of anything. What the given one throws, it is
 * told itself, as a logger that fails with one text may take another one.
 */
export function unfailing(observer: Observer): Observer {
  return (event) => {
    try {
      observer(event);
    } catch (error) {
      if (event.type === "fault") return;
      const fault = { type: "fault", endpoint: "", address: "", at: "observer", error } as const;
      attempt(() => observer(fault));
    }
  };
}

/**
 * Does something for each item, for all of them also when it fails for one.
 *
 * @throws the first of the mistakes, when all are done
 */
export function forAll<Item>(items: Iterable<Item>, task: (item: Item) => void): void {
  let first: { readonly mistake: unknown } | undefined;
  for (const item of items) {
    try {
      task(item);
    } catch (mistake) {
      first ??= { mistake };
    }
  }
  if (first !== undefined) throw first.mistake;
}

function attempt(task: () => void): void {
  try {
    task();
  } catch {
    // Of this mistake somebody has been told, or nobody can be.
  }
}
