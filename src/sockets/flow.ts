/**
 * Joins a round-robin sender and a fair-queued receiver to the pipes of a socket, which is all that
 * DEALER, PUSH, PULL and PAIR are.
 *
 * @module
 */

import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Message, Pipe, PipeOwner } from "./pipe.ts";
import type { RoundRobin } from "./round-robin.ts";

/** The two directions of a socket, of which one may be missing. */
export interface Flow {
  readonly incoming?: Incoming<Message>;
  readonly outgoing?: Outgoing;
  /** The peers of `outgoing`. */
  readonly peers?: RoundRobin;
  /** Sent to each new peer first. */
  readonly greeting?: Message | undefined;
}

/** Makes the owner of all pipes of a socket. */
export function ownerOf(flow: Flow): PipeOwner {
  const { incoming, outgoing, peers, greeting } = flow;
  const drained = (pipe: Pipe): void => {
    peers?.add(pipe);
    outgoing?.room();
  };
  return {
    opened: (pipe) => {
      if (greeting !== undefined) pipe.send(greeting);
      drained(pipe);
    },
    received: (pipe, messages) => incoming?.pushAll(pipe, messages),
    drained,
    closed: (pipe) => {
      peers?.remove(pipe);
      incoming?.closed(pipe);
    },
  };
}
