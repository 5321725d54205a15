/**
 * PULL: receives from its peers in turn.
 *
 * Spec: RFC 30, "The PULL Socket Type".
 *
 * @module
 */

import { ownerOf } from "./flow.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf } from "./message.ts";
import { splitOptions } from "./own-options.ts";
import type { Message } from "./pipe.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** Options of a {@link Pull}. */
export interface PullOptions extends SocketOptions {
  /**
   * Keeps only the last message of each peer that was not received yet. ZMQ_CONFLATE.
   *
   * @default false
   */
  readonly conflate?: boolean;
}

/** Takes work. */
export class Pull extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: PullOptions, platform: SocketPlatform) {
    const { own, shared } = splitOptions(options, "conflate");
    super("PULL", shared, platform);
    const incoming = new Incoming(this.core, bytesOf, own.conflate);
    this.#incoming = incoming;
    this.parts = { incoming, owner: ownerOf({ incoming }) };
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
