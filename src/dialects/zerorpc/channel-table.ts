/**
 * The open channels of a server's peer, by the id of their first event, as its raw octets.
 *
 * Ids come from the peer in whatever type it likes and travel behind the routing frames of every
 * hub on the way, so both together name a channel. A hash that starts from a number which the peer
 * does not know keeps it from choosing ids that collide.
 *
 * No `Map`, for the reason given in `rpc/open-calls.ts`; the channels are links of lists themselves.
 *
 * @module
 */

import { FNV_PRIME, hashInto } from "./hash.ts";
import type { ServerChannel } from "./server-translator.ts";

const FIRST_BUCKETS = 16;

/** Channels by route and id. */
export class ChannelTable {
  readonly #seed: number;
  #buckets: (ServerChannel | undefined)[] = emptyBuckets(FIRST_BUCKETS);
  #size = 0;

  /** @param seed - a random integer of 32 bits */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Remembers a channel; an older one of the same route and id is out of reach from now on. */
  add(channel: ServerChannel): void {
    if (this.#size === this.#buckets.length) this.#grow();
    channel.hash = this.#hashOf(channel.route, channel.id);
    this.#link(channel);
    this.#size++;
  }

  find(route: readonly Uint8Array[], id: Uint8Array): ServerChannel | undefined {
    const hash = this.#hashOf(route, id);
    let channel = this.#buckets[hash & (this.#buckets.length - 1)];
    while (channel !== undefined) {
      const same = channel.hash === hash && equalOctets(channel.id, id);
      if (same && equalRoutes(channel.route, route)) return channel;
      channel = channel.next;
    }
    return undefined;
  }

  /** Forgets a channel. Does nothing for one that was not remembered. */
  remove(channel: ServerChannel): void {
    const bucket = channel.hash & (this.#buckets.length - 1);
    let before: ServerChannel | undefined;
    let at = this.#buckets[bucket];
    while (at !== undefined && at !== channel) {
      before = at;
      at = at.next;
    }
    if (at === undefined) return;
    if (before === undefined) this.#buckets[bucket] = channel.next;
    else before.next = channel.next;
    channel.next = undefined;
    this.#size--;
  }

  #link(channel: ServerChannel): void {
    const bucket = channel.hash & (this.#buckets.length - 1);
    channel.next = this.#buckets[bucket];
    this.#buckets[bucket] = channel;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = emptyBuckets(old.length * 2);
    for (const head of old) {
      // Oldest first, so that a newer channel of the same id stays in front of it.
      const chain: ServerChannel[] = [];
      for (let at = head; at !== undefined; at = at.next) chain.unshift(at);
      for (const channel of chain) this.#link(channel);
    }
  }

  /** FNV-1a over the route's frames with their lengths and the id. */
  #hashOf(route: readonly Uint8Array[], id: Uint8Array): number {
    let hash = this.#seed;
    for (const frame of route) hash = hashInto(Math.imul(hash ^ frame.length, FNV_PRIME), frame);
    return hashInto(hash, id) >>> 0;
  }
}

function emptyBuckets(count: number): (ServerChannel | undefined)[] {
  return Array.from<ServerChannel | undefined>({ length: count }).fill(undefined);
}

function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function equalRoutes(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((frame, i) => equalOctets(frame, b[i] as Uint8Array));
}
