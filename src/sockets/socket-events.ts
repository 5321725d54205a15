/**
 * The events of one socket, for those who listen.
 *
 * @module
 */

import type { SocketEvent, SocketEventType } from "./socket-event.ts";

/** The events with the name `Type`. */
export type SocketEventOf<Type extends SocketEventType> = Extract<
  SocketEvent,
  { readonly type: Type }
>;

type Listener = (event: SocketEvent) => void;

/** Hands events on to listeners, at once and in order. What nobody listens to is dropped. */
export class SocketEvents {
  readonly #listeners = new Map<SocketEventType | "*", Set<Listener>>();

  /**
   * Calls `listener` with every event of this name, or with every event for `"*"`. Adding the same
   * listener twice has no effect. What a listener throws disturbs neither the socket nor other
   * listeners; it is told as `listener:error`.
   */
  on(type: "*", listener: (event: SocketEvent) => void): this;
  on<Type extends SocketEventType>(
    type: Type,
    listener: (event: SocketEventOf<Type>) => void,
  ): this;
  on(type: SocketEventType | "*", listener: (event: never) => void): this {
    const listeners = this.#listeners.get(type) ?? new Set();
    // Only events of the right type get to this set.
    listeners.add(listener as Listener);
    this.#listeners.set(type, listeners);
    return this;
  }

  /** Takes a listener back. */
  off(type: SocketEventType | "*", listener: (event: never) => void): this {
    const listeners = this.#listeners.get(type);
    listeners?.delete(listener as Listener);
    if (listeners?.size === 0) this.#listeners.delete(type);
    return this;
  }

  /** Tells all that listen. */
  emit(event: SocketEvent): void {
    for (const type of [event.type, "*"] as const) {
      for (const listener of this.#listeners.get(type) ?? []) this.#tell(listener, event);
    }
  }

  #tell(listener: Listener, event: SocketEvent): void {
    try {
      listener(event);
    } catch (error) {
      if (event.type === "listener:error") return;
      this.emit({ type: "listener:error", at: event.type, error });
    }
  }
}
