/**
 * DEALER: sends to its peers in turn, receives from them in turn.
 *
 * Spec: RFC 28, "The DEALER Socket Type".
 *
 * @module
 */

import { ownerOf } from "./flow.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import { splitOptions } from "./own-options.ts";
import type { Message } from "./pipe.ts";
import { PROBE } from "./probe.ts";
import { RoundRobin } from "./round-robin.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** Options of a {@link Dealer}. */
export interface DealerOptions extends SocketOptions {
  /**
   * Greets each new peer with an empty message, so that a ROUTER knows of it. ZMQ_PROBE_ROUTER.
   *
   * @default false
   */
  readonly probeRouter?: boolean;
  /**
   * Keeps only the last message of each peer that was not received yet. ZMQ_CONFLATE, on the
   * receiving side only.
   *
   * @default false
   */
  readonly conflate?: boolean;
}

/** An asynchronous requester, or one side of any conversation. */
export class Dealer extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #outgoing: Outgoing;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: DealerOptions, platform: SocketPlatform) {
    const { own, shared } = splitOptions(options, "probeRouter", "conflate");
    super("DEALER", shared, platform);
    const peers = new RoundRobin();
    const incoming = new Incoming(this.core, bytesOf, own.conflate);
    const outgoing = new Outgoing(this.core, peers, true);
    const greeting = own.probeRouter ? PROBE : undefined;
    const owner = ownerOf({ incoming, outgoing, peers, greeting });
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.parts = { incoming, outgoing, owner };
  }

  /**
   * Sends a message to the next peer that has room, or waits for one.
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
