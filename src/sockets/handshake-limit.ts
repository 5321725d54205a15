/**
 * How many accepted peers may be strangers at once, in all and from one address.
 *
 * @module
 */

import { SocketError } from "./errors.ts";

/** The limits, as the options of a socket name them. */
export interface HandshakeLimits {
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
}

/** Counts the handshakes of one socket. */
export class HandshakeLimit {
  readonly #limits: HandshakeLimits;
  readonly #byHost = new Map<string, number>();
  #count = 0;

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
  }

  /** How many are under way. */
  get count(): number {
    return this.#count;
  }

  /** Counts a handshake that begins, or returns why it may not. */
  enter(address: string): SocketError | undefined {
    const { maxHandshakes, maxHandshakesPerAddress } = this.#limits;
    if (this.#count >= maxHandshakes) return tooMany("maxHandshakes", maxHandshakes, "");
    const host = hostOf(address);
    const ofHost = this.#byHost.get(host) ?? 0;
    if (host !== "" && ofHost >= maxHandshakesPerAddress) {
      return tooMany("maxHandshakesPerAddress", maxHandshakesPerAddress, ` with ${host}`);
    }
    this.#count += 1;
    this.#byHost.set(host, ofHost + 1);
    return undefined;
  }

  /** Counts a handshake that is over. Called once for each that was let in. */
  leave(address: string): void {
    const host = hostOf(address);
    const left = (this.#byHost.get(host) ?? 0) - 1;
    this.#count -= 1;
    if (left > 0) this.#byHost.set(host, left);
    else this.#byHost.delete(host);
  }
}

/** An address without its port. */
function hostOf(address: string): string {
  const end = address.lastIndexOf(":");
  return end < 0 ? address : address.slice(0, end);
}

function tooMany(name: string, limit: number, where: string): SocketError {
  const text = `expected at most ${name} = ${limit} handshakes under way${where}, got one more`;
  return new SocketError("SOCKET_HANDSHAKES", text);
}
