/**
 * PUB: sends each message to all peers that want it.
 *
 * Who has no room misses the message; nobody waits for a slow reader.
 *
 * Spec: RFC 29, "The PUB Socket Type".
 *
 * @module
 */

import type { WaitOptions } from "./incoming.ts";
import { toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import type { SocketPlatform } from "./socket-core.ts";
import { checkInteger } from "./resolved-options.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";
import { Subscribers } from "./subscribers.ts";

/** Options of a {@link Publisher}. */
export interface PublisherOptions extends SocketOptions {
  /**
   * Octets of subscriptions that are kept for one peer; each counts its topic and 64 more. A peer
   * that goes beyond is disconnected.
   *
   * @default 8388608 (8 MiB; libzmq: unlimited)
   */
  readonly maxSubscriptionBytes?: number;
}

export const DEFAULT_MAX_SUBSCRIPTION_BYTES: number = 8 * 1024 * 1024;

/**
 * Reads the limit of a publishing socket.
 *
 * @throws {UsageError} `USAGE_OPTION`
 */
export function maxSubscriptionBytesOf(given: number | undefined): number {
  const value = given ?? DEFAULT_MAX_SUBSCRIPTION_BYTES;
  checkInteger("maxSubscriptionBytes", value, [1, Number.MAX_SAFE_INTEGER]);
  return value;
}

/** Tells whoever listens. */
export class Publisher extends Socket {
  protected override readonly parts: SocketParts;
  readonly #outgoing: Outgoing;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: PublisherOptions, platform: SocketPlatform) {
    const { maxSubscriptionBytes, ...shared } = options;
    const subscribers = new Subscribers(maxSubscriptionBytesOf(maxSubscriptionBytes));
    super("PUB", shared, platform);
    this.#outgoing = new Outgoing(this.core, subscribers, false);
    this.parts = {
      outgoing: this.#outgoing,
      owner: {
        opened: () => {},
        // Subscriptions have been told apart; nothing else of a subscriber means anything.
        received: () => {},
        subscribed: (pipe, topic, wanted) => {
          subscribers.change(pipe, topic, wanted);
        },
        drained: () => {},
        closed: (pipe) => subscribers.remove(pipe),
      },
    };
  }

  /**
   * Sends a message to all peers that want it and have room. Never waits.
   *
   * @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void> {
    return this.#outgoing.send(toFrames(message), options);
  }
}
