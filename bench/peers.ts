/**
 * The peers by name, loaded one at a time so that no process holds code it does not measure.
 *
 * @module
 */

import type { Peer } from "./contract.ts";

const PEERS: Readonly<Record<string, () => Promise<Peer>>> = {
  net: async () => (await import("./peers/net.ts")).net,
  zeromq: async () => (await import("./peers/zeromq.ts")).zeromq,
  raw: async () => (await import("./peers/raw.ts")).raw,
  call: async () => (await import("./peers/call.ts")).call,
};

/** The peer that the others are compared with. */
export const CEILING = "net";

/** All names, in the order of the report. */
export const PEER_NAMES: readonly string[] = Object.keys(PEERS);

/**
 * Loads a peer.
 *
 * @throws {RangeError} when there is none of this name
 */
export async function loadPeer(name: string): Promise<Peer> {
  const load = PEERS[name];
  if (load === undefined) {
    throw new RangeError(`expected one of ${PEER_NAMES.join(", ")} as peer, got "${name}"`);
  }
  return await load();
}
