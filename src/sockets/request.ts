/**
 * REQ: sends a request, receives its reply, in strict turn.
 *
 *     ready ──send──▶ sending ──a peer takes it──▶ waiting ──its reply──▶ replied ──receive──▶ ready
 *                                                     └──the peer is gone──▶ lost ──receive──▶ ready
 *
 *     on the wire   [ request id, if correlated ][ empty ][ frame ] …
 *
 * libzmq waits for ever when the peer is gone; here `receive` says so.
 *
 * Spec: RFC 28, "The REQ Socket Type"; the manual page zmq_setsockopt(3), ZMQ_REQ_CORRELATE and
 * ZMQ_REQ_RELAXED.
 *
 * @module
 */

import { UsageError } from "../base/errors.ts";
import { SocketError } from "./errors.ts";
import type { WaitOptions } from "./incoming.ts";
import { toFrames } from "./message.ts";
import type { MessageLike } from "./message.ts";
import { Outgoing } from "./outgoing.ts";
import { splitOptions } from "./own-options.ts";
import type { Message, Pipe } from "./pipe.ts";
import { PROBE } from "./probe.ts";
import { RoundRobin } from "./round-robin.ts";
import type { SocketPlatform } from "./socket-core.ts";
import type { SocketOptions } from "./socket-options.ts";
import { Socket } from "./socket.ts";
import type { SocketParts } from "./socket.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Options of a {@link Request}. */
export interface RequestOptions extends SocketOptions {
  /**
   * Puts a number in front of each request and takes only the reply that carries it.
   * ZMQ_REQ_CORRELATE.
   *
   * @default false
   */
  readonly correlate?: boolean;
  /**
   * Another request may be sent before the reply came; the reply to the earlier one is dropped.
   * Should go together with `correlate`. ZMQ_REQ_RELAXED.
   *
   * @default false
   */
  readonly relaxed?: boolean;
  /**
   * Greets each new peer with an empty message. ZMQ_PROBE_ROUTER.
   *
   * @default false
   */
  readonly probeRouter?: boolean;
}

type State =
  | { readonly phase: "ready" }
  | { readonly phase: "sending" }
  | { readonly phase: "waiting"; readonly pipe: Pipe; readonly requestId: number | undefined }
  | { readonly phase: "replied"; readonly reply: Message }
  | { readonly phase: "lost" };

const READY: State = { phase: "ready" };
const LOST: State = { phase: "lost" };
const DELIMITER = new Uint8Array(0);

/** A client that asks one thing at a time. */
export class Request extends Socket {
  protected override readonly parts: SocketParts;
  readonly #outgoing: Outgoing;
  readonly #readers: WaitingLine<undefined, Message>;
  readonly #peers = new RoundRobin();
  readonly #correlate: boolean;
  readonly #relaxed: boolean;
  #state: State = READY;
  #requestId: number;

  /** @throws {UsageError} `USAGE_OPTION` */
  constructor(options: RequestOptions, platform: SocketPlatform) {
    const { own, shared } = splitOptions(options, "correlate", "relaxed", "probeRouter");
    super("REQ", shared, platform);
    this.#correlate = own.correlate;
    this.#relaxed = own.relaxed;
    this.#requestId = Math.floor(platform.random() * 2 ** 32);
    this.#readers = new WaitingLine(this.core.clock);
    // No backlog: a request that has not left has no peer whose reply could be told apart.
    this.#outgoing = new Outgoing(this.core, { offer: (message) => this.#offer(message) }, false);
    this.parts = {
      outgoing: this.#outgoing,
      incoming: { stop: () => this.#stop() },
      owner: {
        opened: (pipe) => {
          if (own.probeRouter) pipe.send(PROBE);
          this.#room(pipe);
        },
        received: (pipe, messages) => {
          for (const message of messages) this.#received(pipe, message);
        },
        drained: (pipe) => this.#room(pipe),
        closed: (pipe) => this.#closed(pipe),
      },
    };
  }

  /**
   * Sends a request to the next peer that has room, or waits for one.
   *
   * @throws {UsageError} `USAGE_STATE` before the reply was received (unless `relaxed`),
   *   `USAGE_CLOSED`, `USAGE_ARGUMENTS`; rejects with `SocketError` `SOCKET_TIMEOUT` or
   *   `SOCKET_CLOSED`, or the reason of the signal
   */
  send(message: MessageLike, options?: WaitOptions): Promise<void> {
    const frames = toFrames(message);
    const { phase } = this.#state;
    if (phase !== "ready" && phase !== "lost" && !this.#relaxed && !this.closed) {
      throw new UsageError("USAGE_STATE", "expected receive before the next send of a REQ socket");
    }
    const sending: State = { phase: "sending" };
    this.#state = sending;
    const sent = this.#outgoing.send([DELIMITER, ...frames], options);
    // The phase is another one if a peer has taken the request at once.
    if ((this.#state as State) !== sending) return sent;
    return sent.catch((error: unknown) => {
      if (this.#state === sending) this.#state = READY;
      throw error;
    });
  }

  /**
   * Takes the reply, or waits for it.
   *
   * @throws {UsageError} `USAGE_STATE` without a request, `USAGE_CLOSED`; rejects with
   *   `SocketError` `SOCKET_PEER_GONE`, `SOCKET_TIMEOUT` or `SOCKET_CLOSED`, or the reason of the
   *   signal
   */
  receive(options?: WaitOptions): Promise<Message> {
    if (this.closed) throw new UsageError("USAGE_CLOSED", "receive after close");
    const state = this.#state;
    switch (state.phase) {
      case "ready":
        throw new UsageError("USAGE_STATE", "expected send before receive of a REQ socket");
      case "replied":
        this.#state = READY;
        return Promise.resolve(state.reply);
      case "lost":
        this.#state = READY;
        return Promise.reject(peerGone());
      case "sending":
      case "waiting":
        return this.#readers.join(undefined, {
          timeoutMs: this.core.options.receiveTimeoutMs,
          signal: options?.signal,
          purpose: "a reply",
        });
    }
  }

  #offer(message: Message): boolean {
    const pipe = this.#peers.next();
    if (pipe === undefined) return false;
    if (this.#correlate) {
      this.#requestId = (this.#requestId + 1) % 2 ** 32;
      pipe.send([encodeId(this.#requestId), ...message]);
      this.#state = { phase: "waiting", pipe, requestId: this.#requestId };
    } else {
      pipe.send(message);
      this.#state = { phase: "waiting", pipe, requestId: undefined };
    }
    return true;
  }

  #received(pipe: Pipe, message: Message): void {
    const state = this.#state;
    // Replies to earlier requests, and whatever else a peer makes up, are dropped.
    if (state.phase !== "waiting" || state.pipe !== pipe) return;
    const reply = unwrap(message, state.requestId);
    if (reply === undefined) return;
    const reader = this.#readers.first();
    this.#state = reader === undefined ? { phase: "replied", reply } : READY;
    reader?.fulfil(reply);
  }

  #room(pipe: Pipe): void {
    this.#peers.add(pipe);
    this.#outgoing.room();
  }

  #closed(pipe: Pipe): void {
    this.#peers.remove(pipe);
    if (this.#state.phase !== "waiting" || this.#state.pipe !== pipe) return;
    const reader = this.#readers.first();
    this.#state = reader === undefined ? LOST : READY;
    reader?.fail(peerGone());
  }

  #stop(): void {
    this.#readers.fail(
      new SocketError("SOCKET_CLOSED", "the socket was closed while a receive waited"),
    );
  }
}

/** Takes the envelope off, or returns `undefined` when it is not the expected one. */
function unwrap(message: Message, requestId: number | undefined): Message | undefined {
  let start = 0;
  if (requestId !== undefined) {
    const [id] = message;
    if (id === undefined || id.length !== 4 || decodeId(id) !== requestId) return undefined;
    start = 1;
  }
  const delimiter = message[start];
  if (delimiter === undefined || delimiter.length > 0 || message.length < start + 2) {
    return undefined;
  }
  return message.slice(start + 1);
}

function encodeId(id: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, id);
  return octets;
}

function decodeId(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength).getUint32(0);
}

function peerGone(): SocketError {
  return new SocketError("SOCKET_PEER_GONE", "the peer went away before it replied");
}
