/**
 * A pipe over a wire: the one place where a ZMTP connection, a wire and the clock meet.
 *
 *     handshake ──handshake-done──▶ open ──close() or the peer──▶ ending ──the wire is gone──▶ gone
 *         └──────────────the handshake fails──────────────────────▶ │
 *
 * No end lasts: a peer that does not read what is left for it is cut after the linger time.
 *
 * When octets are written decides the speed of everything above. Messages of one turn leave
 * together when the turn ends; {@link FLUSH_MESSAGES} messages, or {@link FLUSH_BYTES} octets,
 * leave at once, so that the peer works while this side still does. Once it does, a longer batch
 * is cheaper for both: each further write of the turn takes twice as many messages. What answers a
 * message that came by itself leaves at once, too: calls that are made one after the other have nothing
 * that could leave with them. When the wire wants no more, messages stay in the connection and count
 * towards the high-water mark.
 *
 * Knows nothing of what a socket type does with messages, or of who dials.
 *
 * @module
 */

import type { Cancel, Clock } from "../base/clock.ts";
import type { Connection } from "../zmtp/connection.ts";
import type { ConnectionEvent } from "../zmtp/connection-event.ts";
import type { Credentials } from "../zmtp/mechanism.ts";
import { askAuthenticator, type Authenticator } from "./authenticator.ts";
import type { Wire, WireHandler } from "./dialer.ts";
import { TransportError } from "./errors.ts";
import type { Flushable, FlushQueue } from "./flush-queue.ts";
import type { ManagedPipe, PipeLifecycle, PipeParts } from "./opening.ts";
import type { Message, OutgoingMessage, PeerInfo, PipeOwner } from "./pipe.ts";

/** Messages that are written at once instead of at the end of the turn. */
export const FLUSH_MESSAGES = 32;
/** By how much that number grows with each such write of one turn. */
const FLUSH_GROWTH = 2;
/** Octets that are written at once instead of at the end of the turn. */
export const FLUSH_BYTES: number = 64 * 1024;
/**
 * Octets of answers to commands that may wait for a wire that takes nothing. Above them the peer is
 * not read from: who sends PING and never reads PONG must not fill our memory.
 */
export const MAX_WAITING_REPLY_BYTES: number = 16 * 1024;

/** How long a peer whose handshake failed has to take the reason, in ms. */
const LAST_WORDS_MS = 1000;

const UNKNOWN_PEER: PeerInfo = {
  socketType: "",
  routingId: new Uint8Array(0),
  metadata: new Map(),
  version: "",
  address: "",
};

/** What a pipe over a wire is made of. */
export interface ZmtpPipeParts extends PipeParts {
  readonly wire: Wire;
  readonly connection: Connection;
  /** Decides about the peer, where the mechanism wants somebody to. */
  readonly authenticate: Authenticator;
  /** What it may mean that the peer ends the handshake without a word. */
  readonly silenceHint?: string | undefined;
}

type Phase = "handshake" | "open" | "ending" | "gone";

/** One peer behind a wire, from the first octet of the greeting on. */
export class ZmtpPipe implements ManagedPipe, WireHandler, Flushable {
  readonly id: number;
  readonly endpoint: string;
  readonly origin: "bound" | "connected";
  readonly #wire: Wire;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #flushQueue: FlushQueue;
  readonly #authenticate: Authenticator;
  readonly #silenceHint: string | undefined;
  readonly #owner: PipeOwner;
  readonly #lifecycle: PipeLifecycle;
  readonly #highWaterMark: number;
  readonly #highWaterBytes: number;
  readonly #lingerMs: number;
  /** Below the high-water mark, which only a wire that is behind may let messages reach. */
  readonly #maxFlushMessages: number;
  #phase: Phase = "handshake";
  #peer = UNKNOWN_PEER;
  #takenMessages = 0;
  #full = false;
  /** The wire wants no more output. */
  #blocked = false;
  /** The owner wants no more input. */
  #paused = false;
  /** Octets of replies that wait behind a blocked wire. */
  #replyBytes = 0;
  #flushDue = false;
  /** The peer's latest message came by itself, and nothing was sent since: the next one is written at once. */
  #alone = false;
  /** Messages that are written at once; grows within one turn. */
  #flushMessages = FLUSH_MESSAGES;
  #timer: { readonly at: number; readonly cancel: Cancel } | undefined;
  #lastHeardAt: number;

  constructor(parts: ZmtpPipeParts) {
    this.id = parts.id;
    this.endpoint = parts.endpoint;
    this.origin = parts.origin;
    this.#wire = parts.wire;
    this.#connection = parts.connection;
    this.#authenticate = parts.authenticate;
    this.#silenceHint = parts.silenceHint;
    this.#clock = parts.clock;
    this.#flushQueue = parts.flushQueue;
    this.#owner = parts.owner;
    this.#lifecycle = parts.lifecycle;
    this.#highWaterMark = parts.sendHighWaterMark;
    this.#highWaterBytes = parts.sendHighWaterBytes;
    this.#lingerMs = parts.lingerMs;
    this.#maxFlushMessages = Math.max(FLUSH_MESSAGES, Math.floor(parts.sendHighWaterMark / 2));
    this.#lastHeardAt = parts.clock.now();
  }

  start(): void {
    this.#wire.attach(this);
    this.#settle();
  }

  get peer(): PeerInfo {
    return this.#peer;
  }

  get queuedMessages(): number {
    return this.#connection.queuedMessages;
  }

  get sentMessages(): number {
    return this.#takenMessages - this.#connection.queuedMessages;
  }

  get unsentBytes(): number {
    return this.#connection.queuedBytes + this.#wire.unsentBytes;
  }

  get full(): boolean {
    return this.#full;
  }

  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  get silent(): boolean {
    return this.#connection.silent;
  }

  send(message: OutgoingMessage): void {
    if (this.#phase !== "open") return;
    const connection = this.#connection;
    connection.send(message);
    this.#takenMessages += 1;
    if (!this.#blocked) this.#writeOrWait();
    // Behind it: nobody has seen that it was full, so there is nobody to be told, in the middle of this.
    if (connection.queuedMessages >= this.#highWaterMark) this.#full = true;
    else if (connection.queuedBytes >= this.#highWaterBytes) this.#full = true;
  }

  beforeLeaving(gathering: Flushable): void {
    this.#flushQueue.add(gathering);
  }

  writeNow(): void {
    if (this.#phase === "open" && !this.#blocked) this.#write();
  }

  subscribe(topic: Uint8Array, wanted: boolean): void {
    if (this.#phase !== "open") return;
    if (wanted) this.#connection.subscribe(topic);
    else this.#connection.cancel(topic);
    this.#flushLater();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#connection.pause(this.#clock.now());
    this.#wire.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection.resume(this.#clock.now());
    if (!this.#choked) this.#wire.resume();
    this.#settle();
  }

  close(lingerMs: number = this.#lingerMs): void {
    if (this.#phase === "handshake" || lingerMs === 0) {
      this.destroy();
    } else if (this.#phase === "open") {
      this.#end(undefined, true);
      this.#finish();
      this.#cutAfter(lingerMs);
    }
  }

  destroy(): void {
    if (this.#phase === "gone") return;
    if (this.#phase === "open") this.#end(undefined, true);
    this.#phase = "ending";
    this.#wire.destroy();
  }

  flush(): void {
    this.#flushDue = false;
    this.#flushMessages = FLUSH_MESSAGES;
    if (!this.#blocked && (this.#phase === "open" || this.#phase === "handshake")) this.#write();
  }

  // What the wire tells.

  received(chunk: Uint8Array): void {
    if (this.#phase === "ending" || this.#phase === "gone") return;
    const now = this.#clock.now();
    this.#lastHeardAt = now;
    const queuedBytes = this.#connection.queuedBytes;
    const events = this.#connection.receive(chunk, now);
    if (this.#blocked) this.#choke(this.#connection.queuedBytes - queuedBytes);
    // What one message brings about has nothing to wait for.
    this.#alone = events.length === 1 && events[0]?.type === "message";
    this.#handle(events);
    this.#settle();
  }

  get room(): Uint8Array | undefined {
    return this.#connection.room;
  }

  drained(): void {
    this.#blocked = false;
    if (this.#phase === "ending") {
      this.#finish();
    } else if (this.#phase !== "gone") {
      const choked = this.#choked;
      this.#replyBytes = 0;
      this.#write();
      if (choked && !this.#paused) this.#wire.resume();
    }
  }

  closed(error: Error | undefined): void {
    if (this.#phase === "gone") return;
    this.#stopTimer();
    if (this.#phase === "open") this.#end(error, true);
    else if (this.#phase === "handshake") this.#refuse(error ?? this.#cutShort(), true);
    this.#phase = "gone";
    this.#lifecycle.released(this);
  }

  // What the connection tells.

  /** Passes on what the peer meant. Messages that came together are told together. */
  #handle(events: readonly ConnectionEvent[]): void {
    let messages: Message[] = [];
    for (const event of events) {
      if (event.type === "message") {
        messages.push(event.frames);
        continue;
      }
      messages = this.#deliver(messages);
      this.#handleChange(event);
    }
    this.#deliver(messages);
  }

  #deliver(messages: Message[]): Message[] {
    if (messages.length === 0) return messages;
    if (this.#phase === "open") this.#owner.received(this, messages);
    return [];
  }

  #handleChange(event: Exclude<ConnectionEvent, { readonly type: "message" }>): void {
    if (event.type === "authenticate") {
      this.#ask(event.credentials);
    } else if (event.type === "handshake-done") {
      this.#peer = { ...event.peer, address: this.#wire.address };
      this.#phase = "open";
      this.#lifecycle.opened(this);
    } else if (event.type !== "closed") {
      const wanted = event.type === "subscribe";
      if (this.#phase === "open") this.#owner.subscribed?.(this, event.topic, wanted);
    } else if (this.#phase === "open") {
      this.#end(event.error, event.retry);
      this.#wire.destroy();
    } else if (this.#phase === "handshake") {
      this.#refuse(event.error ?? this.#cutShort(), event.retry);
      this.#finish();
      this.#cutAfter(LAST_WORDS_MS);
    }
  }

  #ask(credentials: Credentials): void {
    const { endpoint } = this;
    const { address } = this.#wire;
    askAuthenticator(this.#authenticate, { address, endpoint, credentials }, (verdict) => {
      if (this.#phase !== "handshake") return;
      this.#handle(this.#connection.decide(verdict, this.#clock.now()));
      this.#settle();
    });
  }

  // Output and time.

  /** Writes what was sent if it is time for it, and otherwise when the turn ends. */
  #writeOrWait(): void {
    const { queuedMessages, queuedBytes } = this.#connection;
    if (this.#alone) {
      this.#alone = false;
      this.#write();
      return;
    }
    if (queuedMessages >= this.#flushMessages || queuedBytes >= FLUSH_BYTES) {
      this.#flushMessages = Math.min(FLUSH_GROWTH * this.#flushMessages, this.#maxFlushMessages);
      this.#write();
    }
    // Also behind a write: the end of the turn is when the steps begin again.
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#flushDue || this.#blocked) return;
    this.#flushDue = true;
    this.#flushQueue.add(this);
  }

  /** Hands everything to the wire, which MUST NOT be blocked. */
  #write(): void {
    if (this.#connection.queuedBytes > 0) {
      this.#blocked = !this.#wire.write(this.#connection.takeOutput());
      if (this.#wire.copies === true && this.#wire.unsentBytes === 0)
        this.#connection.reuseOutput();
    }
    if (this.#full) {
      this.#full = false;
      if (this.#phase === "open") this.#owner.drained(this);
    }
  }

  get #choked(): boolean {
    return this.#replyBytes > MAX_WAITING_REPLY_BYTES;
  }

  #choke(replyBytes: number): void {
    const choked = this.#choked;
    this.#replyBytes += replyBytes;
    if (!choked && this.#choked) this.#wire.pause();
  }

  /** Sees to output and time after the connection has been told something. */
  #settle(): void {
    if (this.#phase === "ending" || this.#phase === "gone") return;
    if (this.#connection.queuedBytes > 0) this.#flushLater();
    const wakeAt = this.#connection.wakeAt;
    if (wakeAt === undefined) this.#stopTimer();
    // A later instant needs no new timer: the present one will see that it came too early.
    else if (this.#timer === undefined || wakeAt < this.#timer.at) this.#startTimer(wakeAt);
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#handle(this.#connection.wake(this.#clock.now()));
    this.#settle();
  };

  #startTimer(at: number, task: () => void = this.#wake): void {
    this.#stopTimer();
    this.#timer = { at, cancel: this.#clock.schedule(at, task) };
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  // The end.

  #end(error: Error | undefined, retry: boolean): void {
    this.#phase = "ending";
    // Nobody has to wait for room: what is sent from now on is dropped.
    this.#full = false;
    this.#stopTimer();
    this.#lifecycle.ended(this, error, retry);
  }

  #refuse(error: Error, retry: boolean): void {
    this.#phase = "ending";
    this.#stopTimer();
    this.#lifecycle.refused(this, error, retry);
  }

  /** Writes what is left and ends the wire, now or when the wire has drained. */
  #finish(): void {
    if (this.#blocked) return;
    this.#write();
    // The wire keeps what it took, also when it wants no more. It has to read to see the other end.
    this.#wire.end();
    if (this.#paused || this.#choked) this.#wire.resume();
  }

  /** Gives the peer so long to read what is left for it and to end as well. */
  #cutAfter(ms: number): void {
    if (this.#phase === "gone" || ms === Infinity) return;
    this.#startTimer(this.#clock.now() + ms, () => this.#wire.destroy());
  }

  #cutShort(): TransportError {
    const hint = this.#silenceHint === undefined ? "" : `, ${this.#silenceHint}`;
    const text = `expected the handshake to go on, ${this.endpoint} closed the connection${hint}`;
    return new TransportError("TRANSPORT_RESET", text, { endpoint: this.endpoint });
  }
}
