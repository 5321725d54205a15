/**
 * The open calls of a service's peer, by the way back and the id of their requests.
 *
 * Ids are the clients', and behind an intermediary several clients share one connection, so both
 * together name a call. They become text that is exact, so that no peer can choose some that collide.
 *
 * @module
 */

import { decodeAscii } from "../../base/text.ts";
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

/** One character for each octet; lengths in front of hops, so that no two routes agree. */
function keyOf(route: readonly Uint8Array[], id: Uint8Array): string {
  const hops = route.map((frame) => `${frame.length}:${decodeAscii(frame)}`).join("");
  return `${hops}|${decodeAscii(id)}`;
}
