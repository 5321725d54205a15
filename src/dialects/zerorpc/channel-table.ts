/**
 * The open channels of a server's peer, by the id of their first event, as its raw octets.
 *
 * Ids come from the peer in whatever type it likes and travel behind the routing frames of every
 * hub on the way, so both together name a channel.
 *
 * @module
 */

import type { ServerChannel } from "./server-translator.ts";

/** Channels by route and id. */
export class ChannelTable {
  readonly #byHash = new Map<number, ServerChannel>();

  add(channel: ServerChannel): void {
    const hash = hashOf(channel.id);
    channel.next = this.#byHash.get(hash);
    this.#byHash.set(hash, channel);
  }

  find(route: readonly Uint8Array[], id: Uint8Array): ServerChannel | undefined {
    let channel = this.#byHash.get(hashOf(id));
    while (channel !== undefined) {
      if (equalOctets(channel.id, id) && equalRoutes(channel.route, route)) return channel;
      channel = channel.next;
    }
    return undefined;
  }

  remove(channel: ServerChannel): void {
    const hash = hashOf(channel.id);
    const head = this.#byHash.get(hash);
    if (head === channel) {
      if (channel.next === undefined) this.#byHash.delete(hash);
      else this.#byHash.set(hash, channel.next);
    } else {
      let before = head;
      while (before !== undefined && before.next !== channel) before = before.next;
      if (before !== undefined) before.next = channel.next;
    }
    channel.next = undefined;
  }
}

/** FNV-1a over the id's octets. */
function hashOf(id: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ (id[i] as number), 0x01000193);
  return hash;
}

function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function equalRoutes(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((frame, i) => equalOctets(frame, b[i] as Uint8Array));
}
