/**
 * What a client's peers tell it beside all answers: handlers by name, waiting for one, and a stream
 * of all.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import { UsageError } from "../base/errors.ts";
import { placeNamed } from "./arguments.ts";
import { fromFailure, RpcError } from "./errors.ts";
import { ItemQueue } from "./item-queue.ts";
import { type Handler, makeMethod, type Method } from "./method.ts";
import type { Packet } from "./packet.ts";
import type { Observer } from "./rpc-event.ts";
import type { Link } from "./transport.ts";

/** A notification as translators write and read it. */
export type NotifyPacket = Extract<Packet, { readonly type: "notify" }>;

/** One notification. */
export interface Notification {
  readonly method: string;
  /** Positional arguments; empty when they came by name. */
  readonly args: readonly unknown[];
  /** Arguments by name; `undefined` when they came by position. */
  readonly named: Readonly<Record<string, unknown>> | undefined;
}

/** Hears notifications of one name, with their arguments. */
export type NotificationHandler = Handler;

/** Options of {@link Notifications.wait}. */
export interface WaitOptions {
  /** How long to wait, in ms. @default Infinity */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * How many notifications an iterator keeps for a reader that is behind; then it ends with
 * `resource_exhausted`. Notifications cannot hold up the answers that share their connection.
 */
export const MAX_UNREAD_NOTIFICATIONS = 10_000;

interface Waiter {
  readonly method: string | undefined;
  take(notification: Notification): void;
  fail(error: RpcError): void;
}

/** Hears what all peers of a client say. */
export class Notifications implements AsyncIterable<Notification> {
  readonly #clock: Clock;
  readonly #observer: Observer | undefined;
  readonly #otherName: ((method: string) => string) | undefined;
  readonly #handlers = new Map<string, Set<Method>>();
  readonly #listeners = new Set<(notification: Notification) => void>();
  readonly #waiters = new Set<Waiter>();
  readonly #queues = new Set<ItemQueue>();
  #closed: RpcError | undefined = undefined;

  /** @param otherName - under which name handlers are looked for when a name has none */
  constructor(
    clock: Clock,
    observer: Observer | undefined,
    otherName?: (method: string) => string,
  ) {
    this.#clock = clock;
    this.#observer = observer;
    this.#otherName = otherName;
  }

  /**
   * Calls `handler` for each notification of a name, with its arguments; those that came by name are
   * put where the handler's parameters of these names are. What it throws goes to the log.
   *
   * @returns ends it
   */
  on(method: string, handler: NotificationHandler): () => void {
    const handlers = this.#handlers.get(method) ?? new Set();
    this.#handlers.set(method, handlers);
    const made = makeMethod(method, handler);
    handlers.add(made);
    return () => {
      handlers.delete(made);
      if (handlers.size === 0 && this.#handlers.get(method) === handlers) {
        this.#handlers.delete(method);
      }
    };
  }

  /** Calls `listener` for every notification. Returns what ends it. */
  listen(listener: (notification: Notification) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits for the next notification, of a name or of any.
   *
   * @returns rejects with `RpcError` `deadline_exceeded`, and `cancelled` when the signal aborts or
   *   the client is closed
   */
  wait(method?: string, options: WaitOptions = {}): Promise<Notification> {
    const { timeoutMs = Infinity, signal } = options;
    if (!(timeoutMs >= 0)) {
      throw new UsageError("USAGE_OPTION", `expected timeoutMs of 0 or more, got ${timeoutMs}`);
    }
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    return new Promise((resolve, reject) => {
      let cancelTimer: Cancel | undefined;
      const onAbort = (): void => waiter.fail(aborted(signal));
      const forget = (): void => {
        this.#waiters.delete(waiter);
        cancelTimer?.();
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        method,
        take: (notification) => {
          forget();
          resolve(notification);
        },
        fail: (error) => {
          forget();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (timeoutMs === Infinity) return;
      cancelTimer = this.#clock.schedule(this.#clock.now() + timeoutMs, () => {
        const what = method === undefined ? "a notification" : `the notification "${method}"`;
        waiter.fail(new RpcError("deadline_exceeded", `${what} did not come in ${timeoutMs} ms`));
      });
    });
  }

  /**
   * All notifications from now on, until the client is closed. A reader that is more than
   * {@link MAX_UNREAD_NOTIFICATIONS} behind gets `resource_exhausted`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Notification> {
    const queue: ItemQueue = new ItemQueue({
      consumed: () => undefined,
      abandoned: () => this.#queues.delete(queue),
    });
    if (this.#closed === undefined) this.#queues.add(queue);
    else queue.end(undefined);
    return queue as AsyncIterableIterator<unknown> as AsyncIterableIterator<Notification>;
  }

  /** Takes a notification that came from a peer. */
  take(packet: NotifyPacket, link: Link): void {
    const { method, args, named } = packet;
    const notification: Notification = { method, args, named };
    const otherName = this.#otherName?.(method) ?? method;
    for (const listener of this.#listeners)
      this.#guard(notification, link, () => listener(notification));
    const handlers = this.#handlers.get(method) ?? this.#handlers.get(otherName);
    for (const handler of handlers ?? []) {
      this.#guard(notification, link, () => invoke(handler, notification));
    }
    for (const waiter of this.#waiters) {
      const wanted = waiter.method ?? method;
      if (wanted === method || wanted === otherName) waiter.take(notification);
    }
    for (const queue of this.#queues) this.#push(queue, notification);
  }

  /** The client is closed: nobody need wait any longer. */
  close(): void {
    if (this.#closed !== undefined) return;
    this.#closed = new RpcError("cancelled", "the client was closed");
    for (const waiter of this.#waiters) waiter.fail(this.#closed);
    for (const queue of this.#queues) queue.end(undefined);
    this.#queues.clear();
  }

  #push(queue: ItemQueue, notification: Notification): void {
    if (queue.unread < MAX_UNREAD_NOTIFICATIONS) {
      queue.push(notification);
      return;
    }
    this.#queues.delete(queue);
    const message = `expected at most ${MAX_UNREAD_NOTIFICATIONS} notifications to wait for their reader, got one more`;
    queue.fail(new RpcError("resource_exhausted", message));
  }

  /** Nobody waits for what a handler gives, so what it throws is reported. */
  #guard(notification: Notification, link: Link, run: () => unknown): void {
    const { method } = notification;
    const failed = (error: unknown): void => {
      this.#observer?.({ type: "call-failed", method, address: link.address, error });
    };
    try {
      const result = run();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function invoke(handler: Method, { args, named }: Notification): unknown {
  if (named === undefined) return handler.invoke(args);
  const placed = placeNamed(handler, args, named);
  if (placed.type === "mismatch") throw fromFailure(placed.failure, handler.name);
  return handler.invoke(placed.args);
}

function aborted(signal: AbortSignal | undefined): RpcError {
  return new RpcError("cancelled", "waiting was cancelled", { cause: signal?.reason });
}
