/**
 * Keeps one endpoint connected: dials, waits, dials again.
 *
 *     dialling ──▶ connected ──▶ waiting ──▶ dialling ──▶ …
 *        └───────────────────────▶ │
 *     any of them ──stop(), or an ending that would only repeat itself──▶ stopped
 *
 * Spec: the manual page zmq_setsockopt(3), ZMQ_RECONNECT_IVL and ZMQ_RECONNECT_IVL_MAX.
 *
 * @module
 */

import { Backoff } from "../base/backoff.ts";
import type { Cancel } from "../base/clock.ts";
import { TransportError } from "./errors.ts";
import type { ManagedPipe, Opener, Opening } from "./opening.ts";
import type { SocketContext } from "./socket-context.ts";
import { handshakeFailure } from "./socket-event.ts";

type State =
  | { readonly phase: "idle" }
  | { readonly phase: "dialling"; readonly attempt: AbortController; readonly stopTimer: Cancel }
  /** There is a connection; its handshake may still be under way. */
  | { readonly phase: "connected"; readonly pipe: ManagedPipe }
  | { readonly phase: "waiting"; readonly cancel: Cancel }
  | { readonly phase: "stopped" };

const STOPPED: State = { phase: "stopped" };
const NO_TIMER: Cancel = () => {};

/** One connected endpoint of a socket, whether or not its peer is there at the moment. */
export class Connector {
  /** The endpoint as `formatEndpoint` writes it. */
  readonly address: string;
  readonly #opener: Opener;
  readonly #context: SocketContext;
  readonly #backoff: Backoff;
  #state: State = { phase: "idle" };
  #open = false;
  #retired = false;

  constructor(address: string, opener: Opener, context: SocketContext) {
    this.address = address;
    this.#opener = opener;
    this.#context = context;
    this.#backoff = new Backoff({
      initialMs: Math.max(1, context.options.reconnectIntervalMs),
      maxMs: context.options.reconnectMaxIntervalMs,
      random: context.random,
    });
  }

  /** Whether a peer may still come: it is not there, and it has not been given up. */
  get pending(): boolean {
    return !this.#open && this.#state.phase !== "stopped";
  }

  /** Whether it has been given up, or was stopped: no attempt follows. */
  get stopped(): boolean {
    return this.#state.phase === "stopped";
  }

  /** Makes the first attempt. Called once. */
  start(): void {
    this.#dial();
  }

  /**
   * Makes no further attempt and closes the pipe, if there is one, after what it took was written.
   * Idempotent.
   *
   * @param lingerMs - how long that may take. Without it the option `linger` holds
   */
  stop(lingerMs?: number): void {
    const state = this.#state;
    this.#state = STOPPED;
    switch (state.phase) {
      case "dialling":
        state.stopTimer();
        state.attempt.abort();
        break;
      case "connected":
        state.pipe.close(lingerMs);
        break;
      case "waiting":
        state.cancel();
        break;
      case "idle":
      case "stopped":
        break;
    }
  }

  /** Makes no further attempt and leaves the pipe, if there is one, as it is. */
  retire(): void {
    this.#retired = true;
    if (this.#state.phase !== "connected") this.stop();
  }

  // What the pipe tells.

  opened(pipe: ManagedPipe): void {
    this.#open = true;
    this.#backoff.reset();
    this.#context.emit({ type: "handshake", address: this.address, peer: pipe.peer });
  }

  refused(_pipe: ManagedPipe, error: Error, retry: boolean): void {
    this.#context.emit(handshakeFailure(this.address, error));
    this.#again(error, retry);
  }

  ended(_pipe: ManagedPipe, error: Error | undefined, retry: boolean): void {
    this.#open = false;
    this.#context.emit({
      type: "disconnect",
      address: this.address,
      ...(error === undefined ? {} : { error }),
    });
    this.#again(error, retry);
  }

  #dial(): void {
    const attempt = new AbortController();
    this.#state = { phase: "dialling", attempt, stopTimer: this.#limit(attempt) };
    this.#context.emit({ type: "connect:delay", address: this.address });
    this.#opener.dial(attempt.signal).then(
      (opening) => this.#dialled(opening, attempt),
      (error: unknown) => this.#failed(error, attempt),
    );
  }

  /** Ends an attempt that takes longer than `connectTimeout`. */
  #limit(attempt: AbortController): Cancel {
    const { clock, options } = this.#context;
    if (options.connectTimeoutMs === 0) return NO_TIMER;
    return clock.schedule(clock.now() + options.connectTimeoutMs, () => {
      const text = `expected a connection to ${this.address} within ${options.connectTimeoutMs} ms`;
      this.#failed(
        new TransportError("TRANSPORT_TIMEOUT", text, { endpoint: this.address }),
        attempt,
      );
      attempt.abort();
    });
  }

  /** An attempt that was given up settles later; nobody wants to know. */
  #isCurrent(attempt: AbortController): boolean {
    return this.#state.phase === "dialling" && this.#state.attempt === attempt;
  }

  #dialled(opening: Opening, attempt: AbortController): void {
    if (this.#state.phase !== "dialling" || !this.#isCurrent(attempt)) {
      opening.discard();
      return;
    }
    this.#state.stopTimer();
    this.#context.emit({ type: "connect", address: this.address });
    const pipe = this.#context.adopt(opening, {
      endpoint: this.address,
      origin: "connected",
      lifecycle: this,
    });
    this.#state = { phase: "connected", pipe };
    pipe.start();
  }

  #failed(reason: unknown, attempt: AbortController): void {
    if (this.#state.phase !== "dialling" || !this.#isCurrent(attempt)) return;
    this.#state.stopTimer();
    this.#again(reason instanceof Error ? reason : new Error(String(reason)), true);
  }

  #again(error: Error | undefined, retry: boolean): void {
    if (this.#state.phase === "stopped") return;
    const { clock, options } = this.#context;
    const why = error === undefined ? {} : { error };
    if (!retry || this.#retired || options.reconnectIntervalMs < 0) {
      this.#state = STOPPED;
      this.#context.emit({ type: "connect:stopped", address: this.address, ...why });
      return;
    }
    const interval = options.reconnectIntervalMs === 0 ? 0 : this.#backoff.next();
    const cancel = clock.schedule(clock.now() + interval, () => this.#dial());
    this.#state = { phase: "waiting", cancel };
    this.#context.emit({ type: "connect:retry", address: this.address, interval, ...why });
  }
}
