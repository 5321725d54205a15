/**
 * How many accepted peers there may be at once, in all and from one address: strangers in their
 * handshake, and connections altogether.
 *
 * @module
 */

import { SocketError } from "./errors.ts";
import type { ResolvedOptions } from "./resolved-options.ts";

/** Two limits, as the options of a socket name them, and what they are about. */
export interface PeerLimits {
  readonly code: "SOCKET_HANDSHAKES" | "SOCKET_CONNECTIONS";
  /** What is counted, for the message. */
  readonly what: string;
  readonly all: NamedLimit;
  readonly perAddress: NamedLimit;
}

/** The name of an option and its value. */
export type NamedLimit = readonly [name: string, limit: number];

/** Counts the accepted peers of one socket. */
export class PeerLimit {
  readonly #limits: PeerLimits;
  readonly #byHost = new Map<string, number>();
  #count = 0;

  constructor(limits: PeerLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Why one more from an address may not be; `undefined` when it may. */
  refusal(address: string): SocketError | undefined {
    const { all, perAddress } = this.#limits;
    if (this.#count >= all[1]) return this.#tooMany(all, "");
    const host = hostOf(address);
    if (host === "" || (this.#byHost.get(host) ?? 0) < perAddress[1]) return undefined;
    return this.#tooMany(perAddress, ` with ${host}`);
  }

  /** Counts one that begins. */
  enter(address: string): void {
    const host = hostOf(address);
    this.#count += 1;
    this.#byHost.set(host, (this.#byHost.get(host) ?? 0) + 1);
  }

  /** Counts one that is over. Called once for each that entered. */
  leave(address: string): void {
    const host = hostOf(address);
    const left = (this.#byHost.get(host) ?? 0) - 1;
    this.#count -= 1;
    if (left > 0) this.#byHost.set(host, left);
    else this.#byHost.delete(host);
  }

  #tooMany([name, limit]: NamedLimit, where: string): SocketError {
    const { code, what } = this.#limits;
    const text = `expected at most ${name} = ${limit} ${what}${where}, got one more`;
    return new SocketError(code, text);
  }
}

/** An address without its port. */
export function hostOf(address: string): string {
  const end = address.lastIndexOf(":");
  return end < 0 ? address : address.slice(0, end);
}

/** The limits of a socket on the peers that it accepts: those in their handshake, and all. */
export function peerLimits(options: ResolvedOptions): {
  readonly handshakes: PeerLimit;
  readonly connections: PeerLimit;
} {
  const { maxHandshakes, maxHandshakesPerAddress } = options;
  const { maxConnections, maxConnectionsPerAddress } = options;
  return {
    handshakes: new PeerLimit({
      code: "SOCKET_HANDSHAKES",
      what: "handshakes under way",
      all: ["maxHandshakes", maxHandshakes],
      perAddress: ["maxHandshakesPerAddress", maxHandshakesPerAddress],
    }),
    connections: new PeerLimit({
      code: "SOCKET_CONNECTIONS",
      what: "accepted connections",
      all: ["maxConnections", maxConnections],
      perAddress: ["maxConnectionsPerAddress", maxConnectionsPerAddress],
    }),
  };
}
