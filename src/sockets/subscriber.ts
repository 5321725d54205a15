/**
 * SUB: receives the messages that start with one of its topics.
 *
 * Topics are told to every peer as soon as it is there, again after each reconnect, and checked here
 * once more: a publisher may have sent before it heard of a cancellation.
 *
 * Spec: RFC 29, "The SUB Socket Type".
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { ownerOf } from "./flow.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrame } from "./message.ts";
import { splitOptions } from "./own-options.ts";
import type { Message } from "./pipe.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";
import { TopicList } from "./topic-list.ts";

/** Options of a {@link Subscriber}. */
export interface SubscriberOptions extends SocketOptions {
  /**
   * Keeps only the last message of each peer that was not received yet. ZMQ_CONFLATE.
   *
   * @default false
   */
  readonly conflate?: boolean;
}

/** Listens to publishers. */
export class Subscriber extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #topics = new TopicList();

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SubscriberOptions, platform: SocketPlatform) {
    const { own, shared } = splitOptions(options, "conflate");
    super("SUB", shared, platform);
    const incoming = new Incoming(this.core, bytesOf, own.conflate);
    this.#incoming = incoming;
    this.parts = {
      incoming,
      owner: {
        ...ownerOf({ incoming }),
        opened: (pipe) => {
          for (const topic of this.#topics.all()) pipe.subscribe?.(topic, true);
        },
        received: (pipe, messages) => {
          for (const message of messages) {
            if (this.#topics.matches(message)) incoming.push(pipe, message);
          }
        },
      },
    };
  }

  /**
   * Wants messages whose first frame starts with one of `prefixes`; without any, all messages. Each
   * call counts: as many calls of {@link Subscriber.unsubscribe} end it. ZMQ_SUBSCRIBE.
   *
   * @throws {UsageError} `USAGE_CLOSED`
   */
  subscribe(...prefixes: readonly (string | Uint8Array)[]): void {
    this.#checkSubscribable();
    for (const prefix of prefixes.length > 0 ? prefixes : [""]) {
      const topic = toFrame(prefix);
      if (this.#topics.add(topic)) this.#tell(topic, true);
    }
  }

  /**
   * Takes back what {@link Subscriber.subscribe} asked for. What was never asked for is ignored.
   * ZMQ_UNSUBSCRIBE.
   *
   * @throws {UsageError} `USAGE_CLOSED`
   */
  unsubscribe(...prefixes: readonly (string | Uint8Array)[]): void {
    this.#checkSubscribable();
    for (const prefix of prefixes.length > 0 ? prefixes : [""]) {
      const topic = toFrame(prefix);
      if (this.#topics.remove(topic)) this.#tell(topic, false);
    }
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

  #tell(topic: Uint8Array, wanted: boolean): void {
    for (const pipe of this.core.pipes) pipe.subscribe?.(topic, wanted);
  }

  #checkSubscribable(): void {
    if (this.closed) throw new UsageError("USAGE_CLOSED", "subscribe or unsubscribe after close");
  }
}
