/**
 * XPUB: like PUB, and shows its user the subscriptions.
 *
 *     received   [ 01 topic ] subscribed   [ 00 topic ] cancelled   anything else as it came
 *
 * Spec: RFC 29, "The XPUB Socket Type"; the manual page zmq_setsockopt(3), ZMQ_XPUB_VERBOSE and
 * ZMQ_XPUB_VERBOSER.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { Incoming } from "./incoming.ts";
import type { WaitOptions } from "./incoming.ts";
import { bytesOf, toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import type { Message, Pipe } from "./pipe.ts";
import { maxSubscriptionBytesOf } from "./publisher.ts";
import type { PublisherOptions } from "./publisher.ts";
import type { SocketPlatform } from "./socket-core.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";
import { Subscribers } from "./subscribers.ts";
import type { SubscriptionChange } from "./subscribers.ts";

/** Options of an {@link XPublisher}. */
export interface XPublisherOptions extends PublisherOptions {
  /**
   * Which subscriptions are shown beside the first one and the last cancellation of a topic:
   * `"allSubs"` every subscription, `"allSubsUnsubs"` every cancellation as well.
   * ZMQ_XPUB_VERBOSE, ZMQ_XPUB_VERBOSER.
   *
   * @default null
   */
  readonly verbosity?: null | "allSubs" | "allSubsUnsubs";
}

/** Tells whoever listens, and hears who does. */
export class XPublisher extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Message>;
  readonly #outgoing: Outgoing;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: XPublisherOptions, platform: SocketPlatform) {
    const { maxSubscriptionBytes, verbosity = null, ...shared } = options;
    if (verbosity !== null && verbosity !== "allSubs" && verbosity !== "allSubsUnsubs") {
      throw new UsageError("USAGE_OPTION", 'expected verbosity null, "allSubs" or "allSubsUnsubs"');
    }
    const subscribers = new Subscribers(maxSubscriptionBytesOf(maxSubscriptionBytes));
    super("XPUB", shared, platform);
    const incoming = new Incoming(this.core, bytesOf);
    this.#incoming = incoming;
    this.#outgoing = new Outgoing(this.core, subscribers, false);
    const show = (pipe: Pipe, topic: Uint8Array, wanted: boolean): void => {
      incoming.push(pipe, [subscriptionFrame(topic, wanted)]);
    };
    this.parts = {
      incoming,
      outgoing: this.#outgoing,
      owner: {
        opened: () => {},
        received: (pipe, messages) => incoming.pushAll(pipe, messages),
        subscribed: (pipe, topic, wanted) => {
          const change = subscribers.change(pipe, topic, wanted);
          if (isShown(change, wanted, verbosity)) show(pipe, topic, wanted);
        },
        drained: () => {},
        closed: (pipe) => {
          subscribers.remove(pipe, (topic) => show(pipe, topic, false));
          incoming.closed(pipe);
        },
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

  /**
   * Takes the next subscription, cancellation or other message, or waits for one.
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

function isShown(
  change: SubscriptionChange,
  wanted: boolean,
  verbosity: XPublisherOptions["verbosity"],
): boolean {
  if (change === "topic") return true;
  return wanted ? verbosity !== null : verbosity === "allSubsUnsubs" && change === "peer";
}

function subscriptionFrame(topic: Uint8Array, wanted: boolean): Uint8Array {
  const frame = new Uint8Array(1 + topic.length);
  frame[0] = wanted ? 1 : 0;
  frame.set(topic, 1);
  return frame;
}
