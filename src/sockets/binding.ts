/**
 * One bound endpoint of a socket and the peers that came through it.
 *
 * @module
 */

import type { Listening } from "./dialer.ts";
import type { ManagedPipe, Opening } from "./opening.ts";
import type { SocketContext } from "./socket-context.ts";
import { handshakeFailure } from "./socket-event.ts";

/** Accepts peers until it is closed. */
export class Binding {
  readonly #context: SocketContext;
  readonly #pipes = new Set<ManagedPipe>();
  #listening: Listening | undefined;
  /** The endpoint as it was asked for; until the real one is known, peers have this one. */
  #address: string;
  #closed = false;

  constructor(address: string, context: SocketContext) {
    this.#address = address;
    this.#context = context;
  }

  /** The real endpoint. */
  get address(): string {
    return this.#address;
  }

  /** Has to be called once the endpoint is bound. */
  listening(listening: Listening): void {
    this.#listening = listening;
    this.#address = listening.endpoint;
    this.#context.emit({ type: "bind", address: this.#address });
  }

  /** Takes what a peer has opened. */
  readonly accept = (opening: Opening): void => {
    if (this.#closed) {
      opening.discard();
      return;
    }
    const { address } = this;
    this.#context.emit({ type: "accept", address, peerAddress: opening.address });
    const pipe = this.#context.adopt(opening, {
      endpoint: address,
      origin: "bound",
      lifecycle: this,
    });
    this.#pipes.add(pipe);
    pipe.start();
  };

  /** Accepts no more peers and closes the pipes after what they took was written. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pipe of this.#pipes) pipe.close();
    await this.#listening?.close();
    this.#context.emit({ type: "close", address: this.#address });
  }

  // What the pipes tell.

  opened(pipe: ManagedPipe): void {
    this.#context.emit({ type: "handshake", address: this.#address, peer: pipe.peer });
  }

  refused(pipe: ManagedPipe, error: Error): void {
    this.#pipes.delete(pipe);
    this.#context.emit(handshakeFailure(this.#address, error));
  }

  ended(pipe: ManagedPipe, error: Error | undefined): void {
    this.#pipes.delete(pipe);
    this.#context.emit({
      type: "disconnect",
      address: this.#address,
      ...(error === undefined ? {} : { error }),
    });
  }
}
