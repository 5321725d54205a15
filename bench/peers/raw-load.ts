/**
 * The client half that all raw peers share: requests and answers are bodies in order.
 *
 *     octet  0      what is asked: 0 echo, 1 stream
 *     octets 1-4    items wanted, big-endian, when a stream is asked
 *
 * @module
 */

import { SMALL_BYTES, type Load, type LoadEvents } from "../contract.ts";

const ECHO = 0;
const STREAM = 1;

/** Octets of one streamed item. */
const ITEM_BYTES = 10;

/** The body of every streamed item. */
export const ITEM: Uint8Array = new Uint8Array(ITEM_BYTES);

/** How many items a request asks for; `undefined` when it wants its echo. */
export function wantedItems(request: Uint8Array): number | undefined {
  if (request[0] !== STREAM) return undefined;
  return new DataView(request.buffer, request.byteOffset, request.byteLength).getUint32(1);
}

function streamRequest(count: number): Uint8Array {
  const request = new Uint8Array(5);
  request[0] = STREAM;
  new DataView(request.buffer).setUint32(1, count);
  return request;
}

/** Sends bodies through `post` and counts what comes back. */
export class RawLoad implements Load {
  readonly #small = new Uint8Array(SMALL_BYTES).fill(ECHO);
  readonly #events: LoadEvents;
  readonly #post: (body: Uint8Array) => void;
  readonly #end: () => Promise<void>;
  #missing = 0;
  #streamed: (count: number) => void = () => {};
  #wanted = 0;

  constructor(events: LoadEvents, post: (body: Uint8Array) => void, end: () => Promise<void>) {
    this.#events = events;
    this.#post = post;
    this.#end = end;
  }

  call(): void {
    this.#post(this.#small);
  }

  echo(body: Uint8Array): void {
    this.#post(body);
  }

  stream(count: number): Promise<number> {
    this.#missing = count;
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#streamed = resolve;
      this.#post(streamRequest(count));
    });
  }

  /** Takes one body of the peer. */
  received(): void {
    if (this.#missing === 0) this.#events.answered();
    else if (--this.#missing === 0) this.#streamed(this.#wanted);
  }

  async close(): Promise<void> {
    await this.#end();
  }
}
