/**
 * PUSH: sends to its peers in turn.
 *
 * Spec: RFC 30, "The PUSH Socket Type".
 *
 * @module
 */

import { ownerOf } from "./flow.ts";
import type { WaitOptions } from "./incoming.ts";
import { toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import { RoundRobin } from "./round-robin.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** Hands out work. */
export class Push extends Socket {
  protected override readonly parts: SocketParts;
  readonly #outgoing: Outgoing;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions, platform: SocketPlatform) {
    super("PUSH", options, platform);
    const peers = new RoundRobin();
    const outgoing = new Outgoing(this.core, peers, true);
    this.#outgoing = outgoing;
    this.parts = { outgoing, owner: ownerOf({ outgoing, peers }) };
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
}
