/**
 * What the consumers of a peer's streams ask it for: credit, steps with values, and errors thrown into
 * its handlers.
 *
 *     wanted items ──grant──▶ credit, as the window has room
 *     next(), next(value), throw(error) ──step, raise──▶ one item each
 *
 * @module
 */

import type { ClientCall } from "./client-call.ts";
import type { DialectTraits } from "./dialect.ts";
import type { Failure, RpcError } from "./errors.ts";
import type { ChannelRef, Packet } from "./packet.ts";
import { unsupported } from "./peer-errors.ts";
import { ReceiveWindow, type WindowLimits } from "./receive-window.ts";

/** How a session says what is asked for. */
export interface DemandWays {
  /** Sends a packet; what cannot be written fails the call. */
  readonly send: (call: ClientCall, make: (channel: ChannelRef) => Packet) => void;
  /** Ends a call from this side. */
  readonly cancel: (call: ClientCall, error: RpcError) => void;
}

/** The demand of one session's streams. */
export class Demand {
  readonly #traits: DialectTraits;
  readonly #window: WindowLimits;
  readonly #ways: DemandWays;

  constructor(traits: DialectTraits, window: WindowLimits, ways: DemandWays) {
    this.#traits = traits;
    this.#window = window;
    this.#ways = ways;
  }

  /** Items that go before any credit came, in either direction. */
  get freeItems(): number {
    return this.#traits.credit ? this.#traits.freeItems : Infinity;
  }

  /** How many items a call's peer may send, made when it is first asked for. */
  windowOf(call: ClientCall): ReceiveWindow {
    if (call.window !== undefined) return call.window;
    const most = call.channel?.extended === true ? Infinity : this.#traits.plainWindowItems;
    const maxWindowItems = Math.min(this.#window.maxWindowItems, most ?? Infinity);
    return (call.window = new ReceiveWindow({ ...this.#window, maxWindowItems }, this.freeItems));
  }

  /** Grants credit for items that are wanted, as far as the window has room and when it is time. */
  grant(call: ClientCall, unread: number): void {
    if (call.state !== "open" || call.wanted <= 0 || this.#tooEarly(call)) return;
    const items = this.windowOf(call).grant(unread, call.wanted);
    call.wanted -= items;
    this.#credit(call, items);
  }

  /** The peer has begun: asks for what it was too early for. */
  begun(call: ClientCall): void {
    if (this.#traits.freeItems > 0) call.repeatEarlySteps(this);
    call.forgetEarlySteps();
    if (call.wanted > 0) this.grant(call, call.queue.unread);
  }

  /** Asks for one item that somebody waits for, perhaps with a value for the handler's `yield`. */
  step(call: ClientCall, value: unknown): void {
    if (call.state !== "open" || this.#tooEarly(call)) return;
    if (value === undefined) this.#credit(call, 1);
    else if (call.channel?.extended === true) {
      this.#ways.send(call, (channel) => ({ type: "next", channel, value }));
    } else this.#ways.cancel(call, unsupported(call, "values that are sent to a generator"));
    this.windowOf(call).granted(1);
  }

  /** Throws at the handler's `yield`. */
  raise(call: ClientCall, failure: Failure): void {
    if (call.state !== "open" || this.#tooEarly(call)) return;
    if (call.channel?.extended === true) {
      this.#ways.send(call, (channel) => ({ type: "throw", channel, failure }));
    } else this.#ways.cancel(call, unsupported(call, "errors that are thrown into a generator"));
    this.windowOf(call).granted(1);
  }

  /**
   * A peer that has not been heard on the channel may forget credit, because it has not begun with
   * the call, and the stream would wait for ever; nor is it known whether it understands steps with
   * values. Its first item needs neither.
   */
  #tooEarly(call: ClientCall): boolean {
    return !call.answered && this.#traits.freeItems > 0;
  }

  #credit(call: ClientCall, items: number): void {
    for (let left = items; left > 0; left -= this.#traits.maxGrantItems) {
      const part = Math.min(left, this.#traits.maxGrantItems);
      this.#ways.send(call, (channel) => ({ type: "credit", channel, items: part }));
    }
  }
}
