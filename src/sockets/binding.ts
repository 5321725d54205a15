/**
 * One bound endpoint of a socket and the peers that came through it.
 *
 * @module
 */

import type { Listening } from "./dialer.ts";
import type { ManagedPipe, Opening } from "./opening.ts";
import type { SocketContext } from "./socket-context.ts";
import { handshakeFailure } from "./socket-event.ts";

type State =
  | { readonly phase: "binding"; readonly early: Opening[] }
  | { readonly phase: "listening"; readonly listening: Listening }
  /** It accepts no more peers; those that came stay. */
  | { readonly phase: "retired"; readonly silent: Promise<void> }
  | { readonly phase: "closed" };

/** Accepts peers until it is closed. A peer counts as one until nothing is left of its pipe. */
export class Binding {
  /** The endpoint as it was asked for. */
  readonly asked: string;
  readonly #context: SocketContext;
  /** All that were accepted and of which something is left, with their addresses. */
  readonly #pipes = new Map<ManagedPipe, string>();
  /** The addresses of those that are in their handshake. */
  readonly #strangers = new Map<ManagedPipe, string>();
  #state: State = { phase: "binding", early: [] };
  #address: string;

  constructor(asked: string, context: SocketContext) {
    this.asked = asked;
    this.#address = asked;
    this.#context = context;
  }

  /** The real endpoint, once it is bound. */
  get address(): string {
    return this.#address;
  }

  /** Takes what a peer has opened. */
  readonly accept = (opening: Opening): void => {
    switch (this.#state.phase) {
      case "binding":
        // Its pipe has to know the real endpoint.
        this.#state.early.push(opening);
        break;
      case "listening":
        this.#adopt(opening);
        break;
      case "retired":
      case "closed":
        opening.discard();
        break;
    }
  };

  /** Has to be called once the endpoint is bound. */
  listening(listening: Listening): void {
    const early = this.#state.phase === "binding" ? this.#state.early : [];
    this.#state = { phase: "listening", listening };
    this.#address = listening.endpoint;
    this.#context.emit({ type: "bind", address: this.#address });
    for (const opening of early) this.#adopt(opening);
  }

  /** Accepts no more peers and leaves the pipes as they are. */
  retire(): void {
    if (this.#state.phase !== "listening") return;
    const silent = this.#state.listening.close();
    // Closing waits for it and hears how it went.
    silent.catch(() => {});
    this.#state = { phase: "retired", silent };
    this.#context.emit({ type: "close", address: this.#address });
  }

  /**
   * Accepts no more peers and closes the pipes after what they took was written.
   *
   * @param lingerMs - how long that may take. Without it the option `linger` holds
   */
  async close(lingerMs?: number): Promise<void> {
    const state = this.#state;
    this.#state = { phase: "closed" };
    if (state.phase === "binding") for (const opening of state.early) opening.discard();
    if (state.phase !== "listening" && state.phase !== "retired") return;
    for (const pipe of this.#pipes.keys()) pipe.close(lingerMs);
    if (state.phase === "retired") return state.silent;
    await state.listening.close();
    this.#context.emit({ type: "close", address: this.#address });
  }

  #adopt(opening: Opening): void {
    const { address } = this;
    const peerAddress = opening.address;
    const { handshakes, connections } = this.#context;
    const error = connections.refusal(peerAddress) ?? handshakes.refusal(peerAddress);
    if (error !== undefined) {
      this.#context.emit({ type: "accept:error", address, peerAddress, error });
      opening.discard();
      return;
    }
    this.#context.emit({ type: "accept", address, peerAddress });
    const pipe = this.#context.adopt(opening, {
      endpoint: address,
      origin: "bound",
      lifecycle: this,
    });
    connections.enter(peerAddress);
    handshakes.enter(peerAddress);
    this.#pipes.set(pipe, peerAddress);
    this.#strangers.set(pipe, peerAddress);
    pipe.start();
  }

  /** The handshake is over, one way or the other. */
  #settled(pipe: ManagedPipe): void {
    const peerAddress = this.#strangers.get(pipe);
    if (peerAddress !== undefined) this.#context.handshakes.leave(peerAddress);
    this.#strangers.delete(pipe);
  }

  // What the pipes tell.

  opened(pipe: ManagedPipe): void {
    this.#settled(pipe);
    this.#context.emit({ type: "handshake", address: this.#address, peer: pipe.peer });
  }

  refused(pipe: ManagedPipe, error: Error): void {
    this.#settled(pipe);
    this.#context.emit(handshakeFailure(this.#address, error));
  }

  ended(_pipe: ManagedPipe, error: Error | undefined): void {
    this.#context.emit({
      type: "disconnect",
      address: this.#address,
      ...(error === undefined ? {} : { error }),
    });
  }

  released(pipe: ManagedPipe): void {
    this.#settled(pipe);
    const peerAddress = this.#pipes.get(pipe);
    if (peerAddress !== undefined) this.#context.connections.leave(peerAddress);
    this.#pipes.delete(pipe);
  }
}
