/**
 * PAIR: one peer, both ways.
 *
 * While there is a peer, others wait: their connections are kept and not read from, and the one
 * that has waited longest follows when the peer is gone. (libzmq ends them.)
 *
 * Spec: RFC 31, "The PAIR Socket Type".
 *
 * @module
 */

import { ownerOf } from "./flow.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import type { Message, Pipe, PipeOwner } from "./pipe.ts";
import { RoundRobin } from "./round-robin.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** One side of a conversation with exactly one peer. */
export class Pair extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #outgoing: Outgoing;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions, platform: SocketPlatform) {
    super("PAIR", options, platform);
    const peers = new RoundRobin();
    const incoming = new Incoming(this.core, bytesOf);
    const outgoing = new Outgoing(this.core, peers, true);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.parts = { incoming, outgoing, owner: oneAtATime(ownerOf({ incoming, outgoing, peers })) };
  }

  /**
   * Sends a message to the peer, or waits for one with room.
   *
   * @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`; rejects with `SocketError`
   *   `SOCKET_TIMEOUT` or `SOCKET_CLOSED`, or the reason of the signal
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void> {
    return this.#outgoing.send(toFrames(message), options);
  }

  /**
   * Takes the next message, or waits for one.
   *
   * @throws {UsageError} `USAGE_CLOSED`; rejects with `SocketError` `SOCKET_TIMEOUT` or
   *   `SOCKET_CLOSED`, or the reason of the signal
   */
  receive(options?: WaitOptions): Promise<Message> {
    return this.#incoming.receive(options);
  }

  /** All messages from now on; ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.#incoming.iterate();
  }
}

/** Shows `owner` one pipe at a time. */
function oneAtATime(owner: PipeOwner): PipeOwner {
  let peer: Pipe | undefined;
  const others = new Set<Pipe>();
  /** What came together with the handshake of one that has to wait. */
  const early = new Map<Pipe, Message[]>();
  return {
    opened: (pipe) => {
      if (peer === undefined) {
        peer = pipe;
        owner.opened(pipe);
      } else {
        others.add(pipe);
        pipe.pause();
      }
    },
    received: (pipe, messages) => {
      if (pipe === peer) owner.received(pipe, messages);
      else early.set(pipe, [...(early.get(pipe) ?? []), ...messages]);
    },
    drained: (pipe) => {
      if (pipe === peer) owner.drained(pipe);
    },
    closed: (pipe, error) => {
      others.delete(pipe);
      if (pipe !== peer) {
        early.delete(pipe);
        return;
      }
      owner.closed(pipe, error);
      [peer] = others;
      if (peer === undefined) return;
      others.delete(peer);
      owner.opened(peer);
      owner.received(peer, early.get(peer) ?? []);
      early.delete(peer);
      peer.resume();
    },
  };
}
