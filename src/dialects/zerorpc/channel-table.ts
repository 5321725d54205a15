/**
 * The open channels of a server's peer, by the id of their first event, as its raw octets.
 *
 * Ids come from the peer in whatever type it likes and travel behind the routing frames of every
 * hub on the way, so both together name a channel. They become text that is exact, so that no peer
 * can choose ids that collide.
 *
 * @module
 */

import type { ServerChannel } from "./server-translator.ts";

/** Channels by route and id. */
export class ChannelTable {
  readonly #channels = new Map<string, ServerChannel>();

  /** Remembers a channel; an older one of the same route and id is out of reach from now on. */
  add(channel: ServerChannel): void {
    channel.key = keyOf(channel.route, channel.id);
    this.#channels.set(channel.key, channel);
  }

  find(route: readonly Uint8Array[], id: Uint8Array): ServerChannel | undefined {
    return this.#channels.get(keyOf(route, id));
  }

  remove(channel: ServerChannel): void {
    if (this.#channels.get(channel.key) === channel) this.#channels.delete(channel.key);
  }
}

/** One character for each octet; lengths in front of routing frames, so that no two routes agree. */
function keyOf(route: readonly Uint8Array[], id: Uint8Array): string {
  if (route.length === 0) return textOf(id);
  return `${route.map((frame) => `${frame.length}:${textOf(frame)}`).join("")}${textOf(id)}`;
}

function textOf(octets: Uint8Array): string {
  return String.fromCharCode.apply(undefined, octets as unknown as number[]);
}
