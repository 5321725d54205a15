/**
 * A pipe to another socket of this process, without ZMTP.
 *
 *     send ──▶ outbox ──end of the turn, unless the other side is paused──▶ the other side's owner
 *
 *     starting ──open()──▶ open ──close()──▶ ending ──the outbox is delivered──▶ gone
 *         └──refuse(), peerGone()──┴─────────────────────────────────────────────▶ │
 *
 * Small frames are copied as on every pipe; large ones are the same memory on both sides.
 *
 * @module
 */

import { wholeOctets } from "../base/octets.ts";
import { BoundedQueue } from "../base/bounded-queue.ts";
import { ZmtpError } from "../zmtp/errors.ts";
import type { SocketType } from "../zmtp/socket-type.ts";
import { TransportError } from "./errors.ts";
import type { Flushable } from "./flush-queue.ts";
import { bytesOf, keep } from "./message.ts";
import type { ManagedPipe, PipeParts } from "./opening.ts";
import type { Message, OutgoingMessage, PeerInfo } from "./pipe.ts";

/** What waits for the other side. */
type Parcel =
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "subscription"; readonly topic: Uint8Array; readonly wanted: boolean };

type State =
  | { readonly phase: "starting" }
  | { readonly phase: "open"; readonly other: InprocPipe }
  /** Closed on this side; the outbox is still to be delivered. */
  | { readonly phase: "ending"; readonly other: InprocPipe }
  | { readonly phase: "gone" };

const GONE: State = { phase: "gone" };

/** One of two joined ends. */
export class InprocPipe implements ManagedPipe, Flushable {
  readonly id: number;
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly #parts: PipeParts;
  readonly #started: () => void;
  readonly #outbox: BoundedQueue<Parcel>;
  #state: State = { phase: "starting" };
  #peer: PeerInfo = NOBODY;
  #takenMessages = 0;
  #queuedMessages = 0;
  #outboxBytes = 0;
  #paused = false;
  #flushDue = false;
  #lastHeardAt: number;

  constructor(parts: PipeParts, started: () => void) {
    this.id = parts.id;
    this.endpoint = parts.endpoint;
    this.origin = parts.origin;
    this.#parts = parts;
    this.#started = started;
    this.#outbox = new BoundedQueue(parts.sendHighWaterMark);
    this.#lastHeardAt = parts.clock.now();
  }

  get peer(): PeerInfo {
    return this.#peer;
  }

  get queuedMessages(): number {
    return this.#queuedMessages;
  }

  get sentMessages(): number {
    return this.#takenMessages - this.#queuedMessages;
  }

  get unsentBytes(): number {
    return this.#outboxBytes;
  }

  get full(): boolean {
    if (this.#state.phase !== "open") return false;
    return this.#outbox.full || this.#outboxBytes >= this.#parts.sendHighWaterBytes;
  }

  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  get gone(): boolean {
    return this.#state.phase === "gone";
  }

  start(): void {
    this.#started();
  }

  send(message: OutgoingMessage): void {
    this.#post({ type: "message", message: keep(message.map(wholeOctets)) });
  }

  subscribe(topic: Uint8Array, wanted: boolean): void {
    this.#post({ type: "subscription", topic: topic.slice(), wanted });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#state.phase === "open" || this.#state.phase === "ending") {
      this.#state.other.#flushLater();
    }
  }

  close(): void {
    const state = this.#state;
    if (state.phase === "starting") {
      this.#state = GONE;
      this.#parts.lifecycle.released(this);
    } else if (state.phase === "open") {
      this.#state = { phase: "ending", other: state.other };
      this.#parts.lifecycle.ended(this, undefined, true);
      this.#flushLater();
    }
  }

  destroy(): void {
    this.#outbox.clear();
    this.close();
  }

  /** Delivers everything, unless the other side is paused; what was sent before `close` always. */
  flush(): void {
    this.#flushDue = false;
    const state = this.#state;
    if (state.phase === "ending") {
      this.#deliver(state.other);
      this.#state = GONE;
      state.other.peerGone();
      this.#parts.lifecycle.released(this);
    } else if (state.phase === "open" && !state.other.#paused) {
      const { full } = this;
      this.#deliver(state.other);
      if (full && this.#state.phase === "open") this.#parts.owner.drained(this);
    }
  }

  // What the other end tells.

  open(other: InprocPipe, peer: PeerInfo): void {
    if (this.#state.phase !== "starting") return;
    this.#peer = peer;
    this.#state = { phase: "open", other };
    this.#parts.lifecycle.opened(this);
  }

  refuse(peerType: SocketType): void {
    if (this.#state.phase !== "starting") return;
    this.#state = GONE;
    const error = new ZmtpError("ZMTP_SOCKET_TYPE", `${peerType} at ${this.endpoint}`);
    this.#parts.lifecycle.refused(this, error, false);
    this.#parts.lifecycle.released(this);
  }

  peerGone(): void {
    const { phase } = this.#state;
    if (phase === "gone") return;
    this.#state = GONE;
    if (phase === "open") {
      this.#parts.lifecycle.ended(this, undefined, true);
    } else if (phase === "starting") {
      const text = `expected the peer at ${this.endpoint} to stay, it went away`;
      const error = new TransportError("TRANSPORT_RESET", text, { endpoint: this.endpoint });
      this.#parts.lifecycle.refused(this, error, true);
    }
    this.#parts.lifecycle.released(this);
  }

  #post(parcel: Parcel): void {
    if (this.#state.phase !== "open") return;
    this.#outbox.push(parcel);
    if (parcel.type === "message") {
      this.#takenMessages += 1;
      this.#queuedMessages += 1;
      this.#outboxBytes += bytesOf(parcel.message);
    }
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushDue) return;
    this.#flushDue = true;
    this.#parts.flushQueue.add(this);
  }

  /** Hands the outbox to the other side's owner. Messages in a row are told together. */
  #deliver(other: InprocPipe): void {
    this.#outboxBytes = 0;
    const { owner, clock } = other.#parts;
    if (other.#state.phase !== "open") {
      this.#outbox.clear();
      return;
    }
    this.#queuedMessages = 0;
    other.#lastHeardAt = clock.now();
    let messages: Message[] = [];
    for (let next = this.#outbox.shift(); next !== undefined; next = this.#outbox.shift()) {
      if (next.type === "message") {
        messages.push(next.message);
        continue;
      }
      if (messages.length > 0) owner.received(other, messages);
      messages = [];
      owner.subscribed?.(other, next.topic, next.wanted);
    }
    if (messages.length > 0) owner.received(other, messages);
  }
}

const NOBODY: PeerInfo = {
  socketType: "",
  routingId: new Uint8Array(0),
  metadata: new Map(),
  version: "inproc",
  address: "",
};
