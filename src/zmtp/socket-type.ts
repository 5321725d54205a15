/**
 * The socket types and which of them may talk to each other.
 *
 * Spec: RFC 37 (ZMTP 3.1), "The Socket-Type Property".
 *
 * @module
 */

const PEERS = {
  DEALER: ["REP", "DEALER", "ROUTER"],
  ROUTER: ["REQ", "DEALER", "ROUTER"],
  REQ: ["REP", "ROUTER"],
  REP: ["REQ", "DEALER"],
  PUSH: ["PULL"],
  PULL: ["PUSH"],
  PUB: ["SUB", "XSUB"],
  SUB: ["PUB", "XPUB"],
  XPUB: ["SUB", "XSUB"],
  XSUB: ["PUB", "XPUB"],
  PAIR: ["PAIR"],
} as const;

/** A socket type, as it stands in the property `Socket-Type`. */
export type SocketType = keyof typeof PEERS;

/** Tells whether `name` is a socket type of this engine. The case of letters matters. */
export function isSocketType(name: string): name is SocketType {
  return Object.hasOwn(PEERS, name);
}

/** Tells whether sockets of the types `a` and `b` may talk to each other. */
export function arePeers(a: SocketType, b: SocketType): boolean {
  return (PEERS[a] as readonly SocketType[]).includes(b);
}

/** Tells whether sockets of this type announce an `Identity`, be it empty. */
export function announcesIdentity(type: SocketType): boolean {
  return type === "REQ" || type === "DEALER" || type === "ROUTER";
}

/** Tells whether sockets of this type receive subscriptions. */
export function isPublisher(type: SocketType): boolean {
  return type === "PUB" || type === "XPUB";
}
