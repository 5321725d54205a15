/**
 * REP: receives a request, sends its reply, in strict turn.
 *
 *     received   [ hop ] … [ hop ][ empty ][ frame ] …
 *                └────── the envelope ────┘└─ the user's part
 *
 * The envelope is kept and put in front of the reply, which goes back to the same peer. A message
 * without an empty frame is no request and dropped.
 *
 * Spec: RFC 28, "The REP Socket Type".
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
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";

/** A request and where its reply has to go. */
interface Received {
  readonly pipe: Pipe;
  /** Frames up to the empty one, which is included. */
  readonly envelope: Message;
  readonly body: Message;
}

/** A server that answers one thing at a time. */
export class Reply extends Socket implements AsyncIterable<Message> {
  protected override readonly parts: SocketParts;
  readonly #incoming: Incoming<Received>;
  readonly #outgoing: Outgoing;
  /** The request that has to be replied to. */
  #current: Received | undefined;
  #receiving = false;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: SocketOptions, platform: SocketPlatform) {
    super("REP", options, platform);
    const incoming = new Incoming<Received>(
      this.core,
      ({ envelope, body }) => bytesOf(envelope) + bytesOf(body),
    );
    const outgoing = new Outgoing(this.core, { offer: (message) => this.#offer(message) }, false);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.parts = {
      incoming,
      outgoing,
      owner: {
        opened: () => {},
        received: (pipe, messages) => {
          for (const message of messages) {
            const request = split(pipe, message);
            if (request !== undefined) incoming.push(pipe, request);
          }
        },
        drained: () => outgoing.room(),
        closed: (pipe) => {
          incoming.closed(pipe);
          outgoing.room();
        },
      },
    };
  }

  /**
   * Sends the reply to the request received last. If its peer is gone the reply is dropped.
   *
   * @throws {UsageError} `USAGE_STATE` without a request, `USAGE_CLOSED`, `USAGE_ARGUMENTS`;
   *   rejects with `SocketError` `SOCKET_TIMEOUT` or `SOCKET_CLOSED`, or the reason of the signal
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void> {
    const frames = toFrames(message);
    if (this.#current === undefined && !this.closed) {
      throw new UsageError("USAGE_STATE", "expected receive before send of a REP socket");
    }
    return this.#outgoing.send(frames, options);
  }

  /**
   * Takes the next request, or waits for one.
   *
   * @throws {UsageError} `USAGE_STATE` before the last one was replied to, `USAGE_CLOSED`; rejects
   *   with `SocketError` `SOCKET_TIMEOUT` or `SOCKET_CLOSED`, or the reason of the signal
   */
  receive(options?: WaitOptions): Promise<Message> {
    if ((this.#current !== undefined || this.#receiving) && !this.closed) {
      throw new UsageError("USAGE_STATE", "expected send before the next receive of a REP socket");
    }
    this.#receiving = true;
    return this.#incoming
      .receive(options)
      .then((request) => {
        this.#current = request;
        return request.body;
      })
      .finally(() => {
        this.#receiving = false;
      });
  }

  /** All requests from now on, each of which has to be replied to before the next. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    const iterator: AsyncIterableIterator<Message> = {
      next: async () => {
        if (this.closed) return DONE;
        try {
          return { value: await this.receive(), done: false };
        } catch (error) {
          if (this.closed) return DONE;
          throw error;
        }
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #offer(message: Message): boolean {
    const request = this.#current;
    if (request === undefined) return true;
    if (request.pipe.full) return false;
    request.pipe.send([...request.envelope, ...message]);
    this.#current = undefined;
    return true;
  }
}

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };

function split(pipe: Pipe, message: Message): Received | undefined {
  const delimiter = message.findIndex((frame) => frame.length === 0);
  if (delimiter < 0 || delimiter === message.length - 1) return undefined;
  return {
    pipe,
    envelope: message.slice(0, delimiter + 1),
    body: message.slice(delimiter + 1),
  };
}
