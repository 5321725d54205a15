/**
 * What a socket is asked to send: given to a peer at once, or kept until there is room.
 *
 *     send ──▶ strategy takes it ────────────────────▶ pipe
 *       ├────▶ backlog, for a peer being connected ──▶ pipe, as soon as there is one
 *       └────▶ the sender waits ─────────────────────▶ pipe, as soon as there is room
 *
 * Which peer takes a message is the strategy's choice alone.
 *
 * Spec: the manual pages zmq_socket(3), "Action in mute state", and zmq_setsockopt(3), ZMQ_SNDHWM
 * and ZMQ_IMMEDIATE.
 *
 * @module
 */

import { BoundedQueue } from "../base/bounded-queue.ts";
import { UsageError } from "../base/errors.ts";
import { SocketError } from "./errors.ts";
import type { WaitOptions } from "./incoming.ts";
import { keep } from "./message.ts";
import type { Message } from "./pipe.ts";
import type { SocketCore } from "./socket-core.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Decides where messages go. */
export interface SendStrategy {
  /**
   * Gives the message to a pipe, or drops it where the socket type says so.
   *
   * @returns `false` when it has to wait for room
   * @throws {SocketError} when it can never be sent
   */
  offer(message: Message): boolean;
}

/** One promise for everything that is sent at once, which is nearly everything. */
const SENT: Promise<void> = Promise.resolve();

/** Messages on their way from the user to the pipes. */
export class Outgoing {
  readonly #core: SocketCore;
  readonly #strategy: SendStrategy;
  readonly #backlog: BoundedQueue<Message> | undefined;
  readonly #senders: WaitingLine<Message, void>;
  /** Called when the backlog is empty while the socket is being closed. */
  #emptied: (() => void) | undefined;
  #closed = false;

  /** @param backlog - whether messages may be kept for peers that are being connected */
  constructor(core: SocketCore, strategy: SendStrategy, backlog: boolean) {
    this.#core = core;
    this.#strategy = strategy;
    this.#senders = new WaitingLine(core.clock);
    if (backlog) this.#backlog = new BoundedQueue(core.options.sendHighWaterMark);
  }

  /**
   * Sends a message, or waits for room.
   *
   * @throws {UsageError} `USAGE_CLOSED`; rejects with `SocketError` `SOCKET_TIMEOUT` or
   *   `SOCKET_CLOSED`, with what the strategy throws, or the reason of the signal
   */
  send(message: Message, options?: WaitOptions): Promise<void> {
    if (this.#closed) throw new UsageError("USAGE_CLOSED", "send after close");
    try {
      // Whoever waits was refused by the strategy, so nobody is overtaken.
      if (this.#strategy.offer(message)) return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
    const kept = keep(message);
    if (this.#takesBacklog()) {
      this.#backlog?.push(kept);
      return SENT;
    }
    return this.#senders.join(kept, {
      timeoutMs: this.#core.options.sendTimeoutMs,
      signal: options?.signal,
      purpose: this.#core.pipes.size === 0 ? "a peer to send to" : "room to send",
    });
  }

  /** There is room, or a new peer: sends what has been kept, oldest first. */
  room(): void {
    this.#sendBacklog();
    for (const sender of this.#senders) {
      try {
        if (this.#strategy.offer(sender.item)) sender.fulfil();
      } catch (error) {
        sender.fail(error);
      }
    }
  }

  /**
   * Takes no more messages and ends all waits.
   *
   * @returns resolves when the backlog is empty, or after `lingerMs`
   */
  async stop(lingerMs: number): Promise<void> {
    this.#closed = true;
    this.#senders.fail(
      new SocketError("SOCKET_CLOSED", "the socket was closed while a send waited"),
    );
    if (lingerMs === 0 || this.#backlog === undefined || this.#backlog.length === 0) return;
    const { clock } = this.#core;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      if (Number.isFinite(lingerMs)) {
        const stopTimer = clock.schedule(clock.now() + lingerMs, resolve);
        this.#emptied = () => {
          stopTimer();
          resolve();
        };
      }
    });
  }

  #takesBacklog(): boolean {
    const { options } = this.#core;
    if (this.#backlog === undefined || this.#backlog.full || options.immediate) return false;
    return this.#senders.empty && this.#core.pendingConnects > 0;
  }

  #sendBacklog(): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    for (let next = backlog.peek(); next !== undefined; next = backlog.peek()) {
      if (!this.#strategy.offer(next)) return;
      backlog.shift();
    }
    this.#emptied?.();
  }
}
