/**
 * XSUB: like SUB, with subscriptions as messages.
 *
 *     sent       [ 01 topic ] subscribe   [ 00 topic ] cancel   anything else to all peers as it is
 *
 * Spec: RFC 29, "The XSUB Socket Type".
 *
 * @module
 */

import { ownerOf } from "./flow.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import type { Message } from "./pipe.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";
import { TopicList } from "./topic-list.ts";

const CANCEL = 0;
const SUBSCRIBE = 1;

/** Listens to publishers on behalf of others. */
export class XSubscriber extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #outgoing: Outgoing;
  readonly #topics = new TopicList();

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions, platform: SocketPlatform) {
    super("XSUB", options, platform);
    const incoming = new Incoming(this.core, bytesOf);
    this.#incoming = incoming;
    this.#outgoing = new Outgoing(this.core, { offer: (message) => this.#offer(message) }, false);
    this.parts = {
      incoming,
      outgoing: this.#outgoing,
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
   * Subscribes, cancels, or sends a message to all peers with room. Never waits.
   *
   * @throws {UsageError} `USAGE_CLOSED`, `USAGE_ARGUMENTS`
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

  #offer(message: Message): boolean {
    const [frame] = message;
    const first = frame?.[0];
    if (frame !== undefined && message.length === 1 && (first === SUBSCRIBE || first === CANCEL)) {
      const topic = frame.subarray(1);
      const wanted = first === SUBSCRIBE;
      const changed = wanted ? this.#topics.add(topic) : this.#topics.remove(topic);
      if (changed) for (const pipe of this.core.pipes) pipe.subscribe?.(topic, wanted);
    } else {
      for (const pipe of this.core.pipes) if (!pipe.full) pipe.send(message);
    }
    return true;
  }
}
