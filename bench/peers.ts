/**
 * The peers by name, loaded one at a time so that no process holds code it does not measure.
 *
 * @module
 */

import type { Peer } from "./contract.ts";

type Loader = () => Promise<Peer>;

/** Peers of packages of our own. */
const OURS: Readonly<Record<string, Loader>> = {
  net: async () => (await import("./peers/net.ts")).net,
  "net-slab": async () => (await import("./peers/net.ts")).netSlab,
  zeromq: async () => (await import("./peers/zeromq.ts")).zeromq,
  raw: async () => (await import("./peers/raw.ts")).raw,
  call: async () => (await import("./peers/call.ts")).call,
  "call-old": async () => (await import("./peers/call-old.ts")).callOld,
  "zerorpc-python": async () => (await import("./peers/zerorpc-python.ts")).zerorpcPython,
};

/** Peers that need what `bench/package.json` names: a file of `bench/rivals` each. */
export const RIVALS: readonly string[] = [
  "rpc-websockets",
  "socket-io",
  "moleculer",
  "capnweb",
  "nats",
  "trpc",
  "grpc",
  "zerorpc-node",
];

/** The peer that the others are compared with. */
export const CEILING = "net";

/** All names, in the order of the report. */
export const PEER_NAMES: readonly string[] = [
  ...Object.keys(OURS).filter((name) => name !== "zerorpc-python"),
  ...RIVALS,
  "zerorpc-python",
];

/**
 * Loads a peer.
 *
 * @throws {RangeError} when there is none of this name
 */
export async function loadPeer(name: string): Promise<Peer> {
  const load = OURS[name];
  if (load !== undefined) return await load();
  if (!RIVALS.includes(name)) {
    throw new RangeError(`expected one of ${PEER_NAMES.join(", ")} as peer, got "${name}"`);
  }
  // Compiled beside the packages that it needs, out of sight of this project's compiler.
  const file = new URL(`../../bench/build/rivals/${name}.js`, import.meta.url);
  return ((await import(file.href)) as { readonly peer: Peer }).peer;
}
