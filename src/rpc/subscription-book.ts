/**
 * Who wants to hear of what: subscribers by topic, told by notifications at the pace of their reading,
 * and forgotten when they are gone.
 *
 *     add ──▶ has room ──notify──▶ has none ──reads──▶ has room
 *                                     └── no room for slowMs, or whenSlow says so ──▶ forgotten
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { CallContext, CallPeer } from "./context.ts";
import { RpcError } from "./errors.ts";
import { count, duration } from "./limits.ts";
import type { NotifyArguments } from "./remote-peer.ts";

/** Options of {@link SubscriptionBook}. */
export interface SubscriptionOptions {
  /**
   * What becomes of a subscriber that has not read what it was told before: `"wait"` for it, `"skip"`
   * it this time, or `"forget"` it.
   *
   * @default "wait"
   */
  readonly whenSlow?: "wait" | "skip" | "forget";
  /** How long a subscriber may have no room before it is forgotten, in ms. @default 10_000 */
  readonly slowMs?: number;
  /** How many topics one peer may subscribe to; more are `resource_exhausted`. @default 1000 */
  readonly maxTopicsPerPeer?: number;
  /** How many subscriptions of all peers there may be; more are the same. @default 100_000 */
  readonly maxSubscriptions?: number;
}

/** One peer's subscription to one topic. */
interface Subscriber {
  readonly call: CallContext;
  /** It has not read what it was told. */
  waiting: boolean;
}

/** Subscribers by topic. */
export class SubscriptionBook {
  readonly #clock: Clock;
  readonly #whenSlow: "wait" | "skip" | "forget";
  readonly #slowMs: number;
  readonly #maxTopicsPerPeer: number;
  readonly #maxSubscriptions: number;
  readonly #topics = new Map<string, Map<CallPeer, Subscriber>>();
  readonly #peers = new Map<
    CallPeer,
    { readonly topics: Set<string>; readonly leave: () => void }
  >();

  #size = 0;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(clock: Clock, options: SubscriptionOptions = {}) {
    this.#clock = clock;
    this.#whenSlow = options.whenSlow ?? "wait";
    this.#slowMs = duration("slowMs", options.slowMs ?? 10_000);
    const { maxTopicsPerPeer, maxSubscriptions } = SUBSCRIPTION_DEFAULTS;
    this.#maxTopicsPerPeer = count(
      "maxTopicsPerPeer",
      options.maxTopicsPerPeer,
      maxTopicsPerPeer,
      1,
    );
    this.#maxSubscriptions = count(
      "maxSubscriptions",
      options.maxSubscriptions,
      maxSubscriptions,
      1,
    );
  }

  /** The topics that have subscribers. */
  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** How many peers subscribe to a topic. */
  count(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /**
   * Subscribes the peer of a call, until it is gone.
   *
   * @returns `false` when it subscribes to the topic already
   * @throws {RpcError} `unimplemented` when the peer cannot be notified, `resource_exhausted` beyond
   *   `maxTopicsPerPeer` or `maxSubscriptions`; thrown on by the handler it tells the caller
   */
  add(topic: string, call: CallContext): boolean {
    const { peer, method } = call;
    const subscribers = this.#topics.get(topic);
    if (subscribers?.has(peer) === true) return false;
    if (!call.notifiable) {
      const message = "the peer's protocol, or its socket, has no notifications to it";
      throw new RpcError("unimplemented", message, { method });
    }
    if (peer.signal.aborted) return false;
    this.#checkRoom(peer, method);
    this.#peerOf(peer).topics.add(topic);
    this.#size += 1;
    const subscriber: Subscriber = { call, waiting: false };
    if (subscribers === undefined) this.#topics.set(topic, new Map([[peer, subscriber]]));
    else subscribers.set(peer, subscriber);
    return true;
  }

  #checkRoom(peer: CallPeer, method: string): void {
    const most = this.#maxTopicsPerPeer;
    if ((this.#peers.get(peer)?.topics.size ?? 0) >= most) {
      const message = `expected at most maxTopicsPerPeer = ${most} topics, got one more`;
      throw new RpcError("resource_exhausted", message, { method });
    }
    const mostInAll = this.#maxSubscriptions;
    if (this.#size >= mostInAll) {
      const message = `expected at most maxSubscriptions = ${mostInAll} subscriptions of all peers, got one more`;
      throw new RpcError("resource_exhausted", message, { method });
    }
  }

  /** Ends a subscription. Returns `false` when there was none. */
  remove(topic: string, { peer }: Pick<CallContext, "peer">): boolean {
    const subscribers = this.#topics.get(topic);
    if (subscribers?.delete(peer) !== true) return false;
    this.#size -= 1;
    if (subscribers.size === 0) this.#topics.delete(topic);
    const known = this.#peers.get(peer);
    known?.topics.delete(topic);
    if (known?.topics.size === 0) this.#forget(peer);
    return true;
  }

  /** Ends all subscriptions to a topic, or all there are. */
  clear(topic?: string): void {
    const topics = topic === undefined ? this.topics : [topic];
    for (const name of topics) {
      for (const { call } of this.#topics.get(name)?.values() ?? []) this.remove(name, call);
    }
  }

  /**
   * Tells all subscribers of a topic.
   *
   * @returns how many were told. Resolves when all of them have room for the next one, or were
   *   forgotten, so that who awaits it goes at the pace of the slowest, within `slowMs`
   * @throws {CodecError} when an argument cannot be written; rejects with it
   */
  async publish(topic: string, method: string, args: NotifyArguments = []): Promise<number> {
    let told = 0;
    const waits: Promise<void>[] = [];
    for (const [peer, subscriber] of this.#topics.get(topic) ?? []) {
      if (!this.#mayTell(peer, subscriber)) continue;
      const room = this.#tell(peer, subscriber, method, args);
      if (room === undefined) continue;
      told++;
      if (room !== HAS_ROOM) waits.push(room);
    }
    if (this.#whenSlow === "wait") await Promise.all(waits);
    return told;
  }

  #mayTell(peer: CallPeer, { waiting }: Subscriber): boolean {
    if (!waiting || this.#whenSlow === "wait") return true;
    if (this.#whenSlow === "forget") this.#forget(peer);
    return false;
  }

  /** Notifies one. Returns `undefined` when it was forgotten instead. */
  #tell(
    peer: CallPeer,
    subscriber: Subscriber,
    method: string,
    args: NotifyArguments,
  ): Promise<void> | undefined {
    let taken: Promise<boolean>;
    try {
      taken = subscriber.call.notify(method, args);
    } catch (error) {
      // What cannot be written is the publisher's fault; that nobody reads is the subscriber's.
      if (!(error instanceof RpcError)) throw error;
      this.#forget(peer);
      return undefined;
    }
    if (!peer.busy) return HAS_ROOM;
    subscriber.waiting = true;
    return this.#whenRoom(peer, subscriber, taken);
  }

  /** Waits until a subscriber has room, and forgets it when that takes too long. */
  async #whenRoom(peer: CallPeer, subscriber: Subscriber, taken: Promise<boolean>): Promise<void> {
    let cancel = (): void => undefined;
    const late = new Promise<boolean>((resolve) => {
      if (this.#slowMs === Infinity) return;
      cancel = this.#clock.schedule(this.#clock.now() + this.#slowMs, () => resolve(false));
    });
    const hasRoom = await Promise.race([taken, late]);
    cancel();
    subscriber.waiting = false;
    if (!hasRoom) this.#forget(peer);
  }

  #peerOf(peer: CallPeer): { readonly topics: Set<string> } {
    const known = this.#peers.get(peer);
    if (known !== undefined) return known;
    const leave = (): void => this.#forget(peer);
    const made = { topics: new Set<string>(), leave };
    this.#peers.set(peer, made);
    peer.signal.addEventListener("abort", leave, { once: true });
    return made;
  }

  #forget(peer: CallPeer): void {
    const known = this.#peers.get(peer);
    if (known === undefined) return;
    this.#peers.delete(peer);
    peer.signal.removeEventListener("abort", known.leave);
    for (const topic of known.topics) {
      const subscribers = this.#topics.get(topic);
      if (subscribers?.delete(peer) === true) this.#size -= 1;
      if (subscribers?.size === 0) this.#topics.delete(topic);
    }
  }
}

/** The limits that hold where options are left out. */
export const SUBSCRIPTION_DEFAULTS = {
  maxTopicsPerPeer: 1000,
  maxSubscriptions: 100_000,
} as const;
const HAS_ROOM: Promise<void> = Promise.resolve();
