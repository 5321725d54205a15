/**
 * What a socket has received and its user has not: one queue per peer, emptied in turn.
 *
 *     peer 1  ▦▦▦▦▦▦──┐
 *     peer 2  ▦───────┼──▶ one of each in turn ──▶ receive()
 *     peer 3  ▦▦──────┘
 *
 * A peer whose queue has reached a high-water mark, in messages or in octets, is not read from until half of it is gone, so
 * that its own queue fills and it stops in its turn. What a peer sent before it left stays.
 *
 * Spec: RFC 28 and RFC 30, "fair-queuing"; the manual page zmq_setsockopt(3), ZMQ_RCVHWM.
 *
 * @module
 */

import { BoundedQueue } from "../base/bounded-queue.ts";
import { UsageError } from "../base/errors.ts";
import { SocketError } from "./errors.ts";
import type { Pipe } from "./pipe.ts";
import type { SocketCore } from "./socket-core.ts";
import { WaitingLine } from "./waiting-line.ts";

/** What one wait may be told. */
export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

interface PeerQueue<Item> {
  readonly pipe: Pipe;
  readonly items: BoundedQueue<Item>;
  /** Octets of the items. */
  bytes: number;
  /** The queue is among those that hold something. */
  listed: boolean;
  paused: boolean;
}

/** Received items of all peers of a socket. */
export class Incoming<Item> {
  readonly #core: SocketCore;
  readonly #sizeOf: (item: Item) => number;
  readonly #conflate: boolean;
  readonly #queues = new Map<Pipe, PeerQueue<Item>>();
  /** Queues that hold something, in turn. There is at most one entry per peer. */
  readonly #filled = new BoundedQueue<PeerQueue<Item>>(Number.POSITIVE_INFINITY);
  readonly #readers: WaitingLine<undefined, Item | undefined>;
  #closed = false;

  /**
   * @param sizeOf - octets of an item
   * @param conflate - keep only the last item of a peer. ZMQ_CONFLATE
   */
  constructor(core: SocketCore, sizeOf: (item: Item) => number, conflate = false) {
    this.#core = core;
    this.#sizeOf = sizeOf;
    this.#conflate = conflate;
    this.#readers = new WaitingLine(core.clock);
  }

  /** Takes items of a peer in order. */
  pushAll(pipe: Pipe, items: readonly Item[]): void {
    for (const item of items) this.push(pipe, item);
  }

  /** Takes an item of a peer: for a waiting reader, or for the queue. */
  push(pipe: Pipe, item: Item): void {
    if (this.#closed) return;
    const reader = this.#readers.first();
    if (reader !== undefined) {
      reader.fulfil(item);
      return;
    }
    const queue = this.#queueOf(pipe);
    if (this.#conflate) {
      queue.items.clear();
      queue.bytes = 0;
    }
    queue.items.push(item);
    queue.bytes += this.#sizeOf(item);
    if (!queue.listed) {
      queue.listed = true;
      this.#filled.push(queue);
    }
    const { receiveHighWaterBytes } = this.#core.options;
    const full = queue.items.full || queue.bytes >= receiveHighWaterBytes;
    if (full && !queue.paused && !this.#conflate) {
      queue.paused = true;
      pipe.pause();
    }
  }

  /** The peer is gone. What it sent stays. */
  closed(pipe: Pipe): void {
    this.#queues.delete(pipe);
  }

  /** Takes the next item, each peer in turn, or `undefined` when there is none. */
  take(): Item | undefined {
    const queue = this.#filled.shift();
    const item = queue?.items.shift();
    if (queue === undefined || item === undefined) return undefined;
    queue.listed = queue.items.length > 0;
    if (queue.listed) this.#filled.push(queue);
    queue.bytes -= this.#sizeOf(item);
    if (queue.paused && this.#hasRoom(queue)) {
      queue.paused = false;
      queue.pipe.resume();
    }
    return item;
  }

  /**
   * Takes the next item, or waits for it.
   *
   * @throws {UsageError} `USAGE_CLOSED`; rejects with `SocketError` `SOCKET_TIMEOUT` or
   *   `SOCKET_CLOSED`, or the reason of the signal
   */
  receive(options?: WaitOptions): Promise<Item> {
    if (this.#closed) throw new UsageError("USAGE_CLOSED", "receive after close");
    const item = this.take();
    if (item !== undefined) return Promise.resolve(item);
    return this.#wait(options).then((received) => {
      if (received === undefined) throw closedWhileWaiting();
      return received;
    });
  }

  /** All items from now on; ends when the socket is closed. */
  iterate(): AsyncIterableIterator<Item> {
    const iterator: AsyncIterableIterator<Item> = {
      next: () => {
        const item = this.take();
        if (item !== undefined) return Promise.resolve({ value: item, done: false });
        if (this.#closed) return Promise.resolve(DONE);
        return this.#wait().then((value) => (value === undefined ? DONE : { value, done: false }));
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Drops everything and ends all waits. */
  stop(): void {
    this.#closed = true;
    this.#filled.clear();
    this.#queues.clear();
    for (const reader of this.#readers) reader.fulfil(undefined);
  }

  /** Half of what was too much is gone. */
  #hasRoom(queue: PeerQueue<Item>): boolean {
    return !queue.items.full && queue.bytes <= this.#core.options.receiveHighWaterBytes / 2;
  }

  #wait(options?: WaitOptions): Promise<Item | undefined> {
    return this.#readers.join(undefined, {
      timeoutMs: this.#core.options.receiveTimeoutMs,
      signal: options?.signal,
      purpose: "a message",
    });
  }

  #queueOf(pipe: Pipe): PeerQueue<Item> {
    const known = this.#queues.get(pipe);
    if (known !== undefined) return known;
    const items = new BoundedQueue<Item>(this.#core.options.receiveHighWaterMark);
    const queue: PeerQueue<Item> = { pipe, items, bytes: 0, listed: false, paused: false };
    this.#queues.set(pipe, queue);
    return queue;
  }
}

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };

function closedWhileWaiting(): SocketError {
  return new SocketError("SOCKET_CLOSED", "the socket was closed while a receive waited");
}
