/**
 * What a ROUTER calls its peers.
 *
 * Spec: RFC 28, "The ROUTER Socket Type".
 *
 *     announced      1 to 255 octets, the first is not zero
 *     made up        00 n n n n     a counter, big-endian
 *
 * Knows nothing of messages.
 *
 * @module
 */

import type { Pipe } from "./pipe.ts";

const MADE_UP_BYTES = 5;
const MAX_COUNTER = 0xffff_ffff;

/** A made-up id is looked up by its counter, which is faster than by text. */
type Key = number | string;

/** Routing ids and pipes, each with at most one of the other. */
export class IdentityTable {
  readonly #pipes = new Map<Key, Pipe>();
  readonly #ids = new Map<Pipe, Uint8Array>();
  #counter: number;

  /** @param first - where the counter of made-up ids starts, so that restarts do not repeat it */
  constructor(first: number) {
    this.#counter = Math.floor(first) % MAX_COUNTER;
  }

  /** The pipe of this routing id. */
  find(routingId: Uint8Array): Pipe | undefined {
    return this.#pipes.get(keyOf(routingId));
  }

  /** The routing id of this pipe. It is handed out with every message and MUST NOT be changed. */
  idOf(pipe: Pipe): Uint8Array | undefined {
    return this.#ids.get(pipe);
  }

  /** Gives a pipe an id that MUST NOT be in use. */
  add(pipe: Pipe, routingId: Uint8Array): void {
    this.#pipes.set(keyOf(routingId), pipe);
    this.#ids.set(pipe, routingId);
  }

  /** Forgets a pipe and returns the id it had. */
  remove(pipe: Pipe): Uint8Array | undefined {
    const routingId = this.#ids.get(pipe);
    if (routingId === undefined) return undefined;
    this.#ids.delete(pipe);
    this.#pipes.delete(keyOf(routingId));
    return routingId;
  }

  /** Makes up an id that no pipe has. */
  makeUp(): Uint8Array {
    const routingId = new Uint8Array(MADE_UP_BYTES);
    do {
      this.#counter = this.#counter === MAX_COUNTER ? 0 : this.#counter + 1;
      new DataView(routingId.buffer).setUint32(1, this.#counter);
    } while (this.#pipes.has(keyOf(routingId)));
    return routingId;
  }
}

function keyOf(id: Uint8Array): Key {
  const [first, a, b, c, d] = id;
  if (first === 0 && id.length === MADE_UP_BYTES) {
    return (((a ?? 0) * 256 + (b ?? 0)) * 256 + (c ?? 0)) * 256 + (d ?? 0);
  }
  let key = "";
  for (const octet of id) key += String.fromCharCode(octet);
  return key;
}
